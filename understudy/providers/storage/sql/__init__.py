"""What backends that speak SQL share: statements made with sqlglot, and the catalog."""
