"""Methods that users' classes override: what the native core does not call is refused, never left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from lamella.base.settings import is_own

_ALIKE = {
    "layers.Layer": {
        "__call__": "call",
        "save_assets": "save_own_variables",
        "load_assets": "load_own_variables",
    },
    "Sequential": {
        "__call__": "call",
        "forward": "call",
        "backward": "call",
        "reset_metrics": "compute_metrics",
    },
    "losses.Loss": {"__call__": "call"},
    "optimizers.Optimizer": dict.fromkeys(("minimize", "get_gradients", "get_updates", "update"), "apply"),
}
"""Further methods, which are here or were Keras's once, and the one whose advice holds for them."""


def never_called(owner: str) -> dict[str, str]:
    """The methods that are not called where a class of the user's defines them, and what to do instead.

    Args:
        owner: the class of Keras's, `"layers.Layer"`.

    >>> never_called("losses.Loss")["__call__"] == never_called("losses.Loss")["call"]
    True
    """
    from lamella.base.keras_names import explanations  # which only classes of the user's need

    advice = explanations.never_called(owner)
    return {**advice, **{name: advice[other] for name, other in _ALIKE[owner].items()}}


def defined_by_user(cls: type) -> frozenset[str]:
    """The names that classes of the user's, among those a class derives from, define.

    >>> import lamella
    >>> class Mine(lamella.layers.Dense):
    ...     def forward(self, x):
    ...         return x
    >>> "forward" in defined_by_user(Mine), "build" in defined_by_user(Mine)
    (True, False)
    """
    return _defined(cls)


@cache
def _defined(cls: type) -> frozenset[str]:
    bases = [base for base in cls.__mro__ if base is not object and not is_own(base)]
    return frozenset(name for base in bases for name in vars(base))


def refuse_overrides(cls: type, advice: Callable[[], Mapping[str, str]]) -> None:
    """Raise TypeError for a class that defines what is never called.

    Args:
        cls: the class of an object that is being made.
        advice: tells these methods, and what to do instead; asked where the user defines anything.
    """
    written = defined_by_user(cls)
    if not written:
        return
    for name, instead in advice().items():
        if name in written:
            raise TypeError(f"{cls.__name__} defines {name}(), which is never called here: {instead}")
