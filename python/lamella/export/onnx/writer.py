"""Models as ONNX, for inference elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import reduce
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from lamella.base.atomic_file import replacing
from lamella.base.types import Array
from lamella.export.inference import Constant, Inference, Step, repeated_parameters, window_of
from lamella.export.onnx.activations import activation, is_elementwise
from lamella.export.onnx.graph import Graph, Tensor, as_held, channels_first

if TYPE_CHECKING:
    from lamella.graph.base_model import BaseModel


def export_onnx(model: BaseModel, path: str | os.PathLike[str]) -> None:
    """Write a model in the format of ONNX, opset 17.

    The batch axis stays open; inputs and outputs have their channels last, as in lamella. A float64 model
    becomes one of DOUBLE tensors, which is valid ONNX; ONNX Runtime computes dense layers, pooling of maxima
    and normalisations of it, but has convolutions and some activations in float32 only.

    Args:
        model: the model, built.
        path: the file.

    Raises:
        ValueError: when the model cannot be exported, see `lamella.export.inference.Inference`, or is larger
            than 2 GB.
        ImportError: when onnx is not installed.
    """
    inference = Inference(model)
    graph = Graph(inference.dtype, inference.input_name, inference.output_name)
    values = {0: as_held(graph.input_name, len(inference.input_shape) + 1)}
    for step in inference.steps:
        values[step.output] = EMITTERS[step.op](graph, step, [values[value] for value in step.inputs])
    output = values[inference.output]
    onnx_model = graph.model(inference.model_name, inference.input_shape, output, inference.output_shape)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(onnx_model.SerializeToString())


def _add_offset(graph: Graph, x: str, offset: Constant | None, label: str) -> str:
    """Append the addition of a bias along the last axis, where there is one."""
    return x if offset is None else graph.node("Add", [x, graph.constant(*offset)], label)


def _dense(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    kernel, bias = step.constants
    assert kernel is not None
    x, rank = graph.plain(inputs[0]), len(inputs[0].axes)
    weights = graph.constant(*kernel)
    if rank == 2 and bias is not None:
        return as_held(graph.node("Gemm", [x, weights, graph.constant(*bias)], step.name), rank)
    return as_held(_add_offset(graph, graph.node("MatMul", [x, weights], step.name), bias, step.name), rank)


def _activation(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if is_elementwise(step.attributes["kind"]):
        held, axes = x.name, x.axes
    else:
        held, axes = graph.plain(x), tuple(range(len(x.axes)))
    columns = step.input_shapes[0][-1]
    return Tensor(activation(graph, held, columns, step.attributes, step.name), axes)


def _add(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    first = inputs[0]
    names = [graph.arranged(x, first.order) for x in inputs]
    return Tensor(reduce(lambda a, b: graph.node("Add", [a, b], step.name), names), first.axes)


def _concatenate(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    first = inputs[0]
    names = [graph.arranged(x, first.order) for x in inputs]
    return Tensor(graph.node("Concat", names, step.name, axis=first.axes[-1]), first.axes)


def _from_channels_first(name: str, rank: int) -> Tensor:
    order = channels_first(rank)
    return Tensor(name, tuple(order.index(axis) for axis in range(rank)))


def _batch_normalization(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    (x,), rank = inputs, len(inputs[0].axes)
    gamma, beta, mean, variance = step.constants
    assert mean is not None
    assert variance is not None
    epsilon = step.attributes["epsilon"]
    if gamma is None and beta is None:
        # The mean is taken off first: where the variance is 0, the factor is too large for a difference of
        # products, which runtimes make of a BatchNormalization.
        factor = 1.0 / np.sqrt(variance.array.astype(np.float64) + epsilon)
        centred = graph.node("Sub", [x.name, graph.broadcast(mean, x)], step.name)
        deviation = graph.broadcast(Constant(f"{step.name}/inverse_deviation", factor), x)
        return Tensor(graph.node("Mul", [centred, deviation], step.name), x.axes)
    gamma = gamma or Constant(f"{step.name}/gamma", np.ones_like(mean.array))
    beta = beta or Constant(f"{step.name}/beta", np.zeros_like(mean.array))
    parameters = [graph.constant(*constant) for constant in (gamma, beta, mean, variance)]
    held = graph.arranged(x, channels_first(rank))
    y = graph.node("BatchNormalization", [held, *parameters], step.name, epsilon=epsilon)
    return _from_channels_first(y, rank)


def _convolution(
    graph: Graph, step: Step, x: Tensor, kernel: Constant, group: int, after: Sequence[int] | None = None
) -> Tensor:
    """Append a convolution whose kernel is in ONNX's order; transposed where `after`, its crops, is given."""
    window, rank = window_of(step), len(x.axes)
    bias = step.constants[1]
    inputs = [graph.arranged(x, channels_first(rank)), graph.constant(*kernel)]
    if bias is not None:
        inputs.append(graph.constant(*bias))
    attributes = {
        "kernel_shape": list(window.taps),
        "strides": list(window.strides),
        "dilations": list(window.dilation),
        "pads": [*window.before, *window.after],
        "group": group,
    }
    op = "Conv"
    if after is not None:
        op, attributes["output_padding"] = "ConvTranspose", list(after)
    return _from_channels_first(graph.node(op, inputs, step.name, **attributes), rank)


