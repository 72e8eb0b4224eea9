"""In-process servers that speak the providers' wire formats."""
