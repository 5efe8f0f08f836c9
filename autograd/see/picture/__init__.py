"""A graph to a picture: what stands in each box, and its text as SVG or DOT. Only this folder knows what a node looks
like.
"""
