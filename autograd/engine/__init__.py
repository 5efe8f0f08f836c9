"""Apply ops, record nodes, run the backward sweep. Only this folder knows how a graph is made and walked; it
knows no particular op and no kind of operand.
"""
