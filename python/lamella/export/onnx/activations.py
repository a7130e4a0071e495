"""Activations as nodes of ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from lamella.export.onnx.graph import Graph


class Builder:
    """Writes formulas of one value x as nodes.

    Args:
        graph: the graph.
        x: the name of the value.
        label: how nodes are called.
        numbers: the numbers of the activation.
    """

    def __init__(self, graph: Graph, x: str, label: str, numbers: Mapping[str, Any]) -> None:
        self.graph = graph
        self.x = x
        self.label = label
        self._numbers = numbers

    def number(self, key: str) -> float:
        """A number of the activation, 0 where it has none of this name."""
        return float(self._numbers.get(key, 0.0))

    def node(self, op: str, *inputs: str | float, **attributes: Any) -> str:
        """Append a node whose inputs are values or numbers."""
        names = [value if isinstance(value, str) else self.graph.number(value) for value in inputs]
        return self.graph.node(op, names, self.label, **attributes)


def _bounded_relu(b: Builder) -> str:
    low, high, threshold, slope = b.number("low"), b.number("high"), b.number("threshold"), b.number("a")
    lowest = "" if low == -math.inf else low
    clipped: str = b.x
    if math.isfinite(low) or math.isfinite(high):
        clipped = b.node("Clip", b.x, lowest, *([] if high == math.inf else [high]))
    if threshold == -math.inf or (threshold == low == slope == 0.0):
        return clipped
    below: str | float = b.node("Mul", b.node("Sub", b.x, threshold), slope) if slope else 0.0
    return b.node("Where", b.node("Greater", b.x, threshold), clipped, below)


def _celu(b: Builder) -> str:
    scaled = b.node("Sub", b.node("Exp", b.node("Div", b.x, b.number("a"))), 1.0)
    return b.node("Where", b.node("Less", b.x, 0.0), b.node("Mul", scaled, b.number("a")), b.x)


def _gelu(b: Builder) -> str:
    erf = b.node("Erf", b.node("Mul", b.x, math.sqrt(0.5)))
    return b.node("Mul", b.x, b.node("Mul", b.node("Add", erf, 1.0), 0.5))


def _gelu_tanh(b: Builder) -> str:
    slope = b.node("Add", b.node("Mul", b.node("Mul", b.x, b.x), 0.044715), 1.0)
    argument = b.node("Mul", b.node("Mul", b.x, slope), 2.0 * math.sqrt(2.0 / math.pi))
    return b.node("Mul", b.x, b.node("Sigmoid", argument))


def _glu(b: Builder) -> str:
    first, second = b.graph.nodes_outputs("Split", [b.x], b.label, count=2, axis=-1)
    return b.node("Mul", first, b.node("Sigmoid", second))


def _mish(b: Builder) -> str:
    return b.node("Mul", b.x, b.node("Tanh", b.node("Softplus", b.x)))


def _sparse_plus(b: Builder) -> str:
    above = b.node("Add", b.x, 1.0)
    between = b.node("Mul", b.node("Mul", above, above), 0.25)
    positive = b.node("Where", b.node("Less", b.x, 1.0), between, b.x)
    return b.node("Where", b.node("LessOrEqual", b.x, -1.0), 0.0, positive)


def _squareplus(b: Builder) -> str:
    """a / 2 / (root - x) where x is negative: (x + root) / 2 without cancellation."""
    root = b.node("Sqrt", b.node("Add", b.node("Mul", b.x, b.x), b.number("a")))
    total = b.node("Add", root, b.node("Abs", b.x))
    negative = b.node("Div", b.number("a") / 2, total)
    return b.node("Where", b.node("Less", b.x, 0.0), negative, b.node("Mul", total, 0.5))


def _threshold(b: Builder) -> str:
    below = b.node("LessOrEqual", b.x, b.number("threshold"))
    return b.node("Where", below, b.number("a"), b.x)


_ELEMENTWISE: dict[str, Callable[[Builder], str]] = {
    "linear": lambda b: b.x,
    "relu": lambda b: b.node("Relu", b.x),
    "leaky_relu": lambda b: b.node("LeakyRelu", b.x, alpha=b.number("a")),
    "elu": lambda b: b.node("Elu", b.x, alpha=b.number("a")),
    "sigmoid": lambda b: b.node("Sigmoid", b.x),
    "tanh": lambda b: b.node("Tanh", b.x),
    "bounded_relu": _bounded_relu,
    "celu": _celu,
    "exponential": lambda b: b.node("Exp", b.x),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "hard_shrink": lambda b: b.node("Shrink", b.x, lambd=b.number("a"), bias=0.0),
    "hard_sigmoid": lambda b: b.node("HardSigmoid", b.x, alpha=b.number("a"), beta=0.5),
    "hard_silu": lambda b: b.node("HardSwish", b.x),
    "log_sigmoid": lambda b: b.node("Neg", b.node("Softplus", b.node("Neg", b.x))),
    "mish": _mish,
    "selu": lambda b: b.node("Selu", b.x),
    "silu": lambda b: b.node("Mul", b.x, b.node("Sigmoid", b.x)),
    "soft_shrink": lambda b: b.node("Shrink", b.x, lambd=b.number("a"), bias=b.number("a")),
    "softplus": lambda b: b.node("Softplus", b.x),
    "softsign": lambda b: b.node("Softsign", b.x),
    "sparse_plus": _sparse_plus,
    "squareplus": _squareplus,
    "tanh_shrink": lambda b: b.node("Sub", b.x, b.node("Tanh", b.x)),
    "threshold": _threshold,
}


def _sparsemax(b: Builder, columns: int) -> str:
    """The threshold from sorted values: those above the mean of what lies before them, less 1 / count."""
    count = b.graph.integers([columns], f"{b.label}/columns")
    ordered, _ = b.graph.nodes_outputs("TopK", [b.x, count], b.label, count=2, axis=-1)
    last = b.graph.integers([-1], "number/last_axis")
    sums = b.graph.node("CumSum", [ordered, b.graph.constant("number/last", -1, "int64")], b.label)
    ranks = b.graph.constant(f"{b.label}/ranks", range(1, columns + 1))
    inside = b.node("Greater", b.node("Add", b.node("Mul", ordered, ranks), 1.0), sums)
    total = b.node("ReduceSum", b.node("Where", inside, ordered, 0.0), last)
    number = b.node("ReduceSum", b.node("Cast", inside, to=b.graph.element_type), last)
    threshold = b.node("Div", b.node("Sub", total, 1.0), number)
    return b.node("Max", b.node("Sub", b.x, threshold), 0.0)


_OF_ROWS: dict[str, Callable[[Builder, int], str]] = {
    "glu": lambda b, columns: _glu(b),
    "log_softmax": lambda b, columns: b.node("LogSoftmax", b.x, axis=-1),
    "softmax": lambda b, columns: b.node("Softmax", b.x, axis=-1),
    "sparsemax": _sparsemax,
}


def is_elementwise(kind: str) -> bool:
    """Whether an activation works on each element by itself."""
    return kind in _ELEMENTWISE


def activation(graph: Graph, x: str, columns: int, attributes: Mapping[str, Any], label: str) -> str:
    """Append an activation; returns the name of its output.

    Args:
        graph: the graph.
        x: the name of the input, in lamella's order of axes unless the activation is element-wise.
        columns: the length of the last axis of lamella's.
        attributes: kind and numbers.
        label: how nodes are called.
    """
    builder, kind = Builder(graph, x, label, attributes), attributes["kind"]
    if is_elementwise(kind):
        return _ELEMENTWISE[kind](builder)
    return _OF_ROWS[kind](builder, columns)
