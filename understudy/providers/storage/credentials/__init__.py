"""Where the credentials of storage backends come from. Nothing here logs what it finds."""
