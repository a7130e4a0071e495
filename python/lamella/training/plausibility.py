"""What a first `fit` warns of: models, losses and data that run, and can hardly be meant.

A check that may be wrong keeps quiet: what it does not know, such as a layer in Python, it takes for right.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lamella.base.types import Array
from lamella.data.arrays import ArrayData
from lamella.graph.builder import Operation
from lamella.graph.program import Program
from lamella.losses import Loss
from lamella.metrics import Metric

if TYPE_CHECKING:
    from lamella.training.compiled import Compiled


class PlausibilityWarning(UserWarning):
    """A training that runs and can hardly be meant. The first `fit` after `compile` looks for these.

    `warnings.simplefilter("ignore", lamella.models.PlausibilityWarning)` silences them.
    """


class Start(NamedTuple):
    """What a training begins with.

    Attributes:
        loss: the loss.
        metrics: the metrics.
        rate: the learning rate, None where a schedule gives it.
        program: the flattened model.
        x: some of the inputs, (rows, ...).
        y: some of the targets that count, (rows, ...) or (positions, ...).
        constant: what all targets are, None where they differ or are few.
    """

    loss: Loss
    metrics: list[Metric]
    rate: float | None
    program: Program
    x: Array
    y: Array
    constant: Array | None


_MOST_ROWS, _MOST_NUMBERS = 256, 1 << 18
"""How much of the data is looked at: a millisecond's worth."""

_FEW_ROWS = 16
"""So many targets may be alike by chance, or in a step of a game."""


def warn_of_doubts(compiled: Compiled, program: Program, data: ArrayData, whole: bool) -> None:
    """Look at what a training begins with, once after `compile`, unless the optimizer has trained before.

    Args:
        compiled: optimizer, loss and metrics, which are settled.
        program: the flattened model.
        data: the data, or the first batch of it.
        whole: whether it is all of the data.
    """
    doubts = [] if compiled.optimizer.steps else _doubts(compiled, program, data, whole)
    for text in doubts:
        if text is not None:
            warnings.warn(text, PlausibilityWarning, stacklevel=5)
    compiled.looked_at = True


def _doubts(compiled: Compiled, program: Program, data: ArrayData, whole: bool) -> list[str | None]:
    with np.errstate(all="ignore"):  # what is not finite is told of when the loss is not
        start = _start(compiled, program, data, whole)
        return [] if start is None else [check(start) for check in _CHECKS]


def _start(compiled: Compiled, program: Program, data: ArrayData, whole: bool) -> Start | None:
    """What the training begins with; None for targets of another shape, which are refused later."""
    assert compiled.loss is not None
    assert data.y is not None
    targets, shape = compiled.targets_for(data.y, program.output_shape), program.output_shape
    if targets.shape[1:] != (shape[:-1] if compiled.loss.takes_labels else shape):
        return None
    rows = _rows(targets)
    y = np.asarray(targets[rows], dtype=np.float64)
    if data.sample_weight is not None:
        counts = data.sample_weight[rows] != 0
        counts = counts[..., 0] if counts.ndim > targets.ndim else counts
        y = y[counts] if counts.shape == y.shape[: counts.ndim] else y
    x = np.asarray(data.x[_rows(data.x)], dtype=np.float64)
    constant = None
    may_differ = not whole or len(targets) <= _FEW_ROWS or (x == x.flat[0]).all()  # those are no data at all
    if not may_differ and (y == y[:1]).all() and (targets == targets[:1]).all():
        constant = targets[0]
    optimizer = compiled.optimizer
    rate = None if optimizer.follows_schedule else float(optimizer.learning_rate)
    return Start(compiled.loss, compiled.metrics, rate, program, x, y, constant)


