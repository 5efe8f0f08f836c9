"""Show a graph: place boxes and lines (`layout/`), draw a graph (`picture/`), explain the backward sweep (`steps/`).
Only this folder imports graphviz and IPython.
"""
