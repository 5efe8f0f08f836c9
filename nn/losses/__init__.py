"""The formulas of the losses, which `nn.functional` exports: how far an output is from its target, as one number.

Names and arguments are PyTorch's. `input` and `target` are Tensors (a target may also be an array or a list of
numbers), or lists of Values and numbers, as networks of neurons return them. `batch` alone knows how one formula serves
both, how shapes are compared and how `reduction` ("mean", "sum" or "none") works: with "none", lists of Values give a
flat list of losses. Shapes must be equal, because (n,) against (n, 1) would broadcast to (n, n).
"""
