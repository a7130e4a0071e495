"""Files of models: saved, loaded, exported."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.base.custom_objects import CustomObjectScope as CustomObjectScope
    from lamella.base.custom_objects import custom_object_scope as custom_object_scope
    from lamella.base.custom_objects import register_keras_serializable as register_keras_serializable
    from lamella.base.custom_objects import register_serializable as register_serializable
    from lamella.saving.files import *
    from lamella.saving.objects import *

publish_package(
    __name__,
    {
        "files": "load_model load_torch_state_dict load_weights save_model save_weights",
        "objects": (
            "deserialize_keras_object get_custom_objects get_registered_name "
            "get_registered_object serialize_keras_object"
        ),
        "lamella.base.custom_objects": (
            "CustomObjectScope custom_object_scope register_keras_serializable register_serializable"
        ),
    },
)
