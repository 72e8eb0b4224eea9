"""DeepSeek's API, a dialect of Chat Completions."""
