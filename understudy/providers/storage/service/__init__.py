"""The driver as a service: over gRPC and over HTTP, and the clients for both."""
