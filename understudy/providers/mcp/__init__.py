"""MCP servers on behalf of a user, and their stand-ins."""