def _rows(array: Array) -> Array:
    """The rows to look at, from all over an array."""
    width = max(1, array[:1].size)
    count = min(len(array), _MOST_ROWS, max(1, _MOST_NUMBERS // width))
    return np.linspace(0, len(array) - 1, count).astype(np.int64)


# How the model ends.

_KERNELS = {"conv", "conv_transpose", "dense", "depthwise_conv"}
_KEEPS_VALUES = {"penalty", "permute", "reshape"}
_PROBABILITIES = {"hard_sigmoid", "sigmoid", "softmax", "sparse_sigmoid", "sparsemax"}
_NO_PROBABILITIES = {
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "mish",
    "relu",
    "selu",
    "silu",
    "softsign",
    "tanh",
}
_OF_OUTPUTS = {"binary_crossentropy", "binary_focal_crossentropy"}
_OF_DISTRIBUTIONS = {"categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"}
_OF_LABELS = {"categorical_generalized_cross_entropy", "sparse_categorical_crossentropy"}


def _last(program: Program) -> Operation | None:
    """The operation that the outputs come from."""
    return next((step for step in reversed(program.operations) if step.op not in _KEEPS_VALUES), None)


def _activation(step: Operation | None) -> str | None:
    """What an operation does to each number; None where that is not known, or changed by settings."""
    if step is None:
        return None
    if step.op in _KERNELS:
        return "linear"
    return step.attributes["kind"] if step.op == "activation" and len(step.attributes) == 1 else None


def _squashes_twice(start: Start) -> str | None:
    last = _last(start.program)
    kind = _activation(last)
    if last is None or kind not in _PROBABILITIES or not start.loss.attributes().get("from_logits"):
        return None
    return (
        f"Layer '{last.layer.name}' ends in {kind}, and the loss '{start.loss.name}' with from_logits=True "
        "squashes its outputs once more: leave the activation out, or pass from_logits=False"
    )


def _takes_no_probabilities(start: Start) -> str | None:
    loss, last = start.loss, _last(start.program)
    kind = _activation(last)
    attributes = loss.attributes()
    if loss.kind not in _OF_OUTPUTS | _OF_DISTRIBUTIONS | _OF_LABELS or attributes.get("from_logits"):
        return None
    if last is None or (kind != "linear" and kind not in _NO_PROBABILITIES):
        return None
    wanted = "sigmoid" if loss.kind in _OF_OUTPUTS else "softmax"
    if wanted == "softmax" and start.program.output_shape[-1:] == (1,):
        return None  # of one class: the loss itself warns
    has = "has no activation" if kind == "linear" else f"ends in {kind}"
    logits = (
        ", or pass from_logits=True to the loss" if kind == "linear" and "from_logits" in attributes else ""
    )
    return (
        f"The loss '{loss.name}' takes probabilities, and the last layer '{last.layer.name}' {has}: give it "
        f"activation='{wanted}'{logits}"
    )


def _softmax_of_one(start: Start) -> str | None:
    for step in start.program.operations:
        kind = step.attributes.get("kind") if step.op == "activation" else None
        if kind in ("softmax", "log_softmax", "sparsemax") and step.outputs[0].shape[-1] == 1:
            return (
                f"Layer '{step.layer.name}' takes the {kind} of one unit, which is always "
                f"{0 if kind == 'log_softmax' else 1}, so that the loss '{start.loss.name}' cannot fall: use "
                "activation='sigmoid' for two classes, none for a number, or a unit a class"
            )
    return None


# What the targets are.


def _labels(start: Start) -> str | None:
    kind, y = start.loss.kind, start.y
    known = y[np.isfinite(y)]
    if known.size == 0 or start.loss.axis != -1:
        return None
    doubt = None
    if kind in _OF_LABELS:
        doubt = _between_classes(known)
    elif kind in _OF_OUTPUTS or kind in ("dice", "tversky"):
        doubt = _beyond_probability(known)
    elif kind in _OF_DISTRIBUTIONS and y.shape[-1] > 1:
        doubt = _several_classes(y.reshape(-1, y.shape[-1]))
    elif kind in ("hinge", "squared_hinge", "categorical_hinge") and np.abs(known).max() > 1:
        doubt = f"takes targets of -1 and 1, or 0 and 1, and y holds {_extreme(known)}: write the classes so"
    elif kind in ("poisson", "mean_squared_logarithmic_error") and known.min() < 0:
        doubt = f"takes no negative targets, and y holds {known.min():g}: use 'mean_squared_error'"
    elif kind == "mean_absolute_percentage_error" and (known == 0).any():
        doubt = "divides by the targets, and y holds 0: use 'mean_absolute_error'"
    return doubt and f"The loss '{start.loss.name}' behind layer '{_name_of_last(start)}' {doubt}"


def _between_classes(y: Array) -> str | None:
    broken = y[y != np.rint(y)]
    if broken.size == 0:
        return None
    return (
        f"takes whole numbers of classes, and y holds {broken[0]:g}: use 'categorical_crossentropy' for "
        "probabilities of classes, 'mean_squared_error' for numbers"
    )


def _beyond_probability(y: Array) -> str | None:
    if y.min() >= -1e-6 and y.max() <= 1 + 1e-6:
        return None
    values = np.unique(y)
    if values.tolist() == [-1, 1]:
        cure = "pass (y + 1) / 2, or use 'hinge' on outputs without an activation"
    elif (values == np.rint(values)).all() and values.size <= 1000:
        cure = "for several classes use 'sparse_categorical_crossentropy' behind softmax with a unit a class"
    else:
        cure = "scale y to them, or use 'mean_squared_error'"
    return f"takes targets from 0 to 1, and y holds {_extreme(y)}: {cure}"


def _several_classes(rows: Array) -> str | None:
    """One number a row may be any, such as an advantage; several must be a distribution."""
    wrong = (np.count_nonzero(rows, axis=-1) > 1) & (np.abs(rows.sum(axis=-1) - 1) > 0.01)
    if not wrong.any():
        return None
    total = rows.sum(axis=-1)[wrong][0]
    return (
        f"takes probabilities of classes, and a row of y with several has the sum {total:g}: for several "
        "classes at once use 'binary_crossentropy' behind sigmoid, otherwise divide rows by their sum"
    )


def _extreme(y: Array) -> str:
    """The number that lies farthest from 0."""
    return f"{y.flat[np.abs(y).argmax()]:g}"


def _constant(start: Start) -> str | None:
    """A generator is trained on one target through a discriminator that is frozen."""
    if start.constant is None or start.loss.kind == "python" or _ends_frozen(start.program):
        return None
    value = f"are {start.constant.flat[0]:g}" if np.ptp(start.constant) == 0 else "have the same values"
    return (
        f"All targets {value}, so that the loss '{start.loss.name}' teaches layer '{_name_of_last(start)}' "
        "nothing but these: look at how y was made"
    )


def _ends_frozen(program: Program) -> bool:
    for step in reversed(program.operations):
        if any(variable is not None for variable in step.variables):
            return not _is_trained(step)
    return True


def _is_trained(step: Operation) -> bool:
    return any(variable is not None and variable.trainable for variable in step.variables)


def _name_of_last(start: Start) -> str:
    return start.program.operations[-1].layer.name if start.program.operations else ""


# What is measured.

_OF_NUMBERS = {
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
}


def _accuracy(start: Start) -> str | None:
    """Two values are two classes, and rows that are distributions have a class, whatever the loss."""
    kinds = {metric.kind: metric.name for metric in start.metrics}
    name = next(
        (kinds[kind] for kind in ("accuracy", "binary_accuracy", "categorical_accuracy") if kind in kinds),
        None,
    )
    if name is None or start.loss.kind not in _OF_NUMBERS or np.unique(start.y).size <= 2:
        return None
    if (
        "categorical_accuracy" in kinds
        and start.y.min() >= 0
        and np.allclose(start.y.sum(axis=-1), 1, atol=0.01)
    ):
        return None
    return (
        f"The metric '{name}' counts classes, and y holds numbers, which layer '{_name_of_last(start)}' "
        f"learns by the loss '{start.loss.name}': use metrics=['mae'], or for classes a cross-entropy"
    )


# What comes in.

_KEEPS_SCALE = _KEEPS_VALUES | {
    "dropout",
    "gaussian_noise",
    "map_axis",
    "pool",
    "random_transform",
    "spatial_dropout",
}
_LARGE, _TINY = 50.0, 1e-4
"""Initial kernels suit inputs whose root mean square is about 1 (LeCun et al., Efficient BackProp, 1998).
Inputs of 50 saturate units, and multiply the curvature by 2,500."""

_CAREFUL_RATE = 1e-4
"""Who passes a smaller rate knows of the scale."""


def _scale(start: Start) -> str | None:
    layer = _first_layer(start.program)
    if layer is None or (start.rate is not None and start.rate < _CAREFUL_RATE):
        return None
    size, largest = float(np.sqrt(np.mean(np.square(start.x)))), float(np.abs(start.x).max())
    if not _LARGE < size < np.inf and not 0 < largest < _TINY:
        return None
    return (
        f"The inputs of layer '{layer}' have a root mean square of {size:.3g}, where its initial weights "
        f"suit about 1, so that the loss '{start.loss.name}' may hardly fall: put layers.Normalization() in "
        "front, after its adapt(x), or layers.Rescaling(1 / 255) for pictures"
    )


def _first_layer(program: Program) -> str | None:
    """The layer whose kernel multiplies the inputs as they are; None where something else comes before it, or
    a normalisation behind it."""
    [value] = program.inputs
    while True:
        readers = [step for step in program.operations if value in step.inputs]
        if len(readers) != 1:
            return None
        (step,) = readers
        if step.op in _KERNELS:
            behind = [other.op for other in program.operations if step.outputs[0] in other.inputs]
            return (
                step.layer.name
                if _is_trained(step) and not any("normalization" in op for op in behind)
                else None
            )
        if step.op not in _KEEPS_SCALE:
            return None
        [value] = step.outputs


_CHECKS = (_squashes_twice, _takes_no_probabilities, _softmax_of_one, _labels, _accuracy, _scale, _constant)
