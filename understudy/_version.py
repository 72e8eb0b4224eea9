"""The version, in one place: the build reads it, the package exports it."""

__version__ = "0.1.0"
