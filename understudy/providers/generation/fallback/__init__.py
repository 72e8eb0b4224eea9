"""Going on to another provider when one fails."""
