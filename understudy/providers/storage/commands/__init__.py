"""The commands, written once over the statements and the catalog of a backend that speaks SQL."""
