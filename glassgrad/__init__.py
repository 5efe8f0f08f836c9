"""Glassgrad under one name: every public name of `autograd`, and `glassgrad.nn`.

Each is the same object: `glassgrad.Value is autograd.Value`, `glassgrad.nn is nn`. No other distribution is imported as
`glassgrad`, while HIPS autograd is imported as `autograd` too. Importing this package raises ImportError if the
installed `autograd` is that one or holds files of both.

>>> import glassgrad
>>> from glassgrad.nn import Linear
>>> x = glassgrad.Value(3.0)
>>> (x * x).backward()
>>> x.grad
6.0
"""

import sys as _sys

import autograd as _autograd
import nn as nn  # first, because it raises ImportError if `autograd` is another package
from autograd import *  # noqa: F403  # all of `autograd.__all__`; the names that it leaves out follow
from autograd import (
    __compiled__ as __compiled__,
    __version__ as __version__,
    abs as abs,
    all as all,
    any as any,
    max as max,
    min as min,
    pow as pow,
    round as round,
    sum as sum,
)

from .aliases import Aliases as _Aliases

__all__ = ["nn"]
__all__ += _autograd.__all__

_sys.meta_path.insert(0, _Aliases(__name__, nn.__name__))
