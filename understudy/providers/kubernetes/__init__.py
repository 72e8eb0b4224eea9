"""A Kubernetes cluster's API on behalf of a user, and its stand-in."""
