"""The stand-in of every storage backend: DuckDB in memory behind the backend's name, rules and capabilities."""
