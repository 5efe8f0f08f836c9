"""The functions that users call on arrays and lists, under PyTorch's and NumPy's names, composed of ops. Only this
folder knows how dims, axes, lists and NumPy's own functions are read.
"""
