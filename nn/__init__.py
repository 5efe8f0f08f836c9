"""Neural networks on top of autograd's public names: modules, losses, optimizers, training."""

from . import optim as optim, utils as utils
