"""Helpers around training."""

from lamella.custom_objects import custom_object_scope
from lamella.custom_objects import register_serializable as register_keras_serializable
from lamella.public_names import publish
from lamella.utils.categorical import to_categorical
from lamella.utils.download import get_file
from lamella.utils.pictures import array_to_img, img_to_array, load_img, save_img
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
    "array_to_img",
    "clear_session",
    "custom_object_scope",
    "get_file",
    "img_to_array",
    "load_img",
    "pad_sequences",
    "register_keras_serializable",
    "save_img",
    "set_random_seed",
    "to_categorical",
]

publish(__name__, __all__)
