"""The check of the shapes that layers are built for and asked about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar, cast

from lamella.base.checks import refusal, shape

Method = TypeVar("Method", bound=Callable[..., Any])


def takes_shape(method: Method) -> Method:
    """A method of layers that gets a shape as a tuple, and only what is one.

    A method whose `input_shape` has a default takes None too.
    """
    may_be_none = bool(cast(FunctionType, method).__defaults__)

    @wraps(method)
    def checked(self: Any, input_shape: Any = None) -> Any:
        if input_shape is None and may_be_none:
            return method(self)
        owner = f"{type(self).__name__} '{self.name}'"
        checked_shape = shape(owner, "input_shape", input_shape, least=0)
        if not checked_shape:
            raise refusal(owner, "input_shape", "a shape with its batch axis, (None, 4)", input_shape)
        return method(self, checked_shape)

    return cast(Method, checked)
