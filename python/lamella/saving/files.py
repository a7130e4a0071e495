"""Files of models: which module writes a name, and which reads a content."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lamella.base import checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamella.graph.base_model import BaseModel
    from lamella.layers import Layer
    from lamella.models import Sequential
    from lamella.saving.torch.weights import LoadedWeights

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
        filepath: a file that `Model.save` wrote, here or in Keras, `.h5` of Keras 2 too. What kind it is its
            content tells. Keras's functional models are read where they are stacks of layers, residual blocks
            and branches.
        custom_objects: classes and functions of your own that it names, by their names; those of
            `register_serializable` are known.
        compile: whether to compile it too, where it was. Defaults to True; False also loads a model whose
            loss, metrics or optimizer are not known here.
        safe_mode: accepted for compatibility with Keras: no file holds code that could be run.

    Raises:
        ImportError: for a file of Keras's, when h5py is not installed.
        OSError: when the file cannot be read.
        ValueError: for a file that is damaged or not of a model, a class that is not known, or an option that
            is not supported.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]).save(path)
    >>> load_model(path).count_params()
    15
    """
    path = checks.path("load_model", "filepath", filepath)
    checks.flag("load_model", "compile", compile)
    checks.flag("load_model", "safe_mode", safe_mode)
    model: Sequential = _module_of_content(path, "keras.legacy_file").load(path, custom_objects, compile)
    return model


def save_model(model: BaseModel, filepath: _Path, overwrite: bool = True, zipped: bool | None = None) -> None:
    """Write a model into a file; `Model.save`.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> save_model(lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]), path)
    >>> path.exists()
    True
    """
    _require("save_model", model)
    if zipped is not None and not checks.flag("save_model", "zipped", zipped):
        model.refuse(zipped=(zipped, None))
    path = checked_name("save_model", filepath)
    _check_overwrite("save_model", path, overwrite)
    _writer(path, _WRITERS).save(model, path)


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
    _require("save_weights", model)
    model.refuse(max_shard_size=(max_shard_size, None))
    path = checked_name("save_weights", filepath, of_weights=True)
    _check_overwrite("save_weights", path, overwrite)
    _writer(path, _WRITERS_OF_WEIGHTS).save_weights(model, path)


def load_weights(model: Layer, filepath: _Path, skip_mismatch: bool = False) -> None:
    """Give a model, or a layer, the weights of a file; `Model.load_weights`.

    >>> import pathlib, tempfile, lamella
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "weights.safetensors"
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    _require("load_weights", model)
    path = checks.path("load_weights", "filepath", filepath)
    checks.flag("load_weights", "skip_mismatch", skip_mismatch)
    _module_of_content(path, "keras.file").load_weights(model, path, skip_mismatch)


def load_torch_state_dict(
    model: BaseModel,
    filepath: _Path,
    mapping: Mapping[str, Layer | str] | None = None,
    strict: bool = True,
) -> LoadedWeights:
    """Give a built model the weights of a PyTorch model: all of them or, on an error, none.

    The file is what `safetensors.torch.save_file(module.state_dict(), path)` writes. Kernels are transposed
    to channels last. A Dense behind the `Flatten` of a picture, or in front of a `Reshape` to one, gets its
    rows or columns in the order that the picture has here; of sequences only where they are convolved.

    The file does not say of what kind its modules are, nor how they compute. What must be the same here, to
    be given to the constructors: `epsilon` of normalisations (1e-5 in PyTorch, 1e-3 here), `momentum` of
    `BatchNormalization` (0.1 there is 0.9 here), `negative_slope` of leaky ReLUs (0.01 there, 0.3 here), the
    exact or the approximate GELU. `padding=1` of convolutions with strides is not `"same"`: put a
    `ZeroPadding2D` in front, and behind transposed ones a `Cropping2D`. In training, PyTorch takes the
    unbiased variance of a batch into `running_var`; here it is the biased one.

    Args:
        model: the model, built.
        filepath: the safetensors file, its tensors in F64, F32, F16 or BF16.
        mapping: layers, or their names, by the modules' names in the file, `{"features.0": "conv2d"}`; a
            separable convolution is named twice, by its depthwise module first. None, the default: modules
            in the natural order of their names, which safetensors files do not keep, and layers in theirs,
            through models, residual blocks and branches.
        strict: whether every tensor and every variable must be used (`num_batches_tracked`, and statistics of
            a `Normalization`, need not). Defaults to True; else what is missing on either side is left.

    Returns:
        A list with the names and shapes of each tensor and its variable, and what was done; printed, a table.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when the file is damaged, a shape is not the one that is expected, a name in `mapping` is
            not there, something is left while `strict`, or the model is not built.

    >>> import pathlib, tempfile, lamella, numpy as np
    >>> from safetensors.numpy import save_file
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "linear.safetensors"
    >>> save_file({"0.weight": np.ones((3, 4), "float32"), "0.bias": np.zeros(3, "float32")}, path)
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3, name="out")], name="net")
    >>> print(load_torch_state_dict(model, path))
    0.bias    (3,)    ->  net/out/bias    (3,)    as it is
    0.weight  (3, 4)  ->  net/out/kernel  (4, 3)  transposed
    """
    from lamella.saving.torch import weights as torch_weights

    _require("load_torch_state_dict", model)
    checks.flag("load_torch_state_dict", "strict", strict)
    return torch_weights.load(
        model, checks.path("load_torch_state_dict", "filepath", filepath), mapping, strict
    )


_WRITERS = {".safetensors": "native.model_file", ".keras": "keras.file", ".h5": "keras.legacy_file"}
_WRITERS_OF_WEIGHTS = {".safetensors": "native.model_file", ".weights.h5": "keras.file"}
"""What writes a file, by the end of its name."""


def checked_name(owner: str, filepath: Any, of_weights: bool = False) -> str:
    """The path of a file to be written; ValueError for a name that no file is written under."""
    path = checks.path(owner, "filepath", filepath)
    suffixes = tuple(_WRITERS_OF_WEIGHTS if of_weights else _WRITERS)
    if not path.endswith(suffixes):
        expected = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise ValueError(f"{owner}: 'filepath' must end in {expected}. Received: '{path}'")
    return path


def _writer(path: str, writers: dict[str, str]) -> ModuleType:
    name = next(name for suffix, name in writers.items() if path.endswith(suffix))
    return import_module(f"lamella.saving.{name}")


def _module_of_content(path: str, hdf5: str) -> ModuleType:
    """What reads this file; `hdf5` names the module that does where it is an HDF5 file."""
    from lamella.saving.keras.hdf5 import SIGNATURE

    with open(path, "rb") as file:
        start = file.read(len(SIGNATURE))
    name = hdf5 if start == SIGNATURE else "native.model_file"
    if start.startswith(b"PK\x03\x04"):
        name = "keras.file"
    return import_module(f"lamella.saving.{name}")


def _require(owner: str, model: Any) -> None:
    from lamella.layers import Layer

    if not isinstance(model, Layer):
        raise checks.refusal(owner, "model", "a model", model)


def _check_overwrite(owner: str, path: str, overwrite: bool) -> None:
    if not checks.flag(owner, "overwrite", overwrite) and os.path.exists(path):
        raise ValueError(f"'{path}' exists, and overwrite=False")
