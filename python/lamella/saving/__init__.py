"""Files of models: saved, loaded, exported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamella.custom_objects import custom_object_scope, register_serializable
from lamella.saving.objects import (
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    serialize_keras_object,
)

if TYPE_CHECKING:
    from lamella.layers import Layer
    from lamella.models import Model, Sequential

# Keras's names.
CustomObjectScope = custom_object_scope
register_keras_serializable = register_serializable

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "register_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

_Path = str | os.PathLike[str]


def load_model(
    filepath: _Path,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Sequential:
    """Make the model that a file holds, compiled as it was, its optimizer where it stopped.

    Nothing in the file is run or imported, and it is checked against damage.

    Args:
        filepath: a file that `Model.save` wrote.
        custom_objects: classes and functions of your own that it names, by their names; those of
            `register_serializable` are known.
        compile: whether to compile it too, where it was. Defaults to True.
        safe_mode: taken for Keras's sake: no file holds code that could be run.

    Raises:
        OSError: when the file cannot be read.
        ValueError: for a file that is damaged or not of a model, a class that is not known, or an option that
            is not supported.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]).save(path)
    >>> load_model(path).count_params()
    15
    """
    from lamella.saving import model_file

    return model_file.load(filepath, custom_objects, compile)


def save_model(model: Model, filepath: _Path, overwrite: bool = True, zipped: bool | None = None) -> None:
    """Write a model into a file; `Model.save`.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> save_model(lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]), path)
    >>> path.exists()
    True
    """
    from lamella.saving import model_file

    if zipped is False:
        model.refuse(zipped=(zipped, None))
    _check_suffix(filepath, ".safetensors")
    _check_overwrite(filepath, overwrite)
    model_file.save(model, filepath)


def save_weights(
    model: Layer, filepath: _Path, overwrite: bool = True, max_shard_size: float | None = None
) -> None:
    """Write the weights of a model, or of a layer, into a file; `Model.save_weights`.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "weights.safetensors"
    >>> save_weights(lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]), path)
    >>> path.exists()
    True
    """
    from lamella.saving import model_file

    model.refuse(max_shard_size=(max_shard_size, None))
    _check_suffix(filepath, ".safetensors")
    _check_overwrite(filepath, overwrite)
    model_file.save_weights(model, filepath)


def load_weights(model: Layer, filepath: _Path, skip_mismatch: bool = False) -> None:
    """Give a model, or a layer, the weights of a file; `Model.load_weights`.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "weights.safetensors"
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    from lamella.saving import model_file

    model_file.load_weights(model, filepath, skip_mismatch)


def _check_suffix(path: _Path, *known: str) -> None:
    if not os.fspath(path).endswith(known):
        raise ValueError(
            f"The name of the file must end in {' or '.join(known)}. Received: '{os.fspath(path)}'"
        )


def _check_overwrite(path: _Path, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise ValueError(f"'{os.fspath(path)}' exists, and overwrite=False")
