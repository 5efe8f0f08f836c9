"""An autograd engine you can see through.

A `Value` is a number in a computation graph, a `Tensor` is an array in one, and `backward()` computes the gradients.
Every public name is imported here. `from autograd import *` gives the names in `__all__`. It leaves out the functions
that would replace a builtin of Python (`abs`, `all`, `any`, `max`, `min`, `pow`, `round`, `sum`): write `autograd.sum`.
"""

import typing as _typing
from importlib import import_module as _import_module

from .engine.allocation import keep_freed_memory as _keep_freed_memory
from .engine.calls import noted_call
from .engine.definition import op
from .engine.dtypes import float16, float32, float64, int32, int64, long, set_default_dtype
from .engine.installation import refuse_foreign_files as _refuse_foreign_files
from .engine.mode import enable_grad, no_grad
from .engine.op import Op
from .engine.rehearsal import adopt, is_data, rehearse
from .engine.text import Table, printable, shown, text_table
from .functions.indexing import diag, gather, masked_fill, sort, take, tril, triu
from .functions.linear_algebra import (
    cholesky,
    cross,
    det,
    eigh,
    eigvalsh,
    inv,
    matrix_norm,
    slogdet,
    solve,
    svd,
    svdvals,
    trace,
)
from .functions.numpy_api import round as round
from .functions.probabilities import cross_entropy, log_softmax, logsumexp, softmax
from .functions.products import cumprod, dot, einsum, linear, matmul, outer, prod
from .functions.reductions import (
    all as all,
    amax,
    amin,
    any as any,
    argmax,
    argmin,
    cumsum,
    max as max,
    mean,
    min as min,
    norm,
    std,
    sum as sum,
    var,
)
from .functions.reshaping import (
    broadcast_to,
    cat,
    chunk,
    concatenate,
    expand,
    flatten,
    flip,
    pad,
    permute,
    reshape,
    roll,
    split,
    squeeze,
    transpose,
    unsqueeze,
)
from .native import core as _core
from .operands.creation import (
    arange,
    default_generator,
    eye,
    full,
    linspace,
    manual_seed,
    one_hot,
    ones,
    ones_like,
    rand,
    randint,
    randn,
    randperm,
    stack,
    tensor,
    zeros,
    zeros_like,
)
from .operands.dual import Dual
from .operands.symbol import Symbol
from .operands.tensor import Tensor
from .operands.value import Value

# isort: off
# fmt: off
from .rules.activations import (
    binary_cross_entropy_with_logits, elu, gelu, leaky_relu, log_sigmoid, logaddexp, logit, mish, relu, selu,
    sigmoid, silu, softplus,
)
from .rules.elementwise import (
    abs as abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, clip, cos, cosh, exp, exp2, expm1, hypot, log,
    log1p, log2, log10, maximum, minimum, pow as pow, reciprocal, sech, sign, sin, sinh, sqrt, square, tan, tanh,
    where,
)
from .rules.integers import (
    bitwise_and, bitwise_not, bitwise_or, bitwise_xor, ceil, floor, floor_divide, remainder,
)
from .rules.special_functions import (
    digamma, erf, erfc, gaussian, inverse_mills, lgamma, log_normal_cdf, normal_cdf, normal_pdf, polygamma,
)
# fmt: on
# isort: on

if _typing.TYPE_CHECKING:
    from .calculus.check import GradientError, check_gradients
    from .calculus.transforms import derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
    from .engine.replacement import replace_file
    from .graph.anomaly import AnomalyError, detect_anomaly
    from .graph.program import Program
    from .graph.rule_table import derivative_table
    from .graph.scalar_graph import zoom
    from .see.live.live_page import LivePage, live
    from .see.picture.draw_graph import draw
    from .see.picture.drawing import Drawing
    from .see.steps.order_explanation import explain_order
    from .see.steps.practice_graph import Practice, practice
    from .see.steps.step import Step
    from .see.steps.stepper import Stepper

