"""The Delta Lake backend: tables in a folder or a bucket, written by delta-rs and read through DuckDB."""
