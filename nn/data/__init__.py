"""Data for training: datasets, splits, loaders that return batches, files, transforms, and small sets to learn on."""

from .augmentations import (
    Compose as Compose,
    Cutout as Cutout,
    GaussianNoise as GaussianNoise,
    RandomCrop as RandomCrop,
    RandomHorizontalFlip as RandomHorizontalFlip,
    RandomRotation as RandomRotation,
    RandomShift as RandomShift,
    RandomVerticalFlip as RandomVerticalFlip,
)
from .batches import Dataset as Dataset, default_collate as default_collate
from .csv_file import load_csv as load_csv
from .datasets import ConcatDataset as ConcatDataset, Subset as Subset
from .digits import load_digits as load_digits
from .folds import KFold as KFold, StratifiedKFold as StratifiedKFold
from .loader import DataLoader as DataLoader
from .mnist import load_mnist as load_mnist
from .scaling import Normalize as Normalize, Standardize as Standardize
from .splits import random_split as random_split, train_test_split as train_test_split
from .tensor_dataset import TensorDataset as TensorDataset
from .toy_datasets import (
    blobs as blobs,
    circles as circles,
    moons as moons,
    sine as sine,
    spirals as spirals,
    xor as xor,
)
