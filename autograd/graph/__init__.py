"""Uses of a recorded graph: names for its nodes, a program that recomputes it, the scalar graph inside a tensor, and
the search for the first nan or inf. All code that turns a graph into text is in this folder.
"""
