"""Which provider is used: the catalog, what is available, and what makes and keeps them."""
