"""Sequences of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lamella.base.checks import choice, integer, refusal, shown
from lamella.base.types import Array


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Array:
    """Fill sequences up, or cut them off, to one length.

    Args:
        sequences: a list of lists of numbers, or of arrays of shape (steps, ...).
        maxlen: the length; that of the longest by default.
        dtype: type of the result. Defaults to `"int32"`; `object` for texts of any length.
        padding: where to fill up, `"pre"` (the default) or `"post"`.
        truncating: where to cut off, `"pre"` (the default) or `"post"`.
        value: what is filled in. Defaults to 0.

    Returns:
        An array of shape (sequences, maxlen, ...).

    Raises:
        ValueError: for what is not a list of sequences, steps of different shapes, or a `value` that the type
            cannot hold.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]]).tolist()
    [[0, 0, 1], [0, 2, 3], [4, 5, 6]]
    >>> pad_sequences([[1], [4, 5, 6]], maxlen=2, padding="post", value=-1).tolist()
    [[1, -1], [5, 6]]
    """
    choice("pad_sequences", "padding", padding, ("pre", "post"))
    choice("pad_sequences", "truncating", truncating, ("pre", "post"))
    if not hasattr(sequences, "__len__") or isinstance(sequences, (str, bytes)):
        raise ValueError(
            f"pad_sequences: 'sequences' must be a list of sequences. Received: {type(sequences).__name__}"
        )
    for index, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                f"pad_sequences: entry {index} of 'sequences' is not a sequence. Received: {shown(sequence)}"
            )
    kind = _type(dtype)
    if isinstance(value, str) and kind.kind not in "OUS":
        raise ValueError(
            f"pad_sequences: 'value' {value!r} does not fit dtype {kind}: texts need dtype=object"
        )
    length = max(map(len, sequences), default=0)
    if maxlen is not None:
        length = integer("pad_sequences", "maxlen", maxlen, least=0)
    row_shape = next((np.asarray(s).shape[1:] for s in sequences if len(s)), ())
    result = _filled((len(sequences), length, *row_shape), value, kind)
    for index, sequence in enumerate(sequences):
        kept = sequence[max(0, len(sequence) - length) :] if truncating == "pre" else sequence[:length]
        if not len(kept):
            continue
        steps = _steps(index, kept, kind)
        if steps.shape[1:] != row_shape:
            raise ValueError(
                f"pad_sequences: the steps of entry {index} have shape {steps.shape[1:]}, others {row_shape}"
            )
        if padding == "pre":
            result[index, length - len(steps) :] = steps
        else:
            result[index, : len(steps)] = steps
    return result


def _type(dtype: Any) -> np.dtype[Any]:
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except (TypeError, ValueError):
        raise refusal("pad_sequences", "dtype", "a type of NumPy's", dtype) from None
    return kind


def _filled(shape: tuple[int, ...], value: Any, kind: np.dtype[Any]) -> Array:
    try:
        return np.full(shape, value, dtype=kind)
    except (TypeError, OverflowError, ValueError, MemoryError):
        raise ValueError(
            f"pad_sequences: no array of shape {shape}, as 'maxlen' and 'sequences' give it, can be filled "
            f"with the 'value' {shown(value)} of dtype {kind}"
        ) from None


def _steps(index: int, sequence: Any, kind: np.dtype[Any]) -> Array:
    try:
        return np.asarray(sequence, dtype=kind)
    except (TypeError, OverflowError, ValueError):
        raise ValueError(
            f"pad_sequences: entry {index} of 'sequences' does not fit dtype {kind}. "
            f"Received: {shown(sequence)}"
        ) from None