__version__ = "0.1.0"  # pyproject.toml reads it from here
__compiled__ = _core is not None  # whether the compiled build of the engine is in use

__all__ = [
    "AnomalyError", "Drawing", "Dual", "GradientError", "LivePage", "Op", "Practice", "Program", "Step", "Stepper",
    "Symbol", "Table", "Tensor", "Value", "acos", "acosh", "adopt", "amax", "amin", "arange", "argmax", "argmin",
    "asin", "asinh", "atan", "atan2", "atanh", "binary_cross_entropy_with_logits", "bitwise_and", "bitwise_not",
    "bitwise_or", "bitwise_xor", "broadcast_to", "cat", "cbrt", "ceil", "check_gradients", "cholesky", "chunk", "clip",
    "concatenate", "cos", "cosh", "cross", "cross_entropy", "cumprod", "cumsum", "default_generator", "derivative",
    "derivative_table", "det", "detect_anomaly", "diag", "digamma", "dot", "draw", "eigh", "eigvalsh", "einsum", "elu",
    "enable_grad", "erf", "erfc", "exp", "exp2", "expand", "explain_order", "expm1", "eye", "flatten", "flip",
    "float16", "float32", "float64", "floor", "floor_divide", "full", "gather", "gaussian", "gelu", "grad", "hessian",
    "hvp", "hypot", "int32", "int64", "inv", "inverse_mills", "is_data", "jacobian", "jvp", "leaky_relu", "lgamma",
    "linear", "linspace", "live", "log", "log1p", "log2", "log10", "log_normal_cdf", "log_sigmoid", "log_softmax",
    "logaddexp", "logit", "logsumexp", "long", "manual_seed", "masked_fill", "matmul", "matrix_norm", "maximum", "mean",
    "minimum", "mish", "no_grad", "norm", "normal_cdf", "normal_pdf", "noted_call", "one_hot", "ones", "ones_like",
    "op", "outer", "pad", "permute", "polygamma", "practice", "printable", "prod", "rand", "randint", "randn",
    "randperm", "reciprocal", "rehearse", "relu", "remainder", "replace_file", "reshape", "roll", "sech", "selu",
    "set_default_dtype", "shown", "sigmoid", "sign", "silu", "sin", "sinh", "slogdet", "softmax", "softplus", "solve",
    "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "svd", "svdvals", "take", "tan", "tanh", "tensor",
    "text_table", "trace", "transpose", "tril", "triu", "unsqueeze", "value_and_grad", "var", "vjp", "where", "zeros",
    "zeros_like", "zoom",
]  # fmt: skip

_refuse_foreign_files(__path__[0])
_keep_freed_memory()

# What looks at functions and graphs is imported when it is first used: training needs none of it. The names are those
# that a type checker sees imported above.
_LATER = {
    "calculus.check": (
        "GradientError",
        "check_gradients",
    ),
    "calculus.transforms": (
        "derivative",
        "grad",
        "hessian",
        "hvp",
        "jacobian",
        "jvp",
        "value_and_grad",
        "vjp",
    ),
    "engine.replacement": ("replace_file",),
    "graph.anomaly": (
        "AnomalyError",
        "detect_anomaly",
    ),
    "graph.program": ("Program",),
    "graph.rule_table": ("derivative_table",),
    "graph.scalar_graph": ("zoom",),
    "see.live.live_page": (
        "LivePage",
        "live",
    ),
    "see.picture.draw_graph": ("draw",),
    "see.picture.drawing": ("Drawing",),
    "see.steps.order_explanation": ("explain_order",),
    "see.steps.practice_graph": (
        "Practice",
        "practice",
    ),
    "see.steps.step": ("Step",),
    "see.steps.stepper": ("Stepper",),
}


if not _typing.TYPE_CHECKING:  # a type checker that saw it would let every misspelled name pass

    def __getattr__(name: str) -> object:
        for module, names in _LATER.items():
            if name in names:
                found = globals()[name] = getattr(_import_module(f".{module}", __name__), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *(name for names in _LATER.values() for name in names)})
