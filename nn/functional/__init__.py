"""Functions of layers and losses with PyTorch's names and arguments; `import nn.functional as F`.

Activations and losses take Values as well as Tensors. No derivative is written here: each function uses autograd's.
"""

import autograd as ag
from autograd import (
    elu as elu,
    leaky_relu as leaky_relu,
    linear as linear,
    log_softmax as log_softmax,
    mish as mish,
    one_hot as one_hot,
    pad as pad,
    relu as relu,
    selu as selu,
    sigmoid as sigmoid,
    silu as silu,
    softmax as softmax,
    tanh as tanh,
)

from ..losses.binary import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    hinge_loss as hinge_loss,
)
from ..losses.classification import cross_entropy as cross_entropy, kl_div as kl_div, nll_loss as nll_loss
from ..losses.regression import (
    huber_loss as huber_loss,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    smooth_l1_loss as smooth_l1_loss,
)
from .activations import gelu as gelu, hardtanh as hardtanh, prelu as prelu, softplus as softplus
from .dropouts import dropout as dropout
from .embeddings import embedding as embedding
from .normalization import batch_norm as batch_norm, layer_norm as layer_norm

logsigmoid = ag.log_sigmoid  # PyTorch's name
