"""Optimizers, with PyTorch's names, arguments and defaults, on Values and on Tensors."""

from . import lr_scheduler as lr_scheduler
from .adam import Adam as Adam, AdamW as AdamW, NAdam as NAdam
from .adaptive import Adadelta as Adadelta, Adagrad as Adagrad, RMSprop as RMSprop, Rprop as Rprop
from .explanation import Explanation as Explanation, Update as Update
from .optimizer import Optimizer as Optimizer
from .sgd import SGD as SGD
