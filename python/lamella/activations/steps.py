"""What a function of the user's does to the outputs of a layer, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from lamella.base.types import Spec

CURE = (
    "an activation is a function of lamella.activations, or one that does nothing but call these; anything "
    "else goes behind, as a layer of its own: forward(x) and backward(x, y, gradient)"
)


class Steps:
    """Stands for outputs while a function is called with them: notes the native steps.

    Args:
        specs: the steps so far, each a native kind and its numbers.
    """

    def __init__(self, specs: tuple[Spec, ...] = ()) -> None:
        self.specs = specs

    def then(self, kind: str, attributes: dict[str, Any]) -> Steps:
        """These steps and another one."""
        return Steps((*self.specs, (kind, attributes)))

    def __repr__(self) -> str:
        return "<outputs of a layer>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise TypeError("NumPy cannot be traced")


def steps_of(function: Callable[..., Any]) -> tuple[Spec, ...]:
    """The native steps of a function that is made of activations.

    Raises:
        TypeError: for one that does anything else.
    """
    try:
        result = function(Steps())
    except Exception as error:
        raise TypeError(f"{CURE}. Received: {function!r}, which ended in {error!r}") from error
    if not isinstance(result, Steps):
        raise TypeError(f"{CURE}. Received: {function!r}, which returns {result!r}")
    return result.specs
