"""Helpers around training."""

from lamella.custom_objects import custom_object_scope
from lamella.custom_objects import register_serializable as register_keras_serializable
from lamella.public_names import publish
from lamella.utils.categorical import to_categorical
from lamella.utils.download import get_file
from lamella.utils.progbar import Progbar
from lamella.utils.py_dataset import PyDataset
from lamella.utils.sequences import pad_sequences
from lamella.utils.session import clear_session, set_random_seed

CustomObjectScope = custom_object_scope
Sequence = PyDataset  # Keras's older name

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "get_file",
    "pad_sequences",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]

publish(__name__, __all__)
