"""The objects that a rule can be read with: Value, Tensor, Dual, Symbol and the complex number of a complex step. Only
this folder knows what each of them holds.
"""
