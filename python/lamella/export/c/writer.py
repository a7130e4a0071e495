"""Models as C, for inference where there is nothing but a compiler."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from lamella._core import __version__
from lamella.base.atomic_file import replacing
from lamella.export.c.constants import LINE_WIDTH, Constants, braces, comment_text, identifier, number
from lamella.export.c.functions import NAMES, activation_numbers, source_of
from lamella.export.c.memory import plan_memory
from lamella.export.inference import Constant, Inference, Step, repeated_parameters, window_of

if TYPE_CHECKING:
    from lamella.graph.base_model import BaseModel


def export_c(model: BaseModel, path: str | os.PathLike[str]) -> None:
    """Write a model as one file of C99 that needs the standard library alone.

    The file defines `NAME_predict(input, output)` and `NAME_predict_with(input, output, workspace)` for one
    row, NAME being the model's name made an identifier, and says in its head how to call them.

    Args:
        model: the model, built.
        path: the file.

    Raises:
        ValueError: when the model cannot be exported: see `lamella.export.inference.Inference`.
    """
    source = _source(Inference(model))
    with replacing(path) as temporary, open(temporary, "w", encoding="ascii") as file:
        file.write(source)


def _source(inference: Inference) -> str:
    """The text of the file."""
    name = identifier(inference.model_name)
    writer = _Writer(inference, {name, f"{name}_predict", f"{name}_predict_with"})
    for step in inference.steps:
        writer.write(step)
    real = "float" if inference.dtype == "float32" else "double"
    function = _PREDICT.format(
        name=name,
        upper=name.upper(),
        real=real,
        calls="".join(writer.calls) or f"    {writer.copy_of_input()}\n",
        unused="" if writer.plan.size else "    (void)workspace;\n",
    )
    head = _HEAD.format(
        title=comment_text(inference.model_name),
        version=__version__,
        name=name,
        upper=name.upper(),
        real=real,
        inputs=prod(inference.input_shape),
        outputs=prod(inference.output_shape),
        workspace=max(writer.plan.size, 1),
        input_shape=" x ".join(map(str, inference.input_shape)),
        output_shape=" x ".join(map(str, inference.output_shape)),
        parameters=writer.constants.bytes,
    )
    functions = source_of(writer.used, inference.dtype)
    return "".join([head, functions, "\n", *writer.constants.texts, function])


_HEAD = """\
/* {title}, at inference. Written by lamella {version}; C99, no dependency but the standard library.

   input:  {inputs} numbers, {input_shape}, the last axis running fastest
   output: {outputs} numbers, {output_shape}

   {name}_predict() computes one row in a static workspace: one call at a time.
   {name}_predict_with() computes in the caller's, {upper}_WORKSPACE_SIZE numbers, and may run in several
   threads at once. Input, output and workspace must not overlap. Weights take {parameters} bytes. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#define {upper}_INPUT_SIZE {inputs}
#define {upper}_OUTPUT_SIZE {outputs}
#define {upper}_WORKSPACE_SIZE {workspace}

void {name}_predict(const {real} *input, {real} *output);
void {name}_predict_with(const {real} *input, {real} *output, {real} *workspace);

typedef {real} real;
"""

_PREDICT = """
void {name}_predict_with(const {real} *input, {real} *output, {real} *workspace)
{{
{unused}{calls}}}

void {name}_predict(const {real} *input, {real} *output)
{{
    static {real} workspace[{upper}_WORKSPACE_SIZE];
    {name}_predict_with(input, output, workspace);
}}
"""


class _Writer:
    """Writes the calls of a model and the constants these need.

    Args:
        inference: the model.
        taken: names that are in use already.
    """

    def __init__(self, inference: Inference, taken: set[str]) -> None:
        self.plan = plan_memory(inference)
        self.constants = Constants(inference.dtype, NAMES | taken | {"input", "output", "real", "workspace"})
        self.calls: list[str] = []
        self.used: set[str] = set()
        self._inference = inference

    def write(self, step: Step) -> None:
        """Append the calls of a step."""
        before = len(self.calls)
        WRITERS[step.op](self, step)
        if len(self.calls) > before:
            shape = " x ".join(map(str, step.shape))
            self.calls.insert(before, f"    /* {comment_text(step.name)}: {shape} */\n")

    def call(self, function: str, *arguments: str | int) -> None:
        """Append the call of a function of `c_functions`."""
        self.used.add(function)
        text = f"    {function}({', '.join(map(str, arguments))});"
        lines = textwrap.wrap(
            text, LINE_WIDTH, subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False
        )
        self.calls.append("\n".join(lines) + "\n")

    def place(self, value: int) -> str:
        """Where a value lies."""
        offset = self.plan.offsets[value]
        if offset is None:
            return "output" if value in self.plan.in_output else "input"
        return f"workspace + {offset}" if offset else "workspace"

    def ends(self, step: Step) -> tuple[str, str]:
        """Where the input and the output of a step lie."""
        return self.place(step.inputs[0]), self.place(step.output)

    def number(self, value: float) -> str:
        """A number of the model's type."""
        return number(float(value), self._inference.dtype)

    def optional(self, constant: Constant | None) -> str:
        """The name of a variable, NULL where it is left out."""
        return "NULL" if constant is None else self.constants.numbers(*constant)

    def copy_of_input(self) -> str:
        """What a model that computes nothing does."""
        size = prod(self._inference.input_shape)
        return f"memcpy(output, input, {size} * sizeof *output);"


