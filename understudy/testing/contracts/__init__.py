"""One suite for each port: what its real clients, its stand-ins and third parties' providers keep alike."""
