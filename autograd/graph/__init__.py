"""Uses of a recorded graph: names for its nodes, its text as a program, its scalars, its first bad number. Only this
folder knows how a graph becomes text.
"""
