"""Exasol, through the vendor's driver."""
