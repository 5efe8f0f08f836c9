"""Data for training: datasets, splits, loaders that return batches, files, transforms, and small sets to learn on."""

from .batches import Dataset as Dataset, default_collate as default_collate
from .datasets import ConcatDataset as ConcatDataset, Subset as Subset
from .loader import DataLoader as DataLoader
from .tensor_dataset import TensorDataset as TensorDataset
from .toy_datasets import moons as moons
