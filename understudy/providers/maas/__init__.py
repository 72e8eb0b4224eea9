"""Models as a service: the client, and its stand-in in ``mock``."""