def _conv(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    kernel = step.constants[0]
    assert kernel is not None
    array = np.moveaxis(kernel.array, (-1, -2), (0, 1))
    return _convolution(graph, step, inputs[0], Constant(kernel.name, array), int(step.attributes["groups"]))


def _depthwise_conv(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    kernel, channels = step.constants[0], step.shape[-1]
    assert kernel is not None
    array = kernel.array.reshape(*window_of(step).taps, 1, channels)
    array = np.moveaxis(array, (-1, -2), (0, 1))
    return _convolution(graph, step, inputs[0], Constant(kernel.name, array), channels)


def _conv_transpose(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    kernel, window = step.constants[0], window_of(step)
    assert kernel is not None
    added = []
    for axis, output in enumerate(step.attributes["output"]):
        reach = (window.taps[axis] - 1) * window.dilation[axis] + 1
        full = (step.input_shapes[0][axis] - 1) * window.strides[axis] + reach
        added.append(int(output) - (full - window.before[axis] - window.after[axis]))
    array = np.moveaxis(kernel.array, (-1, -2), (0, 1))
    return _convolution(graph, step, inputs[0], Constant(kernel.name, array), 1, added)


def _pool(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    window, rank = window_of(step), len(inputs[0].axes)
    held = graph.arranged(inputs[0], channels_first(rank))
    mean = step.attributes["kind"] == "mean"
    if window.taps == step.input_shapes[0][:-1] and not any(window.before + window.after):
        op = "GlobalAveragePool" if mean else "GlobalMaxPool"
        return _from_channels_first(graph.node(op, [held], step.name), rank)
    pads = [*window.before, *window.after]
    settings = {"kernel_shape": list(window.taps), "strides": list(window.strides), "pads": pads}
    y = graph.node("AveragePool" if mean else "MaxPool", [held], step.name, **settings)
    return _from_channels_first(y, rank)


def _prelu(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    (x,), (alpha,) = inputs, step.constants
    assert alpha is not None
    return Tensor(graph.node("PRelu", [x.name, graph.broadcast(alpha, x)], step.name), x.axes)


def _rescaling(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    name = x.name
    for op, key, neutral in (("Mul", "scale", 1.0), ("Add", "offset", 0.0)):
        numbers = np.asarray(step.attributes[key], np.float64)
        if np.any(numbers != neutral):
            factor = graph.broadcast(Constant(f"{step.name}/{key}", numbers), x)
            name = graph.node(op, [name, factor], step.name)
    return Tensor(name, x.axes)


def _permute(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    return Tensor(x.name, (0, *(x.axes[int(axis) + 1] for axis in step.attributes["axes"])))


def _reshape(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    shape = graph.integers([0, *step.shape], f"{step.name}/shape")
    return as_held(graph.node("Reshape", [graph.plain(inputs[0]), shape], step.name), len(step.shape) + 1)


def _row_normalization(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    """Centred rows by the node made for them, with factor and offset where there is one group."""
    x, rank = graph.plain(inputs[0]), len(inputs[0].axes)
    gamma, beta = repeated_parameters(step)
    epsilon, label = step.attributes["epsilon"], step.name
    if step.attributes["centred"]:
        ones = graph.constant(f"{label}/ones", np.ones(step.shape[-1]))
        y = graph.node("LayerNormalization", [x, ones], label, epsilon=epsilon, stash_type=graph.element_type)
    elif step.attributes["unit"]:
        squares = graph.node("ReduceSumSquare", [x], label, axes=[-1])
        limited = graph.node("Max", [squares, graph.number(epsilon)], label)
        y = graph.node("Div", [x, graph.node("Sqrt", [limited], label)], label)
    else:
        mean = graph.node("ReduceMean", [graph.node("Mul", [x, x], label)], label, axes=[-1])
        square = graph.node("Add", [mean, graph.number(epsilon)], label)
        y = graph.node("Div", [x, graph.node("Sqrt", [square], label)], label)
    if gamma is not None:
        y = graph.node("Mul", [y, graph.constant(*gamma)], label)
    return as_held(_add_offset(graph, y, beta, label), rank)


def _map_axis(graph: Graph, step: Step, inputs: Sequence[Tensor]) -> Tensor:
    """One entry for each position, zeros around what was there, or sums as a product with a matrix."""
    (x,), axis = inputs, int(step.attributes["axis"])
    sources = [int(source) for source in step.attributes["sources"]]
    weights, counts = step.attributes["weights"], np.diff(step.attributes["starts"])
    length, held = step.input_shapes[0][axis], x.axes[axis + 1]
    if all(weight == 1.0 for weight in weights):
        if np.all(counts == 1):
            indices = graph.integers(sources, f"{step.name}/sources")
            return Tensor(graph.node("Gather", [x.name, indices], step.name, axis=held), x.axes)
        before = int(np.argmax(counts))
        after = len(counts) - length - before
        if sources == list(range(length)) and list(counts) == [0] * before + [1] * length + [0] * after:
            return _zeros_around(graph, step, x, held, before, after)
    matrix = np.zeros((len(counts), length))
    for position, source, weight in zip(
        np.repeat(np.arange(len(counts)), counts), sources, weights, strict=True
    ):
        matrix[position, source] += weight
    return _product(graph, step, x, axis, matrix)


def _zeros_around(graph: Graph, step: Step, x: Tensor, axis: int, before: int, after: int) -> Tensor:
    pads = [0] * (2 * len(x.axes))
    pads[axis], pads[axis + len(x.axes)] = before, after
    return Tensor(graph.node("Pad", [x.name, graph.integers(pads, f"{step.name}/pads")], step.name), x.axes)


def _product(graph: Graph, step: Step, x: Tensor, axis: int, matrix: Array) -> Tensor:
    """Append a product with a matrix along an axis."""
    shape, label = step.input_shapes[0], step.name
    folded = graph.integers([0, prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])], f"{label}/folded")
    rows = graph.node("Reshape", [graph.plain(x), folded], label)
    product = graph.node("MatMul", [graph.constant(f"{label}/weights", matrix), rows], label)
    unfolded = graph.integers([0, *step.shape], f"{label}/shape")
    return as_held(graph.node("Reshape", [product, unfolded], label), len(shape) + 1)


EMITTERS: dict[str, Callable[[Graph, Step, Sequence[Tensor]], Tensor]] = {
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
