"""How providers are, over time."""
