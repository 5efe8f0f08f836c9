"""Boxes to coordinates. This folder knows rectangles and lines; it knows no node."""
