"""Ports, data and errors. Standard library only: nothing here imports httpx, pydantic or the container."""
