"""Optimizers with PyTorch's names, arguments and defaults, for Values and Tensors.

Each optimizer has its own file with its formula in one function, `update`, which serves floats and arrays. The
docstring of the class gives the formula and its conventions: whether eps is inside or outside of the root, and whether
weight decay is L2 (added to the gradient) or decoupled (the parameter shrinks). In the formulas t is the
number of the step, counted from 1.
"""

from . import lr_scheduler as lr_scheduler
from .adadelta import Adadelta as Adadelta
from .adagrad import Adagrad as Adagrad
from .adam import Adam as Adam, AdamW as AdamW
from .explanation import Explanation as Explanation, Update as Update
from .nadam import NAdam as NAdam
from .optimizer import Optimizer as Optimizer
from .rmsprop import RMSprop as RMSprop
from .rprop import Rprop as Rprop
from .sgd import SGD as SGD
