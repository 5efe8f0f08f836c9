"""Draw a graph: decide what its boxes and arrows say, and write it as SVG or DOT. Only this folder knows how a node
looks.
"""
