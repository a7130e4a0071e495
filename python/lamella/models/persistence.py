"""What a model has to do with files and configs."""

from __future__ import annotations

import json
from typing import Any

from lamella import saving
from lamella.base import seeding
from lamella.base.types import Config
from lamella.graph.base_model import BaseModel
from lamella.layers import serialize
from lamella.training.compiled import Compiled


class Persistence(BaseModel):
    """The part of `Model` that writes and reads files and configs."""

    _compiled: Compiled | None

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
        """Write the model into a file: layers, weights, what it was compiled with, the optimizer's state.

        The file appears whole or not at all. `lamella.saving.load_model` makes the model again, which trains
        on as this one would.

        Args:
            filepath: the file; its name ends in `.safetensors`, or in `.keras`, or Keras's older `.h5`, for a
                file that Keras 3 loads too.
            overwrite: whether a file of this name may be replaced. Defaults to True.
            zipped: must not be False: what is written is one file.

        Raises:
            ImportError: for a `.keras` or `.h5` file, when h5py is not installed.
            OSError: when it cannot be written; a file that was there before is then still there.
            ValueError: for another suffix, or something that has no name a file could give.

        >>> import pathlib, tempfile, lamella
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
        >>> lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)]).save(path)
        >>> lamella.saving.load_model(path).output_shape
        (None, 3)
        """
        saving.save_model(self, filepath, overwrite, zipped)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None
    ) -> None:
        """Write the weights into a file.

        Args:
            filepath: the file; its name ends in `.safetensors`, or in `.weights.h5` for one that Keras 3
                loads too.
            overwrite: whether a file of this name may be replaced. Defaults to True.
            max_shard_size: must be None: what is written is one file.

        Raises:
            ImportError, OSError, ValueError: as `save`.

        >>> import pathlib, tempfile, lamella
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "weights.safetensors"
        >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
        >>> model.save_weights(path)
        >>> model.load_weights(path)
        """
        saving.save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False) -> None:
        """Take the weights of a file, of weights or of a whole model: all of them or, on an error, none.

        Args:
            filepath: the file, of this library or of Keras; those of Keras 2 go by the order of the layers.
            skip_mismatch: whether to leave out, with a warning, what does not fit. Defaults to False.

        Raises:
            OSError: when it cannot be read.
            ValueError: when it is damaged, or number, shape or type of its weights are others.
        """
        saving.load_weights(self, filepath, skip_mismatch)

    def to_json(self, **kwargs: Any) -> str:
        """The layers, without weights, as JSON; `lamella.models.model_from_json` makes a model of it.

        Args:
            **kwargs: of `json.dumps`.

        >>> import lamella
        >>> lamella.Sequential([lamella.layers.Dense(3)]).to_json()[:46]
        '{"module": "keras", "class_name": "Sequential"'
        """
        from lamella.saving.json_text import as_plain

        try:
            return json.dumps(serialize(self), **{"default": as_plain, **kwargs})
        except RecursionError:
            raise ValueError(f"The layers of model '{self.name}' are nested too deeply for JSON") from None

    @property
    def training_seed(self) -> int | None:
        return self._compiled.seed if self._compiled else None

    @training_seed.setter
    def training_seed(self, value: int) -> None:
        assert self._compiled is not None
        self._compiled.seed = value

    def get_compile_config(self) -> Config | None:
        """The arguments of `compile`, as Keras writes them; None when it was not called.

        Raises:
            ValueError: for what has no name that a file could give.
        """
        return self._compiled.get_config() if self._compiled else None

    def compile_from_config(self, config: Config) -> None:
        """Compile again from `get_compile_config`'s dictionary or Keras's.

        Raises:
            ValueError: for an entry that is not supported.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> model.compile_from_config(model.get_compile_config())
        """
        with seeding.drawing_from(self._of_training):
            self._compiled = Compiled.from_config(config)

    def export(self, filepath: Any, format: str | None = None, verbose: Any = None) -> None:
        """Write the model, for inference only, in a form that runs without lamella.

        * `"onnx"`: ONNX, opset 17, with an open batch axis; needs the package onnx
          (`pip install 'lamella[onnx]'`).
        * `"c"`: one file of C99 that needs nothing but the standard library and allocates no memory; its head
          says how to call it.

        Data have their channels last in both. The file appears whole or not at all.

        Args:
            filepath: the file.
            format: `"onnx"` or `"c"`; None, the default, follows from the end of the file's name.
            verbose: whether to print where the file lies.

        Raises:
            ValueError: for another format; when the model is not built, takes inputs of unknown length or has
                layers written in Python.
            ImportError: for ONNX, when onnx is not installed.

        >>> import pathlib, tempfile, lamella
        >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)], name="iris")
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "iris.c"
        >>> model.export(path)
        >>> "void iris_predict(const float *input, float *output);" in path.read_text()
        True
        """
        from lamella.export.formats import export

        export(self, filepath, format, verbose)
