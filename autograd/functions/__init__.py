"""The functions that users call on arrays and on lists of Values, under PyTorch's and NumPy's names. Each is composed
of a few ops. Only this folder knows how dims, axes, lists and calls of NumPy's own functions are read.
"""
