"""The settings models: one frozen pydantic model per section."""
