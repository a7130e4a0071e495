"""The arguments of `fit`, `evaluate` and `predict` that are numbers and switches, checked before any work."""

from __future__ import annotations

import warnings
from typing import Any

from lamella.base import checks
from lamella.data.arrays import ArrayData
from lamella.data.batches import BatchData, IterableData, SparseData

_DEFAULT_BATCH_SIZE = 32


def positive(owner: str, argument: str, value: Any) -> int | None:
    """A positive integer, or None.

    >>> positive("fit", "batch_size", 2.5)
    Traceback (most recent call last):
    ValueError: fit: 'batch_size' must be a positive integer. Received: 2.5
    """
    return None if value is None else checks.integer(owner, argument, value, least=1)


def rows_of_step(data: ArrayData | BatchData, batch_size: int | None, steps: int | None) -> int:
    """Rows of a step: as given; or all rows in `steps` steps, where only these are given; or 32."""
    if not isinstance(data, (ArrayData, SparseData)):
        return batch_size or _DEFAULT_BATCH_SIZE
    if batch_size is None:
        batch_size = _DEFAULT_BATCH_SIZE if steps is None else -(-data.rows // steps)
    return min(batch_size, data.rows)


def verbosity(owner: str, verbose: Any) -> int:
    """0, 1 or 2; `"auto"` is 1."""
    if type(verbose) is int and 0 <= verbose <= 2:
        return verbose  # what nearly all calls pass
    is_auto = isinstance(verbose, str) and verbose == "auto"
    return 1 if is_auto else checks.verbosity(owner, "verbose", verbose)


def of_one_output(argument: str, value: Any, name: str | None = None) -> Any:
    """What `compile` is given for the one output there is, also in a list or a dictionary of outputs.

    Args:
        argument: its name: "loss".
        value: what was passed.
        name: what an entry of a dictionary must be called, None for any name.

    >>> of_one_output("loss", ["mse"]), of_one_output("loss", {"out": "mse"}, "out")
    ('mse', 'mse')
    >>> of_one_output("loss", ["mse", "mae"])
    Traceback (most recent call last):
    ValueError: compile: 'loss' must be for one output. Received: ['mse', 'mae'] of type list
    """
    entries: Any = None
    if isinstance(value, dict) and "class_name" not in value:
        entries = [value[key] for key in value if name in (None, key)]
    elif isinstance(value, (list, tuple)):
        entries = value
    if entries is None:
        return value
    if len(value) != 1 or len(entries) != 1:
        output = "one output" if name is None else f"one output, named '{name}'"
        raise checks.refusal("compile", argument, f"for {output}", value)
    return entries[0] if argument == "metrics" else of_one_output(argument, entries[0])


def frequency(value: Any) -> int | frozenset[int]:
    """Every how many epochs to validate, or after which.

    >>> frequency(2), sorted(frequency([1, 3]))
    (2, [1, 3])
    """
    if type(value) is int and value > 0:
        return value  # what nearly all calls pass
    if isinstance(value, (list, tuple, set, frozenset, range)) or checks.entries_of(value) is not None:
        return frozenset(checks.integer("fit", "validation_freq", epoch, least=1) for epoch in value)
    return checks.integer("fit", "validation_freq", value, least=1)


def shuffles(value: Any, data: ArrayData | BatchData) -> bool:
    """Whether every pass has another order of rows, or of batches where the data comes in these.

    `"batch"` stands for an order of rows within batches, which changes no sum over them: arrays keep theirs.
    """
    if isinstance(value, str) and value == "batch":
        return isinstance(data, IterableData)
    if isinstance(value, str):
        raise checks.refusal("fit", "shuffle", "True, False or 'batch'", value)
    return checks.flag("fit", "shuffle", value)


def warn_of_end(steps: int | None, done: int) -> None:
    """Warn when the data ended after fewer steps than were asked for."""
    if steps is not None and done < steps:
        warnings.warn(f"The data ran out: steps={steps} were asked for, it has {done}", stacklevel=4)