def _dense(w: _Writer, step: Step) -> None:
    kernel, bias = map(w.optional, step.constants)
    inputs, units = step.input_shapes[0][-1], step.shape[-1]
    w.call("dense", *w.ends(step), kernel, bias, prod(step.shape[:-1]), inputs, units)


def _activation(w: _Writer, step: Step) -> None:
    kind = step.attributes["kind"]
    if kind == "linear":
        _copy(w, step)
        return
    names = activation_numbers(kind)
    if names is None:
        w.call(kind, *w.ends(step), prod(step.shape[:-1]), step.shape[-1])
        return
    numbers = [w.number(step.attributes.get(name, 0.0)) for name in names]
    w.call(f"apply_{kind}", *w.ends(step), *numbers, prod(step.shape))


def _copy(w: _Writer, step: Step) -> None:
    source, target = w.ends(step)
    if source != target:
        w.call("copy_columns", source, target, 1, prod(step.shape), 0, prod(step.shape))


def _add(w: _Writer, step: Step) -> None:
    target = w.place(step.output)
    first = w.place(step.inputs[0])
    for value in step.inputs[1:]:
        w.call("add", first, w.place(value), target, prod(step.shape))
        first = target


def _concatenate(w: _Writer, step: Step) -> None:
    first, rows = 0, prod(step.shape[:-1])
    for value, shape in zip(step.inputs, step.input_shapes, strict=True):
        w.call("copy_columns", w.place(value), w.place(step.output), rows, shape[-1], first, step.shape[-1])
        first += shape[-1]


def _batch_normalization(w: _Writer, step: Step) -> None:
    """The mean stays apart: a difference of products loses digits where the variance is small."""
    gamma, beta, mean, variance = step.constants
    assert mean is not None
    assert variance is not None
    scale = 1.0 / np.sqrt(variance.array.astype(np.float64) + step.attributes["epsilon"])
    if gamma is not None:
        scale = scale * gamma.array
    factors = w.constants.numbers(f"{step.name}/scale", scale)
    rows, columns = prod(step.shape[:-1]), step.shape[-1]
    w.call("normalize", *w.ends(step), w.optional(mean), factors, w.optional(beta), rows, columns)


def _window(w: _Writer, step: Step, pictures: tuple[int, ...], seen_by: tuple[int, ...]) -> str:
    """The name of the window of a step, its first axes filled up to three.

    Args:
        w: what is written to.
        step: the step.
        pictures: the spatial axes that the window moves over.
        seen_by: those of the positions it takes.
    """
    window = window_of(step)
    lists = [
        (pictures, 1),
        (seen_by, 1),
        (window.taps, 1),
        (window.strides, 1),
        (window.dilation, 1),
        (window.before, 0),
    ]
    fields = [braces((otherwise,) * (3 - len(numbers)) + tuple(numbers)) for numbers, otherwise in lists]
    w.used.add("window")
    return "&" + w.constants.record("window", f"{step.name}/{step.op}", ", ".join(fields))


def _conv(w: _Writer, step: Step) -> None:
    window = _window(w, step, step.input_shapes[0][:-1], step.shape[:-1])
    kernel, bias = map(w.optional, step.constants)
    channels, groups = step.input_shapes[0][-1], int(step.attributes["groups"])
    w.call("conv", *w.ends(step), window, kernel, bias, channels, step.shape[-1], groups)


