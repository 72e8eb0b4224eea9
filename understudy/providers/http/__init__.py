"""One pool, many thin clients: the only package that imports HTTP libraries."""
