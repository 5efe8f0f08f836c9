"""Data for training: datasets of arrays, and loaders that return them in batches."""

from .loader import DataLoader as DataLoader
from .tensor_dataset import TensorDataset as TensorDataset
from .toy_datasets import moons as moons
