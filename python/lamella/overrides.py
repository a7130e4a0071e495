"""Methods that users' classes override: what the native core does not call is refused, never left out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from lamella.settings import is_own

_FORWARD = "define forward(x, training) and backward(x, y, gradient) in NumPy, see lamella.layers.Layer"
_WEIGHTS = "leave it out, models write and read the weights of all their layers"

OF_LAYERS = {
    **dict.fromkeys(("call", "__call__", "stateless_call", "symbolic_call", "quantized_call"), _FORWARD),
    **dict.fromkeys(("get_build_config", "build_from_config", "save_own_variables"), _WEIGHTS),
    **dict.fromkeys(("load_own_variables", "save_assets", "load_assets"), _WEIGHTS),
    "compute_output_spec": "define compute_output_shape(input_shape)",
    "compute_mask": "there are no masks, let weights of samples leave out what does not count",
    "add_loss": "use regularizers, activity_regularizer among them",
    "add_metric": "pass metrics to compile()",
}
"""The methods of Keras's layers that are never called, and what to do instead."""

_LAYERS = "a model is its layers, put a layer of your own among them, see lamella.layers.Layer"
_COMPILE = "pass losses and metrics, functions of your own too, to compile(), and follow steps with callbacks"
_AFTER = "work on what predict() returns"

OF_MODELS = {
    **dict.fromkeys(("call", "__call__", "forward", "backward"), _LAYERS),
    **dict.fromkeys(("train_step", "test_step", "make_train_function", "make_test_function"), _COMPILE),
    **dict.fromkeys(("compute_loss", "stateless_compute_loss", "compute_metrics"), _COMPILE),
    **dict.fromkeys(("get_metrics_result", "reset_metrics"), _COMPILE),
    **dict.fromkeys(("predict_step", "make_predict_function"), _AFTER),
}
"""Further ones of models."""

_FUNCTION = (
    "write a function of y_true and y_pred that returns the losses of rows and their gradient by y_pred, and "
    "pass it to compile(loss=...), see lamella.losses.FunctionLoss"
)

OF_LOSSES = dict.fromkeys(("call", "__call__"), _FUNCTION)
"""Those of losses."""

_NATIVE = "native code takes the steps, choose among lamella.optimizers; functions may give learning rates"

OF_OPTIMIZERS = {
    **dict.fromkeys(("update_step", "apply", "apply_gradients", "stateless_apply", "build"), _NATIVE),
    **dict.fromkeys(("minimize", "scale_loss", "assign", "assign_add", "assign_sub"), _NATIVE),
    **dict.fromkeys(("add_variable", "add_variable_from_reference", "get_gradients"), _NATIVE),
    **dict.fromkeys(("save_own_variables", "load_own_variables", "get_updates", "update"), _NATIVE),
}
"""Those of optimizers."""


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


def refuse_overrides(cls: type, advice: Mapping[str, str]) -> None:
    """Raise TypeError for a class that defines what is never called.

    Args:
        cls: the class of an object that is being made.
        advice: by the names of these methods, what to do instead.
    """
    for name in advice:
        if name in defined_by_user(cls):
            raise TypeError(f"{cls.__name__} defines {name}(), which is never called here: {advice[name]}")
