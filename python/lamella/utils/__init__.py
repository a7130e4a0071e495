"""Helpers around training."""

from typing import TYPE_CHECKING

from lamella.custom_objects import custom_object_scope
from lamella.custom_objects import register_serializable as register_keras_serializable
from lamella.public_names import publish
from lamella.utils.categorical import to_categorical
from lamella.utils.progbar import Progbar
from lamella.utils.py_dataset import PyDataset
from lamella.utils.session import clear_session, set_random_seed

if TYPE_CHECKING:
    from lamella.backend import is_keras_tensor, standardize_dtype
    from lamella.saving import (
        deserialize_keras_object,
        get_custom_objects,
        get_registered_name,
        get_registered_object,
        serialize_keras_object,
    )
    from lamella.utils.batches import normalize, pack_x_y_sample_weight, unpack_x_y_sample_weight
    from lamella.utils.download import get_file
    from lamella.utils.picture_folder import image_dataset_from_directory
    from lamella.utils.pictures import array_to_img, img_to_array, load_img, save_img
    from lamella.utils.sequences import pad_sequences

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
    "deserialize_keras_object",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "image_dataset_from_directory",
    "img_to_array",
    "is_keras_tensor",
    "load_img",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

publish(
    __name__,
    __all__,
    {
        "array_to_img": "lamella.utils.pictures",
        "deserialize_keras_object": "lamella.saving",
        "get_custom_objects": "lamella.saving",
        "get_file": "lamella.utils.download",
        "get_registered_name": "lamella.saving",
        "get_registered_object": "lamella.saving",
        "image_dataset_from_directory": "lamella.utils.picture_folder",
        "img_to_array": "lamella.utils.pictures",
        "is_keras_tensor": "lamella.backend",
        "load_img": "lamella.utils.pictures",
        "normalize": "lamella.utils.batches",
        "pack_x_y_sample_weight": "lamella.utils.batches",
        "pad_sequences": "lamella.utils.sequences",
        "save_img": "lamella.utils.pictures",
        "serialize_keras_object": "lamella.saving",
        "standardize_dtype": "lamella.backend",
        "unpack_x_y_sample_weight": "lamella.utils.batches",
    },
)
