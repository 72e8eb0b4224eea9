"""One spec per built-in provider: names, credentials, capabilities and limits as data."""