def _conv_transpose(w: _Writer, step: Step) -> None:
    window = _window(w, step, step.shape[:-1], step.input_shapes[0][:-1])
    kernel, bias = map(w.optional, step.constants)
    w.call("conv_transpose", *w.ends(step), window, kernel, bias, step.input_shapes[0][-1], step.shape[-1])


def _depthwise_conv(w: _Writer, step: Step) -> None:
    window = _window(w, step, step.input_shapes[0][:-1], step.shape[:-1])
    kernel, bias = map(w.optional, step.constants)
    w.call("depthwise_conv", *w.ends(step), window, kernel, bias, step.shape[-1])


def _pool(w: _Writer, step: Step) -> None:
    window = _window(w, step, step.input_shapes[0][:-1], step.shape[:-1])
    w.call("pool", *w.ends(step), window, step.shape[-1], int(step.attributes["kind"] == "mean"))


def _map_axis(w: _Writer, step: Step) -> None:
    axis, shape = int(step.attributes["axis"]), step.input_shapes[0]
    starts = w.constants.integers(f"{step.name}/starts", step.attributes["starts"])
    sources = w.constants.integers(f"{step.name}/sources", step.attributes["sources"])
    weights = np.asarray(step.attributes["weights"])
    factors = "NULL" if np.all(weights == 1.0) else w.constants.numbers(f"{step.name}/weights", weights)
    outer, inner = prod(shape[:axis]), prod(shape[axis + 1 :])
    w.call("map_axis", *w.ends(step), outer, shape[axis], step.shape[axis], inner, starts, sources, factors)


def _permute(w: _Writer, step: Step) -> None:
    shape = step.input_shapes[0]
    steps = [prod(shape[int(axis) + 1 :]) for axis in step.attributes["axes"]]
    sizes = w.constants.integers(f"{step.name}/shape", step.shape)
    w.call("permute", *w.ends(step), len(shape), sizes, w.constants.integers(f"{step.name}/steps", steps))


def _prelu(w: _Writer, step: Step) -> None:
    """Slopes that all rows of the last axes share are written once."""
    (alpha,) = step.constants
    assert alpha is not None
    leading = next((axis for axis, size in enumerate(alpha.array.shape) if size > 1), len(step.shape) - 1)
    slopes = np.broadcast_to(alpha.array.reshape(alpha.array.shape[leading:]), step.shape[leading:])
    rows = prod(step.shape[:leading])
    w.call("prelu", *w.ends(step), w.constants.numbers(alpha.name, slopes), rows, slopes.size)


def _rescaling(w: _Writer, step: Step) -> None:
    scale, offset = (np.asarray(step.attributes[key], np.float64) for key in ("scale", "offset"))
    if scale.ndim == offset.ndim == 0:
        w.call("rescale", *w.ends(step), w.number(float(scale)), w.number(float(offset)), prod(step.shape))
        return
    columns = step.shape[-1]
    arrays = [
        w.constants.numbers(f"{step.name}/{key}", np.broadcast_to(values, columns))
        for key, values in (("scale", scale), ("offset", offset))
    ]
    w.call("rescale_columns", *w.ends(step), *arrays, prod(step.shape[:-1]), columns)


def _reshape(w: _Writer, step: Step) -> None:
    """The same numbers in the same place."""


def _row_normalization(w: _Writer, step: Step) -> None:
    gamma, beta = map(w.optional, repeated_parameters(step))
    kind = [int(bool(step.attributes[key])) for key in ("centred", "unit")]
    rows, groups = prod(step.shape[:-1]), int(step.attributes["groups"])
    epsilon = w.number(step.attributes["epsilon"])
    w.call("row_normalization", *w.ends(step), gamma, beta, rows, step.shape[-1], groups, *kind, epsilon)


WRITERS: dict[str, Callable[[_Writer, Step], None]] = {
    "activation": _activation,
    "add": _add,
    "batch_normalization": _batch_normalization,
    "concatenate": _concatenate,
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "dense": _dense,
    "depthwise_conv": _depthwise_conv,
    "map_axis": _map_axis,
    "permute": _permute,
    "pool": _pool,
    "prelu": _prelu,
    "rescaling": _rescaling,
    "reshape": _reshape,
    "row_normalization": _row_normalization,
}
