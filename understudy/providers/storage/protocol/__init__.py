"""The protobuf messages that drivers and their clients exchange."""
