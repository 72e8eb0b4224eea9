"""What all real providers share: the pipeline, and the description of a wire format."""
