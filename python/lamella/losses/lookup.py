"""Losses by their names, configs and functions."""

from __future__ import annotations

from typing import Any, overload

from lamella.base.registry import Registry
from lamella.base.types import Config
from lamella.losses.function_loss import FunctionLoss
from lamella.losses.loss import Loss

_registry: Registry[Loss] = Registry(
    "loss",
    Loss,
    "losses",
    aliases={
        "BCE": "BinaryCrossentropy",
        "KLD": "KLDivergence",
        "MAE": "MeanAbsoluteError",
        "MAPE": "MeanAbsolutePercentageError",
        "MSE": "MeanSquaredError",
        "MSLE": "MeanSquaredLogarithmicError",
        "bce": "BinaryCrossentropy",
        "kl_divergence": "KLDivergence",
        "kld": "KLDivergence",
        "mae": "MeanAbsoluteError",
        "mape": "MeanAbsolutePercentageError",
        "mse": "MeanSquaredError",
        "msle": "MeanSquaredLogarithmicError",
    },
    by_targets=("crossentropy", "ce"),
    wrap=FunctionLoss,
)


@overload
def get(identifier: None) -> None: ...
@overload
def get(identifier: Any) -> Loss: ...
def get(identifier: Any) -> Loss | None:
    """Return a loss from a name, a config, a loss, a function of this module or one of your own.

    None stays None.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for anything else.

    >>> get("mse").name
    'mean_squared_error'
    >>> get("msee")
    Traceback (most recent call last):
    ...
    ValueError: Unknown loss 'msee'. Did you mean 'mse'? Available: ...
    """
    return None if identifier is None else _registry.get(identifier)


def serialize(loss: Loss) -> Config | None:
    """Write a loss as Keras writes it.

    >>> serialize(lamella.losses.MeanSquaredError())["class_name"]
    'MeanSquaredError'
    """
    if isinstance(loss, FunctionLoss) and loss.is_plain():
        return _registry.describe_function(loss.function)
    return _registry.serialize(loss)


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Loss:
    """Rebuild a loss from `serialize`'s dictionary.

    >>> deserialize({"class_name": "MeanSquaredError", "config": {}}).name
    'mean_squared_error'
    """
    return _registry.deserialize(name, custom_objects)
