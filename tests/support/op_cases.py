"""The one table of op cases: gradient checks, float32 checks and benchmarks/ops.py are all driven by it.

A case lists the nodes of an op, or of a few ops that the engine fuses, for a given input. The harness puts a
dense node with one-hot input in front: row i of its output is row i of its kernel, so that the kernel is the
input of the case and its gradient the case's input gradient. A reshape keeps this node out of any fusion.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from lamella import _core
from op_convolution import (
    all_different,
    conv,
    conv_3x3,
    conv_transpose,
    depthwise_conv,
    map_axis,
    pool,
    random_color,
    random_transform,
    spatial_dropout,
)
from op_nodes import Node, Shape, off_grid, off_zero

EPSILON = 1e-3  # of batch normalisation


@dataclass(frozen=True)
class OpCase:
    """nodes(x, rng) returns the nodes for the input x, rows included; `ranks` are those of a row."""

    name: str
    nodes: Callable[[np.ndarray, np.random.Generator], list[Node]]
    ranks: tuple[int, ...] = (1, 2)
    loss: tuple[str, dict[str, Any]] = ("mean_squared_error", {})
    gradient_tolerance: float = 1e-7
    float32_tolerance: float = 1e-5

    def __str__(self) -> str:
        return self.name


def dense(units: int, use_bias: bool = True):
    def nodes(x, rng):
        kernel = off_zero(rng, (x.shape[-1], units))
        return [Node("dense", {}, [kernel, off_grid(rng, (units,)) if use_bias else None])]

    return nodes


def activation(kind: str):
    return lambda x, rng: [Node("activation", {"kind": kind, **PARAMETERS.get(kind, {})})]


def prelu(shared=()):
    """Slopes of their own for all elements of a row, but shared along these axes of it."""

    def nodes(x, rng):
        shape = [1 if axis in shared else size for axis, size in enumerate(x.shape[1:])]
        return [Node("prelu", {}, [off_zero(rng, shape)])]

    return nodes


def permute(*axes: int):
    return lambda x, rng: [Node("permute", {"axes": list(axes)})]


def repeat(n: int):
    """A row several times, along a new axis."""

    def nodes(x, rng):
        attributes = {"starts": list(range(n + 1)), "sources": [0] * n, "weights": [1.0] * n}
        return [Node("reshape", {"shape": [1, *x.shape[1:]]}), Node("map_axis", {"axis": 0, **attributes})]

    return nodes


def dropout(rate: float, **values: float):
    values = values or {"scale": 1 / (1 - rate)}
    return lambda x, rng: [Node("dropout", {"rate": rate, "seed": -1, **values})]


def gaussian_noise(stddev: float, multiplied: int):
    attributes = {"stddev": stddev, "multiplied": multiplied, "seed": -1}
    return lambda x, rng: [Node("gaussian_noise", attributes)]


def row_normalization(kind: str, gamma: bool = True, beta: bool = True, segments: int = 1, grouped=False):
    """Rows of the last axis; where grouped, the axis before it counts groups with channels of their own."""

    def nodes(x, rng):
        groups = x.shape[-2] if grouped else 1
        last = x.shape[-1] * segments
        copies = repeat(segments)(x, rng) if segments > 1 else []
        merge = [Node("reshape", {"shape": [last]})] if segments > 1 else []
        channels = groups * last // segments
        attributes = {"centred": int(kind == "layer"), "unit": int(kind == "unit"), "epsilon": EPSILON}
        attributes |= {"groups": groups, "segments": segments}
        variables = [off_zero(rng, channels) if gamma else None, off_zero(rng, channels) if beta else None]
        return [*copies, *merge, Node("row_normalization", attributes, variables)]

    return nodes


def rescaling(scale, offset):
    return lambda x, rng: [Node("rescaling", {"scale": scale, "offset": offset})]


def per_channel_rescaling(x, rng):
    scale, offset = off_zero(rng, x.shape[-1:]), off_zero(rng, x.shape[-1:])
    return [Node("rescaling", {"scale": scale.tolist(), "offset": offset.tolist()})]


def flatten(x, rng):
    return [Node("reshape", {"shape": [prod(x.shape[1:])]})]


def batch_normalization(center: bool = True, scale: bool = True, trainable: bool = True):
    def nodes(x, rng):
        gamma = off_zero(rng, x.shape[-1:])
        beta = off_kink(normalized(x) * gamma)
        mean, variance = off_grid(rng, x.shape[-1:]), np.abs(off_zero(rng, x.shape[-1:]))
        variables = [gamma if scale else None, beta if center else None, mean, variance]
        attributes = {"momentum": 0.9, "epsilon": EPSILON}
        return [Node("batch_normalization", attributes, variables, trainable, statistics=2)]

    return nodes


def normalized(x: np.ndarray) -> np.ndarray:
    """Rows of x with mean 0 and variance 1 in each channel."""
    rows = x.reshape(-1, x.shape[-1])
    return (rows - rows.mean(0)) / np.sqrt(rows.var(0) + EPSILON)


def off_kink(rows: np.ndarray) -> np.ndarray:
    """Per column, what to add so that zero falls into the middle of the widest gap between its values."""
    if len(rows) == 1:
        return np.full(rows.shape[1], 0.5)
    ordered = np.sort(rows, axis=0)
    widest = np.diff(ordered, axis=0).argmax(0)[None]
    low, high = np.take_along_axis(ordered, widest, 0)[0], np.take_along_axis(ordered, widest + 1, 0)[0]
    return np.where(high > low, -(low + high) / 2, 0.5 - low)


def chain(*parts):
    """Nodes one after another; each part is given what a dense part before it computes."""

    def nodes(x, rng):
        result = []
        for part in parts:
            made = part(x, rng)
            if made[0].op == "dense":
                kernel, bias = made[0].variables
                x = x @ kernel + (0 if bias is None else bias)
            result += made
        return result

    return nodes


FUSED_KINDS = ["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax"]
KINDS = [
    *FUSED_KINDS,
    "bounded_relu",
    "celu",
    "exponential",
    "gelu_tanh",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "selu",
    "soft_shrink",
    "softsign",
    "squareplus",
    "tanh_shrink",
    "threshold",
]
# Kinks lie between the multiples of 1/4 that inputs are.
PARAMETERS = {
    "leaky_relu": {"a": 0.2},
    "elu": {"a": 1.0},
    "bounded_relu": {"a": 0.3, "threshold": -0.6, "low": -0.35, "high": 0.65},
    "celu": {"a": 0.7},
    "hard_shrink": {"a": 0.4},
    "hard_sigmoid": {"a": 0.9},
    "soft_shrink": {"a": 0.4},
    "squareplus": {"a": 2.0},
    "threshold": {"a": 0.2, "threshold": 0.4},
}

CASES = [
    OpCase("dense", dense(7), ranks=(1, 2, 3)),
    OpCase("dense_wide", dense(70)),
    OpCase("dense_one_unit", dense(1)),
    OpCase("dense_no_bias", dense(5, use_bias=False)),
    OpCase("dense_dense", chain(dense(19), dense(3))),
    OpCase("conv", conv(7), ranks=(2, 3, 4)),
    OpCase("conv_wide", conv(70, use_bias=False), ranks=(2, 3)),
    OpCase("conv_in_groups", conv(6, groups=3), ranks=(2, 3)),
    OpCase("conv_channel_by_channel", conv(34, groups=17), ranks=(3,)),
    OpCase("conv_3x3", chain(dense(40), conv_3x3(33)), ranks=(3,)),
    OpCase("conv_3x3_tanh", chain(dense(33), conv_3x3(70), activation("tanh")), ranks=(3,)),
    OpCase("depthwise_conv", depthwise_conv, ranks=(2, 3, 4)),
    OpCase("depthwise_conv_relu", chain(depthwise_conv, activation("relu")), ranks=(3,)),
    OpCase("conv_transpose", conv_transpose(7), ranks=(2, 3, 4)),
    OpCase("conv_transpose_relu", chain(conv_transpose(35), activation("relu")), ranks=(3,)),
    OpCase("spatial_dropout", spatial_dropout(0.4), ranks=(2, 3)),
    OpCase("random_flip", random_transform(flip_vertical=1, flip_horizontal=1), ranks=(3,)),
    OpCase(
        "random_move",
        random_transform(shift_height=[-0.3, 0.3], shift_width=[-0.3, 0.3], angle=[-1.0, 1.0]),
        ranks=(3,),
    ),
    OpCase(
        "random_zoom",
        random_transform(zoom_height=[0.5, 1.5], zoom_width=[0.5, 1.5], fill="constant", fill_value=0.3),
        ranks=(3,),
    ),
    OpCase("random_crop", random_transform(height=1, width=1, fill="wrap"), ranks=(3,)),
    OpCase("random_color", random_color(brightness=[-0.4, 0.4], contrast=[0.6, 1.4]), ranks=(3,)),
    OpCase("conv_relu", chain(conv(19), activation("relu")), ranks=(3,)),
    OpCase("mean_pool", pool("mean"), ranks=(2, 3, 4)),
    OpCase("max_pool", chain(all_different, pool("max")), ranks=(2, 3, 4)),
    *(OpCase(kind, activation(kind), ranks=(1, 3)) for kind in KINDS),
    *(OpCase(f"dense_{kind}", chain(dense(18), activation(kind))) for kind in FUSED_KINDS),
    OpCase("glu", chain(dense(14), activation("glu"))),
    # Its second derivative jumps at -1 and 1, which differences notice.
    OpCase("sparse_plus", chain(rescaling(0.9, 0.0), activation("sparse_plus")), ranks=(1, 3)),
    # 0.9 times multiples of 1/4 are never where an element enters or leaves the support.
    OpCase("sparsemax", chain(rescaling(0.9, 0.0), activation("sparsemax")), ranks=(1, 2)),
    OpCase("prelu", prelu(), ranks=(1, 3)),
    OpCase("prelu_shared", prelu(shared=(0,)), ranks=(2, 3)),
    OpCase("prelu_of_channels", prelu(shared=(0, 1)), ranks=(3,)),
    OpCase("permute", chain(permute(1, 0), activation("tanh")), ranks=(2,)),
    OpCase("permute_of_three", chain(permute(2, 0, 1), activation("tanh")), ranks=(3,)),
    OpCase("repeat", chain(repeat(3), activation("tanh")), ranks=(1,)),
    OpCase("map_axis", chain(map_axis, activation("tanh")), ranks=(1, 2, 3)),
    OpCase("dropout", dropout(0.4), ranks=(1, 3)),
    OpCase("alpha_dropout", dropout(0.3, scale=0.9, shift=0.4, dropped=-1.1), ranks=(1, 3)),
    OpCase("gaussian_noise", gaussian_noise(0.7, 0)),
    OpCase("gaussian_dropout", gaussian_noise(0.7, 1), ranks=(1, 3)),
    OpCase("layer_normalization", row_normalization("layer"), ranks=(1, 3)),
    OpCase("layer_normalization_plain", row_normalization("layer", gamma=False, beta=False)),
    OpCase("layer_normalization_of_segments", row_normalization("layer", segments=3), ranks=(1,)),
    OpCase("group_normalization", row_normalization("layer", grouped=True), ranks=(2,)),
    # Of a single channel the derivative is epsilon / (x^2 + epsilon)^1.5, what float32 leaves of a difference
    # of nearly equal numbers.
    OpCase("rms_normalization", row_normalization("rms", beta=False), ranks=(1, 2), float32_tolerance=1e-4),
    OpCase(
        "unit_normalization",
        row_normalization("unit", gamma=False, beta=False),
        ranks=(1, 2),
        float32_tolerance=1e-4,
    ),
    OpCase("dense_relu_dropout_dense", chain(dense(33), activation("relu"), dropout(0.5), dense(4))),
    OpCase("rescaling", rescaling(0.5, -0.25)),
    OpCase("rescaling_per_channel", per_channel_rescaling),
    OpCase("flatten", flatten, ranks=(1, 2, 3)),
    OpCase("batch_normalization", batch_normalization(), ranks=(1, 3)),
    # Of many tiles, with 9 copies: enough rows to be cut into chunks.
    OpCase("batch_normalization_of_copies", chain(repeat(9), batch_normalization()), ranks=(1,)),
    OpCase("batch_normalization_plain", batch_normalization(center=False, scale=False)),
    OpCase("batch_normalization_frozen", batch_normalization(trainable=False)),
    OpCase("batch_normalization_tanh", chain(batch_normalization(), activation("tanh"))),
    OpCase("dense_batch_normalization_relu", chain(dense(9), batch_normalization(), activation("relu"))),
]

CROSS_ENTROPIES = [
    ("categorical_crossentropy", {}),
    ("categorical_crossentropy", {"label_smoothing": 0.1}),
    ("sparse_categorical_crossentropy", {}),
    ("sparse_categorical_crossentropy", {"ignore_class": 0}),
    ("binary_crossentropy", {}),
    ("binary_crossentropy", {"label_smoothing": 0.2}),
]


def loss_cases():
    """Each loss from values or logits, fused with softmax or sigmoid, and behind one it is not next to."""
    through = rescaling(1.0, 0.0)
    for loss in ("mean_squared_error", "mean_absolute_error"):
        yield OpCase(f"{loss}_of_values", through, loss=(loss, {"reduction": "sum"}))
    for loss, options in CROSS_ENTROPIES:
        label = "_".join([loss, *options])
        head = activation("sigmoid" if loss.startswith("binary") else "softmax")
        logits = (loss, {"from_logits": True, **options})
        probabilities = (loss, {"from_logits": False, **options})
        yield OpCase(f"{label}_logits", dense(11), loss=logits)
        yield OpCase(f"{label}_fused", chain(dense(11), head), loss=probabilities)
        yield OpCase(f"{label}_probabilities", chain(head, through), loss=probabilities)


ROW_LOSSES = [
    ("mean_absolute_percentage_error", {}),
    ("mean_squared_logarithmic_error", {}),
    ("huber", {"delta": 0.7}),
    ("log_cosh", {}),
    ("poisson", {}),
    ("hinge", {}),
    ("squared_hinge", {}),
    ("binary_focal_crossentropy", {"label_smoothing": 0.1}),
    ("binary_focal_crossentropy", {"apply_class_balancing": 1, "alpha": 0.3, "gamma": 1.5}),
    ("kl_divergence", {}),
    ("cosine_similarity", {}),
    ("categorical_hinge", {}),
    ("categorical_focal_crossentropy", {"label_smoothing": 0.1, "gamma": 1.5}),
    ("categorical_generalized_cross_entropy", {"delta": 0.6}),
    ("dice", {}),
    ("tversky", {"alpha": 0.3, "beta": 0.8}),
]
OF_ANY_NUMBER = ("huber", "log_cosh", "mean_absolute_percentage_error", "cosine_similarity")


def row_loss_cases():
    """Losses of values; those of probabilities, positive numbers and margins behind a sigmoid or softmax."""
    through = rescaling(1.0, 0.0)
    for loss, options in ROW_LOSSES:
        head = activation("softmax" if loss.startswith("categorical") else "sigmoid")
        nodes = through if loss in OF_ANY_NUMBER else chain(head, through)
        yield OpCase("_".join([loss, *options]), nodes, loss=(loss, options))
        if "focal" in loss:
            yield OpCase(f"{loss}_logits", through, loss=(loss, {"from_logits": 1, **options}))


CASES += [*loss_cases(), *row_loss_cases()]


@dataclass
class Built:
    """A case made concrete for one shape and type: its program and the arrays and variables of its checks."""

    program: _core.Program
    x: np.ndarray
    y: np.ndarray
    input: _core.Variable
    trained: list[_core.Variable]
    loss: tuple[str, dict[str, Any]]

    @property
    def feed(self) -> _core.Feed:
        return _core.Feed(self.x, self.y)

    def trainer(self) -> _core.Trainer:
        return _core.Trainer(
            self.program, self.loss, [], ("sgd", {"momentum": 0.0, "nesterov": False}), [], seed=1
        )


def targets(
    loss: str, options: dict[str, Any], rows: int, shape: Shape, rng: np.random.Generator
) -> np.ndarray:
    """What `loss` may be asked to learn; never equal to a prediction that is a multiple of 1/4."""
    if loss in ("sparse_categorical_crossentropy", "categorical_generalized_cross_entropy"):
        labels = rng.integers(0, shape[-1], (rows, *shape[:-1]))
        labels.flat[0] = shape[-1] - 1  # at least one row that `ignore_class` leaves
        return labels
    if loss in ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"):
        return rng.dirichlet(np.ones(shape[-1]), (rows, *shape[:-1]))
    if loss in ("poisson", "mean_squared_logarithmic_error", "dice", "tversky", "categorical_hinge") or (
        loss.startswith("binary")
    ):
        return rng.uniform(0, 1, (rows, *shape))
    return rng.integers(-4, 4, (rows, *shape)) * 0.25 + 0.125


def build(case: OpCase, rows: int, shape: Shape, dtype: str, seed: int = 0) -> Built:
    """Program, data and variables of a case for `rows` rows of `shape`."""
    rng = np.random.default_rng(seed)
    x = off_zero(rng, (rows, *shape))
    source = _core.Variable(x.reshape(rows, -1).astype(dtype), "input")
    program = _core.Program((rows,), dtype)
    value = program.add("dense", [0], [source, None], {}, "source", True)
    value = program.add("reshape", [value], [], {"shape": list(shape)}, "shape", True)
    trained = []
    for number, node in enumerate(case.nodes(x, rng)):
        count = len(node.variables) - node.statistics
        variables = [
            None
            if array is None
            else _core.Variable(array.astype(dtype), f"{case.name}{number}/{i}", i < count)
            for i, array in enumerate(node.variables)
        ]
        if node.trainable:
            trained += [v for v in variables[:count] if v is not None]
        value = program.add(
            node.op, [value], variables, node.attributes, f"{case.name}{number}", node.trainable
        )
    program.set_output(value)
    y = targets(*case.loss, rows, program.shape(value), rng)
    y = y.astype("int32" if y.dtype.kind == "i" else dtype)
    return Built(program, np.eye(rows, dtype=dtype), y, source, trained, case.loss)


def relative_error(actual: np.ndarray, expected: np.ndarray) -> float:
    """Norm of the difference over the norm of what is expected."""
    scale = float(np.linalg.norm(expected))
    difference = float(np.linalg.norm(np.asarray(actual, "float64") - np.asarray(expected, "float64")))
    return difference / scale if scale else difference
