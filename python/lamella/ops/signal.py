"""Fourier transforms, windows, and sequences cut out of signals.

Complex numbers go in and out as pairs of arrays, real parts and imaginary parts, as Keras has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lamella.base import config
from lamella.base.checks import choice
from lamella.base.types import Array
from lamella.ops.conversion import array, floats
from lamella.ops.definition import Unary, operation, unary

__all__ = [
    "bartlett",
    "blackman",
    "extract_sequences",
    "fft",
    "fft2",
    "hamming",
    "hanning",
    "ifft2",
    "irfft",
    "istft",
    "kaiser",
    "polar",
    "rfft",
    "stft",
    "view_as_complex",
    "view_as_real",
]


def _window(function: Callable[[Any], Any], says: str) -> Unary:
    def values(count: Array) -> Any:
        return function(int(count)).astype(config.floatx())

    values.__name__ = function.__name__
    return unary(values, f"{says} of so many numbers.")


bartlett = _window(np.bartlett, "The triangular window")
blackman = _window(np.blackman, "The Blackman window")
hamming = _window(np.hamming, "The Hamming window")
hanning = _window(np.hanning, "The Hann window")


@operation
def kaiser(x: Any, beta: Any) -> Array:
    """The Kaiser window of so many numbers.

    >>> kaiser(3, 0.0).tolist()
    [1.0, 1.0, 1.0]
    """
    return np.kaiser(int(array(x)), float(array(beta))).astype(config.floatx())


def _complex(x: Any) -> Array:
    if not isinstance(x, (list, tuple)) or len(x) != 2:
        raise ValueError("'x' must be a pair of arrays, real and imaginary parts")
    real, imaginary = floats(x[0]), floats(x[1])
    if real.shape != imaginary.shape:
        raise ValueError(f"'x' must be two arrays of one shape. Received: {real.shape} and {imaginary.shape}")
    result: Array = real + np.asarray(1j, np.result_type(real.dtype, "complex64")) * imaginary
    return result


def _pair(values: Array, dtype: Any) -> tuple[Array, Array]:
    return values.real.astype(dtype), values.imag.astype(dtype)


@operation
def fft(x: Any) -> tuple[Array, Array]:
    """The Fourier transform along the last axis, of and as a pair of arrays.

    >>> real, imaginary = fft(([1.0, 1.0], [0.0, 0.0]))
    >>> real.tolist()
    [2.0, 0.0]
    """
    values = _complex(x)
    return _pair(np.fft.fft(values), values.real.dtype)


@operation
def fft2(x: Any) -> tuple[Array, Array]:
    """The Fourier transform along the last two axes, of and as a pair of arrays.

    >>> real, imaginary = fft2(([[1.0, 1.0]], [[0.0, 0.0]]))
    >>> real.tolist()
    [[2.0, 0.0]]
    """
    values = _complex(x)
    return _pair(np.fft.fft2(values), values.real.dtype)


@operation
def ifft2(x: Any) -> tuple[Array, Array]:
    """The inverse of `fft2`.

    >>> real, imaginary = ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))
    >>> real.tolist()
    [[1.0, 1.0]]
    """
    values = _complex(x)
    return _pair(np.fft.ifft2(values), values.real.dtype)


@operation
def rfft(x: Any, fft_length: int | None = None) -> tuple[Array, Array]:
    """The Fourier transform of real numbers along the last axis: its first half, as a pair of arrays.

    Args:
        x: an array.
        fft_length: to how many numbers to cut or pad. Defaults to the length of the axis.

    >>> real, imaginary = rfft([1.0, 1.0])
    >>> real.tolist()
    [2.0, 0.0]
    """
    values = floats(x)
    return _pair(np.fft.rfft(values, fft_length), values.dtype)


@operation
def irfft(x: Any, fft_length: int | None = None) -> Array:
    """The inverse of `rfft`.

    >>> irfft(([2.0, 0.0], [0.0, 0.0])).tolist()
    [1.0, 1.0]
    """
    values = _complex(x)
    return np.fft.irfft(values, fft_length).astype(values.real.dtype)


@operation
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Array:
    """Sequences that overlap, out of the last axis.

    Args:
        x: shape (..., n).
        sequence_length: how long each is.
        sequence_stride: how far apart they begin.

    Returns:
        Shape (..., sequences, sequence_length).

    >>> extract_sequences([1, 2, 3, 4], 2, 1).tolist()
    [[1, 2], [2, 3], [3, 4]]
    """
    return _sequences(array(x), sequence_length, sequence_stride)


def _sequences(values: Array, length: int, stride: int) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(values, length, axis=-1)
    return windows[..., ::stride, :].copy()


@operation
def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[Array, Array]:
    """The Fourier transforms of sequences that overlap.

    Args:
        x: shape (..., n).
        sequence_length: how long each sequence is.
        sequence_stride: how far apart they begin.
        fft_length: how many numbers are transformed, at least `sequence_length`; zeros fill up.
        window: what sequences are multiplied with: "hann", "hamming", an array of their length, or None.
        center: whether sequences lie around their places, the ends being mirrored. Defaults to True.

    Returns:
        A pair of arrays of shape (..., sequences, fft_length // 2 + 1).

    >>> real, imaginary = stft(np.ones(8), 4, 2, 4)
    >>> real.shape
    (5, 3)
    """
    values = floats(x)
    factors = _padded_window(window, sequence_length, fft_length, values.dtype)
    if center:
        widths = [(0, 0)] * (values.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        values = np.pad(values, widths, mode="reflect")
    return _pair(
        np.fft.rfft(_sequences(values, fft_length, sequence_stride) * factors, fft_length), values.dtype
    )


@operation
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Array:
    """The signal of which `stft` made these transforms.

    Args:
        x: a pair of arrays of shape (..., sequences, fft_length // 2 + 1).
        sequence_length, sequence_stride, fft_length, window, center: as of `stft`.
        length: how long the signal is; as far as the sequences reach by default.

    >>> x = np.arange(8.0)
    >>> bool(np.allclose(istft(stft(x, 4, 2, 4), 4, 2, 4), x))
    True
    """
    values = _complex(x)
    dtype = values.real.dtype
    factors = _padded_window(window, sequence_length, fft_length, dtype)
    parts = np.fft.irfft(values, fft_length) * factors
    count = parts.shape[-2]
    total = np.zeros((*parts.shape[:-2], fft_length + sequence_stride * (count - 1)))
    weights = np.zeros(total.shape[-1])
    for i in range(count):
        place = slice(i * sequence_stride, i * sequence_stride + fft_length)
        total[..., place] += parts[..., i, :]
        weights[place] += factors**2
    signal = total / np.where(weights > 1e-10, weights, 1.0)
    first = fft_length // 2 if center else 0
    last = first + length if length is not None else signal.shape[-1] - first
    return signal[..., first:last].astype(dtype)


def _padded_window(window: Any, sequence_length: int, fft_length: int, dtype: Any) -> Array:
    """The factors of a sequence, zeros around them: shape (fft_length,)."""
    if fft_length < sequence_length:
        raise ValueError(
            f"'fft_length' must be at least 'sequence_length', {sequence_length}. Received: {fft_length}"
        )
    if window is None:
        return np.ones(fft_length, dtype)
    if isinstance(window, str):
        named = choice("stft", "window", window, ("hann", "hamming"))
        symmetric = np.hanning if named == "hann" else np.hamming
        factors = symmetric(sequence_length + 1)[:-1].astype(dtype)  # the periodic window
    else:
        factors = array(window, dtype)
    if factors.shape != (sequence_length,):
        raise ValueError(f"'window' must have shape ({sequence_length},). Received: {factors.shape}")
    before = (fft_length - sequence_length) // 2
    return np.pad(factors, (before, fft_length - sequence_length - before))


@operation
def view_as_complex(x: Any) -> Array:
    """Complex numbers out of an array whose last axis holds real and imaginary parts.

    >>> view_as_complex([[1.0, 2.0]]).tolist()
    [(1+2j)]
    """
    values = floats(x)
    if values.ndim == 0 or values.shape[-1] != 2:
        raise ValueError(f"the last axis must hold real and imaginary parts. Received: shape {values.shape}")
    return _complex((values[..., 0], values[..., 1]))


@operation
def view_as_real(x: Any) -> Array:
    """Real and imaginary parts along a new last axis.

    >>> view_as_real(np.array([1 + 2j])).tolist()
    [[1.0, 2.0]]
    """
    values = array(x)
    return np.stack([values.real, values.imag], axis=-1)


@operation
def polar(abs_: Any, angle: Any) -> Array:
    """Complex numbers of such distances from 0 and angles.

    >>> polar([2.0], [0.0]).tolist()
    [(2+0j)]
    """
    distance, direction = floats(abs_), floats(angle)
    return _complex((distance * np.cos(direction), distance * np.sin(direction)))
