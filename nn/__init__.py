"""Neural networks on top of autograd's public names: modules, losses, optimizers, training.

Comes next; nothing in it yet.
"""

from .module import Module as Module, Parameter as Parameter
