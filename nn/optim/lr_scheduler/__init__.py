"""Learning-rate schedules, with PyTorch's names, arguments and defaults.

Call `scheduler.step()` after `optimizer.step()`. `scheduler.lr_at(step)` is the schedule as a formula, `preview` a
piece of it; neither steps.
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
from .schedule import LRScheduler as LRScheduler, Schedule as Schedule
from .sequence import SequentialLR as SequentialLR, preview as preview, warmup_cosine as warmup_cosine
