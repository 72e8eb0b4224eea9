"""Everything that touches the outside, and its stand-ins."""
