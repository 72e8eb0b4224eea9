"""Settings files to one frozen Settings, with the origin of every value."""
