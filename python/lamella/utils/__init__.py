"""Helpers around training."""

from lamella.utils.categorical import to_categorical
from lamella.utils.progbar import Progbar
from lamella.utils.py_dataset import PyDataset
from lamella.utils.session import clear_session, set_random_seed

Sequence = PyDataset  # Keras's older name

__all__ = ["Progbar", "PyDataset", "Sequence", "clear_session", "set_random_seed", "to_categorical"]
