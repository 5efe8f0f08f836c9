"""Neural networks with PyTorch's names: modules, layers, losses, optimizers, data, saved weights.

Layers compute with Tensors. `Neuron`, `Layer` and `MLP` are micrograd's: they compute with Values, so a picture can
show every number. This package uses the public names of `autograd` only.
"""

import autograd as _autograd

if not hasattr(_autograd, "__compiled__"):  # HIPS autograd, or what is left of ours after it was uninstalled
    raise ImportError(
        f"nn needs the package autograd of Glassgrad, but {_autograd!r} is another one, probably HIPS autograd; "
        'run "pip uninstall -y autograd glassgrad" and then install Glassgrad again'
    )

from . import (
    data as data,
    functional as functional,
    init as init,
    optim as optim,
    plot as plot,
    train as train,
    utils as utils,
)
from .files import load as load, save as save
from .layers.activations import (
    ELU as ELU,
    GELU as GELU,
    SELU as SELU,
    Hardtanh as Hardtanh,
    LeakyReLU as LeakyReLU,
    LogSoftmax as LogSoftmax,
    Mish as Mish,
    PReLU as PReLU,
    ReLU as ReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Softmax as Softmax,
    Softplus as Softplus,
    Tanh as Tanh,
)
from .layers.containers import ModuleDict as ModuleDict, ModuleList as ModuleList, Sequential as Sequential
from .layers.dropout import Dropout as Dropout
from .layers.embedding import Embedding as Embedding
from .layers.flatten import Flatten as Flatten
from .layers.linear import Identity as Identity, Linear as Linear
from .layers.loss_modules import (
    BCELoss as BCELoss,
    BCEWithLogitsLoss as BCEWithLogitsLoss,
    CrossEntropyLoss as CrossEntropyLoss,
    HingeLoss as HingeLoss,
    HuberLoss as HuberLoss,
    KLDivLoss as KLDivLoss,
    L1Loss as L1Loss,
    MSELoss as MSELoss,
    NLLLoss as NLLLoss,
    SmoothL1Loss as SmoothL1Loss,
)
from .layers.normalization import BatchNorm1d as BatchNorm1d, LayerNorm as LayerNorm
from .model_summary import summary as summary
from .module import Module as Module, Parameter as Parameter
from .neuron import MLP as MLP, Layer as Layer, Neuron as Neuron
from .perceptron import Perceptron as Perceptron
from .stateless import functional_call as functional_call
