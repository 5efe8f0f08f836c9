"""Training: fit with callbacks, metrics and a history, evaluation, checkpoints, and a doctor."""

from .callback import Callback as Callback, Monitor as Monitor
from .checkpoint import (
    Checkpoint as Checkpoint,
    CheckpointError as CheckpointError,
    load_checkpoint as load_checkpoint,
    save_checkpoint as save_checkpoint,
)
from .cross_validation import FoldScores as FoldScores, cross_validate as cross_validate
from .diagnosis.examination import doctor as doctor
from .diagnosis.health_report import Finding as Finding, Report as Report
from .distributions import (
    Distribution as Distribution,
    choice as choice,
    integer as integer,
    loguniform as loguniform,
    uniform as uniform,
)
from .evaluation import evaluate as evaluate, predict as predict
from .fit import fit as fit
from .history import History as History
from .live_plot import LivePlot as LivePlot
from .lr_finder import LRCurve as LRCurve, lr_find as lr_find
from .metrics import (
    F1 as F1,
    MAE as MAE,
    R2 as R2,
    Accuracy as Accuracy,
    ConfusionMatrix as ConfusionMatrix,
    Metric as Metric,
    TopK as TopK,
)
from .monitors import (
    EarlyStopping as EarlyStopping,
    ModelCheckpoint as ModelCheckpoint,
    ReduceLROnPlateau as ReduceLROnPlateau,
)
from .progress import ProgressBar as ProgressBar
from .search import Search as Search, Trial as Trial, random_search as random_search
from .seed_ensemble import (
    Ensemble as Ensemble,
    EnsemblePrediction as EnsemblePrediction,
    ensemble as ensemble,
)
from .small_callbacks import (
    CSVLogger as CSVLogger,
    GradientClip as GradientClip,
    LambdaCallback as LambdaCallback,
    LRSchedule as LRSchedule,
    TerminateOnNaN as TerminateOnNaN,
)
from .studies import (
    PruningCallback as PruningCallback,
    optuna_objective as optuna_objective,
    optuna_study as optuna_study,
)
from .training import Training as Training
