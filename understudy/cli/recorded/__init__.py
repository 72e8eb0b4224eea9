"""What the commands for recordings are made of."""
