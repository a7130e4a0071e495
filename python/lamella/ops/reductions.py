"""Operations along axes: sums, means, extremes, quantiles, and running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, axes, counts, dtype_of, floats, promoted
from lamella.ops.definition import operation, reduction

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "percentile",
    "prod",
    "ptp",
    "quantile",
    "std",
    "sum",
    "var",
]


def _wide(x: Any) -> Array:
    """Numbers that can be summed: whole ones of 32 bits at least."""
    values = counts(x)
    narrow = values.dtype.kind in "iu" and values.dtype.itemsize < 4
    return values.astype(f"{values.dtype.kind}4") if narrow else values


mean = reduction(np.mean, "The mean, as floating-point numbers.", floats)
std = reduction(np.std, "The standard deviation.", floats)
var = reduction(np.var, "The variance.", floats)
median = reduction(np.median, "The median, as floating-point numbers.", floats)
sum = reduction(np.sum, "The sum; whole numbers are widened to 32 bits.", _wide)
amax = reduction(np.amax, "The largest number.")
amin = reduction(np.amin, "The smallest number.")
ptp = reduction(lambda x, **how: np.max(x, **how) - np.min(x, **how), "The largest number less the smallest.")
all = reduction(np.all, "Whether no number is 0.", dtype="bool")
any = reduction(np.any, "Whether a number is not 0.", dtype="bool")
nanmean = reduction(np.nanmean, "The mean of what is not NaN.", floats)
nanstd = reduction(np.nanstd, "The standard deviation of what is not NaN.", floats)
nanvar = reduction(np.nanvar, "The variance of what is not NaN.", floats)
nanmedian = reduction(np.nanmedian, "The median of what is not NaN.", floats)
nansum = reduction(np.nansum, "The sum of what is not NaN.", _wide)
nanprod = reduction(np.nanprod, "The product of what is not NaN.", _wide)
nanmax = reduction(np.nanmax, "The largest number, NaN apart.")
nanmin = reduction(np.nanmin, "The smallest number, NaN apart.")
argmax = reduction(np.argmax, "The index of the largest number, the first of several.", dtype="int32")
argmin = reduction(np.argmin, "The index of the smallest number, the first of several.", dtype="int32")


@operation
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Array:
    """The largest number along axes, `initial` among them.

    >>> max([[1, 5], [7, 2]], axis=0).tolist()
    [7, 5]
    """
    return np.max(array(x), axes(axis), keepdims=keepdims, **_initial(initial))


@operation
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Array:
    """The smallest number along axes, `initial` among them.

    >>> min([[1, 5], [7, 2]], axis=0).tolist()
    [1, 2]
    """
    return np.min(array(x), axes(axis), keepdims=keepdims, **_initial(initial))


def _initial(initial: Any) -> dict[str, Any]:
    return {} if initial is None else {"initial": initial}


@operation
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Array:
    """The product along axes; whole numbers are widened to 32 bits.

    >>> int(prod([2, 3, 4]))
    24
    """
    values = _wide(x) if dtype is None else array(x, dtype)
    return np.prod(values, axes(axis), keepdims=keepdims, dtype=values.dtype)


@operation
def average(x: Any, axis: Any = None, weights: Any = None) -> Array:
    """The mean, with weights.

    Args:
        x: an array.
        axis: an axis, several, or None for all.
        weights: of x's shape, or as many as the axis is long. Defaults to equal ones.

    >>> float(average([1.0, 4.0], weights=[3.0, 1.0]))
    1.75
    """
    if weights is None:
        return np.average(floats(x), axes(axis))
    values, factors = promoted(array(x), array(weights), floating=True)
    return np.average(values, axes(axis), factors)


@operation
def count_nonzero(x: Any, axis: Any = None) -> Array:
    """How many numbers are not 0.

    >>> int(count_nonzero([0, 1, 2]))
    2
    """
    return np.asarray(np.count_nonzero(array(x), axes(axis)), "int32")


@operation
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Array:
    """Numbers below which shares of the others lie.

    Args:
        x: an array.
        q: the share or shares, from 0 to 1.
        axis: an axis, several, or None for all.
        method: how to choose between two numbers: "linear", "lower", "higher", "midpoint" or "nearest".
        keepdims: whether the axes stay, with length 1.

    Returns:
        An array with q's axes first.

    >>> float(quantile([1.0, 2.0, 4.0], 0.5))
    2.0
    """
    return _quantile(np.quantile, x, q, axis, method, keepdims)


@operation
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Array:
    """As `quantile`, with shares from 0 to 100.

    >>> float(percentile([1.0, 2.0, 4.0], 50))
    2.0
    """
    return _quantile(np.percentile, x, q, axis, method, keepdims)


@operation
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Array:
    """As `quantile`, of what is not NaN.

    >>> float(nanquantile([1.0, np.nan], 0.5))
    1.0
    """
    return _quantile(np.nanquantile, x, q, axis, method, keepdims)


@operation
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Array:
    """As `percentile`, of what is not NaN.

    >>> float(nanpercentile([1.0, np.nan], 50))
    1.0
    """
    return _quantile(np.nanpercentile, x, q, axis, method, keepdims)


def _quantile(function: Callable[..., Any], x: Any, q: Any, axis: Any, method: str, keepdims: bool) -> Array:
    values = floats(x)
    shares = np.asarray(q, "float64")
    return np.asarray(function(values, shares, axes(axis), method=method, keepdims=keepdims), values.dtype)


@operation
def nanargmax(x: Any, axis: Any = None, keepdims: bool = False) -> Array:
    """The index of the largest number, NaN apart; -1 where all are NaN.

    >>> int(nanargmax([np.nan, 1.0]))
    1
    """
    return _nan_index(np.argmax, x, axis, keepdims, -np.inf)


@operation
def nanargmin(x: Any, axis: Any = None, keepdims: bool = False) -> Array:
    """The index of the smallest number, NaN apart; -1 where all are NaN.

    >>> int(nanargmin([np.nan, 1.0]))
    1
    """
    return _nan_index(np.argmin, x, axis, keepdims, np.inf)


def _nan_index(function: Callable[..., Any], x: Any, axis: Any, keepdims: bool, never: float) -> Array:
    values = array(x)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        found = function(np.where(missing, never, values), axis=axis, keepdims=keepdims)
        return np.where(np.all(missing, axis=axis, keepdims=keepdims), -1, found).astype("int32")
    return np.asarray(function(values, axis=axis, keepdims=keepdims), "int32")


@operation
def cumsum(x: Any, axis: Any = None, dtype: Any = None) -> Array:
    """Running sums along an axis, of all numbers by default.

    >>> cumsum([1, 2, 3]).tolist()
    [1, 3, 6]
    """
    return _running(np.cumsum, x, axis, dtype)


@operation
def cumprod(x: Any, axis: Any = None, dtype: Any = None) -> Array:
    """Running products along an axis, of all numbers by default.

    >>> cumprod([1, 2, 3]).tolist()
    [1, 2, 6]
    """
    return _running(np.cumprod, x, axis, dtype)


@operation
def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> Array:
    """Running sums, in which NaN counts as 0.

    >>> nancumsum([1.0, np.nan, 3.0]).tolist()
    [1.0, 1.0, 4.0]
    """
    return _running(np.nancumsum, x, axis, dtype)


@operation
def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> Array:
    """Running products, in which NaN counts as 1.

    >>> nancumprod([1.0, np.nan, 3.0]).tolist()
    [1.0, 1.0, 3.0]
    """
    return _running(np.nancumprod, x, axis, dtype)


def _running(function: Callable[..., Any], x: Any, axis: Any, dtype: Any) -> Array:
    values = counts(x)
    kind = values.dtype if dtype is None else dtype_of(dtype)
    return np.asarray(function(values, axis, dtype=kind))


@operation
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Array:
    """`log(sum(exp(x)))` along axes, without overflow.

    >>> round(float(logsumexp([1000.0, 1000.0])), 3)
    1000.693
    """
    values = floats(x)
    largest = np.max(values, axes(axis), keepdims=True)
    shift = np.where(np.isfinite(largest), largest, values.dtype.type(0))
    total = np.log(np.sum(np.exp(values - shift), axes(axis), keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axes(axis))
