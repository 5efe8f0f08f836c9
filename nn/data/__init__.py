"""Data for training: arrays side by side, and batches of them."""

from .loader import DataLoader as DataLoader
from .tensor_dataset import TensorDataset as TensorDataset
from .toys import moons as moons
