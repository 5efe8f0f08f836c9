"""Learning-rate schedules with PyTorch's names, arguments and defaults.

Call `scheduler.step()` after `optimizer.step()`. `scheduler.lr_at(step)` returns the learning rates of any step, and
`preview(scheduler, steps)` those of the first steps; neither changes the optimizer.
"""

from .cycles import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts, OneCycleLR as OneCycleLR
from .factors import (
    ConstantLR as ConstantLR,
    CosineAnnealingLR as CosineAnnealingLR,
    ExponentialLR as ExponentialLR,
    LambdaLR as LambdaLR,
    LinearLR as LinearLR,
    MultiStepLR as MultiStepLR,
    PolynomialLR as PolynomialLR,
    StepLR as StepLR,
)
from .plateau import ReduceLROnPlateau as ReduceLROnPlateau
from .previews import preview as preview
from .scheduler import LRScheduler as LRScheduler, Schedule as Schedule
from .sequential import SequentialLR as SequentialLR, warmup_cosine as warmup_cosine
