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
    from lamella.saving import CustomObjectScope as CustomObjectScope
    from lamella.saving import custom_object_scope as custom_object_scope
    from lamella.saving import deserialize_keras_object as deserialize_keras_object
    from lamella.saving import get_custom_objects as get_custom_objects
    from lamella.saving import get_registered_name as get_registered_name
    from lamella.saving import get_registered_object as get_registered_object
    from lamella.saving import register_keras_serializable as register_keras_serializable
    from lamella.saving import serialize_keras_object as serialize_keras_object
    from lamella.utils.batches import *
    from lamella.utils.categorical import *
    from lamella.utils.picture_folder import *
    from lamella.utils.pictures import *
    from lamella.utils.py_dataset import *
    from lamella.utils.sequences import *

publish_package(
    __name__,
    {
        "batches": "normalize pack_x_y_sample_weight unpack_x_y_sample_weight",
        "categorical": "to_categorical",
        "lamella.base.download": "get_file",
        "picture_folder": "image_dataset_from_directory",
        "pictures": "array_to_img img_to_array load_img save_img",
        "lamella.base.progbar": "Progbar",
        "py_dataset": "PyDataset Sequence",
        "sequences": "pad_sequences",
        "lamella.base.session": "clear_session set_random_seed",
        "lamella.backend": "is_keras_tensor standardize_dtype",
        "lamella.saving": (
            "CustomObjectScope custom_object_scope deserialize_keras_object "
            "get_custom_objects get_registered_name get_registered_object "
            "register_keras_serializable serialize_keras_object"
        ),
    },
)
