"""An autograd engine you can see through.

`Value` is a float in a computation graph; `backward()` goes back through it. Everything public is named here.
"""

from .calculus.check import GradientError as GradientError, check_gradients as check_gradients
from .calculus.transforms import (
    derivative as derivative,
    grad as grad,
    hessian as hessian,
    hvp as hvp,
    jacobian as jacobian,
    jvp as jvp,
    value_and_grad as value_and_grad,
    vjp as vjp,
)
from .engine.definition import op as op
from .engine.dtypes import (
    float16 as float16,
    float32 as float32,
    float64 as float64,
    int32 as int32,
    int64 as int64,
    long as long,
    set_default_dtype as set_default_dtype,
)
from .engine.mode import enable_grad as enable_grad, no_grad as no_grad
from .engine.op import Op as Op
from .engine.text import text_table as text_table
from .functions.indexing import (
    diag as diag,
    gather as gather,
    masked_fill as masked_fill,
    sort as sort,
    take as take,
    tril as tril,
    triu as triu,
)
from .functions.probabilities import (
    cross_entropy as cross_entropy,
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    softmax as softmax,
)
from .functions.products import (
    cumprod as cumprod,
    dot as dot,
    einsum as einsum,
    linear as linear,
    matmul as matmul,
    outer as outer,
    prod as prod,
)
from .functions.reductions import (
    all as all,
    amax as amax,
    amin as amin,
    any as any,
    argmax as argmax,
    argmin as argmin,
    cumsum as cumsum,
    max as max,
    mean as mean,
    min as min,
    norm as norm,
    std as std,
    sum as sum,
    var as var,
)
from .functions.reshaping import (
    broadcast_to as broadcast_to,
    cat as cat,
    chunk as chunk,
    concatenate as concatenate,
    expand as expand,
    flatten as flatten,
    flip as flip,
    pad as pad,
    permute as permute,
    reshape as reshape,
    roll as roll,
    split as split,
    squeeze as squeeze,
    transpose as transpose,
    unsqueeze as unsqueeze,
)
from .graph.anomaly import AnomalyError as AnomalyError, detect_anomaly as detect_anomaly
from .graph.program import Program as Program
from .graph.rule_table import derivative_table as derivative_table
from .graph.scalar_graph import zoom as zoom
from .operands.creation import (
    arange as arange,
    default_generator as default_generator,
    eye as eye,
    full as full,
    linspace as linspace,
    manual_seed as manual_seed,
    one_hot as one_hot,
    ones as ones,
    ones_like as ones_like,
    rand as rand,
    randint as randint,
    randn as randn,
    randperm as randperm,
    stack as stack,
    tensor as tensor,
    zeros as zeros,
    zeros_like as zeros_like,
)
from .operands.dual import Dual as Dual
from .operands.symbol import Symbol as Symbol
from .operands.tensor import Tensor as Tensor
from .operands.value import Value as Value
from .rules.elementwise import (
    abs as abs,
    acos as acos,
    asin as asin,
    atan as atan,
    atan2 as atan2,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    clip as clip,
    cos as cos,
    cosh as cosh,
    elu as elu,
    erf as erf,
    exp as exp,
    expm1 as expm1,
    gelu as gelu,
    hypot as hypot,
    leaky_relu as leaky_relu,
    log as log,
    log1p as log1p,
    log_sigmoid as log_sigmoid,
    maximum as maximum,
    minimum as minimum,
    mish as mish,
    normal_cdf as normal_cdf,
    normal_pdf as normal_pdf,
    pow as pow,
    reciprocal as reciprocal,
    relu as relu,
    sech as sech,
    selu as selu,
    sigmoid as sigmoid,
    sign as sign,
    silu as silu,
    sin as sin,
    sinh as sinh,
    softplus as softplus,
    sqrt as sqrt,
    square as square,
    tan as tan,
    tanh as tanh,
    where as where,
)
from .see.picture.drawing import Drawing as Drawing, draw as draw
from .see.steps.exercise import Practice as Practice, practice as practice
from .see.steps.step import Step as Step
from .see.steps.stepper import Stepper as Stepper
