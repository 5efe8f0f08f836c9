"""Place boxes and lines: sizes go in, coordinates come out. Nothing in this folder knows what a node is."""
