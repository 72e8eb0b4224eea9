"""Llama Stack servers (OGX by their later name): the client, and its stand-in in ``mock``."""
