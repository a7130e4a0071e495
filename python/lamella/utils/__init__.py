"""Helpers around training."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.backend import is_keras_tensor as is_keras_tensor
    from lamella.backend import standardize_dtype as standardize_dtype
    from lamella.base.download import get_file as get_file
    from lamella.base.progbar import Progbar as Progbar
    from lamella.base.session import clear_session as clear_session
    from lamella.base.session import set_random_seed as set_random_seed
    from lamella.data.categorical import to_categorical as to_categorical
    from lamella.data.pictures import array_to_img as array_to_img
    from lamella.data.pictures import img_to_array as img_to_array
    from lamella.data.pictures import load_img as load_img
    from lamella.data.pictures import save_img as save_img
    from lamella.data.py_dataset import PyDataset as PyDataset
    from lamella.data.py_dataset import Sequence as Sequence
    from lamella.data.sequences import pad_sequences as pad_sequences
    from lamella.data.tuples import normalize as normalize
    from lamella.data.tuples import pack_x_y_sample_weight as pack_x_y_sample_weight
    from lamella.data.tuples import unpack_x_y_sample_weight as unpack_x_y_sample_weight
    from lamella.preprocessing.picture_folder import (
        image_dataset_from_directory as image_dataset_from_directory,
    )
    from lamella.saving import CustomObjectScope as CustomObjectScope
    from lamella.saving import custom_object_scope as custom_object_scope
    from lamella.saving import deserialize_keras_object as deserialize_keras_object
    from lamella.saving import get_custom_objects as get_custom_objects
    from lamella.saving import get_registered_name as get_registered_name
    from lamella.saving import get_registered_object as get_registered_object
    from lamella.saving import register_keras_serializable as register_keras_serializable
    from lamella.saving import serialize_keras_object as serialize_keras_object

publish_package(
    __name__,
    {
        "lamella.data.tuples": "normalize pack_x_y_sample_weight unpack_x_y_sample_weight",
        "lamella.data.categorical": "to_categorical",
        "lamella.base.download": "get_file",
        "lamella.preprocessing.picture_folder": "image_dataset_from_directory",
        "lamella.data.pictures": "array_to_img img_to_array load_img save_img",
        "lamella.base.progbar": "Progbar",
        "lamella.data.py_dataset": "PyDataset Sequence",
        "lamella.data.sequences": "pad_sequences",
        "lamella.base.session": "clear_session set_random_seed",
        "lamella.backend": "is_keras_tensor standardize_dtype",
        "lamella.saving": (
            "CustomObjectScope custom_object_scope deserialize_keras_object "
            "get_custom_objects get_registered_name get_registered_object "
            "register_keras_serializable serialize_keras_object"
        ),
    },
)
