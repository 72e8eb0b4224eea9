"""Record and replay, below the retries: what a service answers is written down, secrets removed, and played again."""
