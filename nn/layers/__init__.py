"""Layers and losses of Tensors, with PyTorch's names, arguments, defaults, initial weights and state-dict keys."""
