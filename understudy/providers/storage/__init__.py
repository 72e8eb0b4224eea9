"""Storage backends behind one registry: explicit capabilities, and every operation a command that a driver runs."""
