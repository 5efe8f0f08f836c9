"""Neural networks on top of autograd's public names: modules, losses, optimizers, training.

Comes next; nothing in it yet.
"""
