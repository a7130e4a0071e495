"""Are the gradients right? Asked of differences of the loss itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lamella import _core
from lamella.base.checks import integer, number
from lamella.base.custom_objects import describing
from lamella.base.types import Array
from lamella.diagnostics.probe import Probe, require_model
from lamella.models import Model

_STEP = 1e-5
"""In float64 the error of a central difference is near its smallest here: the truncation grows with the
square of the step, the rounding with its inverse."""

_ROUNDING = 1e-9
"""Norms of gradients that are 0 in truth: what rounding of the loss leaves, divided by the step."""


class VariableCheck(NamedTuple):
    """The gradient of one variable beside central differences.

    Attributes:
        path: the variable's path.
        checked: number of elements compared.
        error: norm of the difference.
        relative_error: that norm divided by the sum of the norms of both gradients.
        passed: whether the error is within the tolerance.
    """

    path: str
    checked: int
    error: float
    relative_error: float
    passed: bool


class GradientReport(list[VariableCheck]):
    """What `gradient_check` returns: a `VariableCheck` for each trainable variable; printed, a table."""

    @property
    def passed(self) -> bool:
        """Whether all variables passed."""
        return all(check.passed for check in self)

    def __str__(self) -> str:
        width = max((len(check.path) for check in self), default=0)
        rows = [
            f"{check.path:{width}}  {check.relative_error:8.1e}  {'ok' if check.passed else 'WRONG'}"
            for check in self
        ]
        return "\n".join(rows)


def gradient_check(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    samples: int = 32,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> GradientReport:
    """Compare the gradients of backpropagation with central differences of the loss.

    `(loss(w + h) - loss(w - h)) / 2h` for some elements of each trainable variable, in training mode, dropout
    always with the same masks. It runs on a copy of the model in double precision, made from its config and
    its weights; the model itself is not changed. Where a ReLU has its kink within the step, differences are
    wrong, not the gradient: then take other rows.

    Args:
        model: a compiled model.
        x, y, sample_weight: rows, as of `fit`; a few are enough.
        samples: elements of each variable to compare, drawn at random; all where there are not more.
            Defaults to 32.
        tolerance: largest relative error that passes. Defaults to 1e-5.
        seed: seed of the draw. Defaults to 0.

    Returns:
        A `GradientReport`.

    Raises:
        TypeError, ValueError: as `fit`; also when the model has no trainable variables.

    >>> import numpy as np, lamella
    >>> hidden = lamella.layers.Dense(5, activation="tanh")
    >>> model = lamella.Sequential([lamella.Input((3,)), hidden, lamella.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(8, 3))
    >>> gradient_check(model, x, x.sum(axis=1)).passed
    True
    """
    owner = "gradient_check"
    require_model(owner, model)
    samples = integer(owner, "samples", samples, least=1)
    tolerance = number(owner, "tolerance", tolerance, least=0)
    rng = np.random.default_rng(integer(owner, "seed", seed, least=0))
    twin = _in_double_precision(model, np.asarray(x).shape[1:])
    probe = Probe(twin, x, y, sample_weight)
    paths = {id(copy): v.path for copy, v in zip(twin.weights, model.weights, strict=True)}
    gradients = [(v, g) for v, g in probe.gradients() if id(v) in paths]
    if not gradients:
        raise ValueError(f"Model '{model.name}' has no trainable variables whose gradients could be checked")
    report = GradientReport()
    for variable, gradient in gradients:
        chosen = rng.permutation(variable.size)[:samples]
        numeric = _differences(probe, variable, chosen)
        analytic = gradient.reshape(-1)[chosen]
        error = float(np.linalg.norm(analytic - numeric))
        scale = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
        passed = error <= tolerance * scale + _ROUNDING
        relative = error / scale if scale > _ROUNDING else 0.0
        report.append(VariableCheck(paths[id(variable)], len(chosen), error, relative, passed))
    return report


def _in_double_precision(model: Model, feature_shape: tuple[int, ...]) -> Model:
    """A copy with the same weights that computes in float64."""
    model.session()
    if not model.built:
        model.build_under("", (None, *feature_shape))
    with describing():
        twin = type(model).from_config(_with_float64(model.get_config()))
    twin.set_weights(model.get_weights())
    twin.compile("sgd", model.loss)
    return twin


def _with_float64(config: Any) -> Any:
    """A config with every numeric type replaced."""
    if isinstance(config, dict):
        return {key: "float64" if key == "dtype" else _with_float64(value) for key, value in config.items()}
    return [_with_float64(entry) for entry in config] if isinstance(config, list) else config


def _differences(probe: Probe, variable: _core.Variable, chosen: Array) -> Array:
    """Central differences of the loss by the chosen elements of a variable."""
    value = np.array(variable.numpy())
    result = []
    for index in chosen:
        losses = []
        for step in (_STEP, -_STEP):
            moved = value.copy()
            moved.reshape(-1)[index] += step
            variable.assign(moved)
            losses.append(probe.loss())
        result.append((losses[0] - losses[1]) / (2 * _STEP))
    variable.assign(value)
    return np.array(result)
