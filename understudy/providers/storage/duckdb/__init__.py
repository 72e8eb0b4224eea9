"""DuckDB, embedded: the default and the reference."""
