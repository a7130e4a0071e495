"""Linear algebra, of matrices or of stacks of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.checks import choice
from lamella.base.public_names import publish
from lamella.base.types import Array
from lamella.ops.conversion import axes, floats, promoted
from lamella.ops.definition import operation, structured, unary

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_triangular",
    "svd",
]

publish(__name__, __all__)

det = unary(np.linalg.det, "The determinant.", floats)
inv = unary(np.linalg.inv, "The inverse.", floats)


@operation
def cholesky(x: Any, upper: bool = False) -> Array:
    """The triangular factor of a symmetric positive definite matrix.

    Args:
        x: shape (..., n, n).
        upper: whether the upper factor is wanted. Defaults to False, the lower one.

    Raises:
        ValueError: for a matrix that is not positive definite.

    >>> cholesky([[4.0, 2.0], [2.0, 2.0]]).tolist()
    [[2.0, 0.0], [1.0, 1.0]]
    """
    lower = np.linalg.cholesky(floats(x))
    return np.swapaxes(lower, -1, -2) if upper else lower


@operation
def cholesky_inverse(x: Any, upper: bool = False) -> Array:
    """The inverse of a matrix, given its triangular factor.

    >>> cholesky_inverse([[2.0, 0.0], [0.0, 1.0]]).tolist()
    [[0.25, 0.0], [0.0, 1.0]]
    """
    factor = np.linalg.inv(_triangle(floats(x), not upper))
    turned = np.swapaxes(factor, -1, -2)
    return np.matmul(factor, turned) if upper else np.matmul(turned, factor)


@operation
def eig(x: Any) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors, which are complex numbers, and the vectors columns.

    >>> values, vectors = eig([[2.0, 0.0], [0.0, 3.0]])
    >>> values.real.tolist()
    [2.0, 3.0]
    """
    values, vectors = np.linalg.eig(floats(x))
    kind = np.result_type(values.dtype, "complex64")
    return values.astype(kind), vectors.astype(kind)


@operation
def eigh(x: Any) -> tuple[Array, Array]:
    """Eigenvalues of a symmetric matrix from the smallest up, and eigenvectors as columns.

    >>> values, vectors = eigh([[3.0, 0.0], [0.0, 2.0]])
    >>> values.tolist()
    [2.0, 3.0]
    """
    values, vectors = np.linalg.eigh(floats(x))
    return values, vectors


@operation
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Array:
    """A norm of vectors or matrices.

    Args:
        x: an array.
        ord: a number, "fro", "nuc" or infinity; None, the default, for the root of the squares' sum.
        axis: one for vectors, two for matrices; None for all of x.
        keepdims: whether the axes stay, with length 1.

    >>> float(norm([3.0, 4.0]))
    5.0
    """
    values = floats(x)
    return np.asarray(np.linalg.norm(values, ord, axes(axis), keepdims), values.real.dtype)


@operation
def qr(x: Any, mode: str = "reduced") -> tuple[Array, Array]:
    """An orthogonal and an upper triangular factor.

    Args:
        x: shape (..., m, n).
        mode: "reduced", the default, or "complete" with a square first factor.

    >>> q, r = qr([[2.0, 1.0], [0.0, 1.0]])
    >>> bool(np.allclose(q @ r, [[2.0, 1.0], [0.0, 1.0]]))
    True
    """
    q, r = np.linalg.qr(floats(x), choice("qr", "mode", mode, ("reduced", "complete")))
    return q, r


@structured
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The singular value decomposition.

    Args:
        x: shape (..., m, n).
        full_matrices: whether the outer factors are square. Defaults to True.
        compute_uv: whether to return the factors, or the singular values alone. Defaults to True.

    Returns:
        (u, s, v), where x is `u * s @ v`; or s.

    >>> svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).tolist()
    [4.0, 3.0]
    """
    found: Any = np.linalg.svd(floats(x), full_matrices, compute_uv)
    return found


@operation
def solve(a: Any, b: Any) -> Array:
    """The solution x of `a @ x = b`.

    Args:
        a: shape (..., n, n).
        b: shape (n,) or (..., n, columns).

    Raises:
        ValueError: for a matrix without an inverse.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
    [1.0, 0.5]
    """
    matrix, right = promoted(a, b, floating=True)
    return _solved(matrix, right)


@operation
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Array:
    """As `solve`, with the upper triangle of the matrix alone, or the lower one.

    >>> solve_triangular([[2.0, 9.0], [0.0, 4.0]], [11.0, 4.0]).tolist()
    [1.0, 1.0]
    """
    matrix, right = promoted(a, b, floating=True)
    return _solved(_triangle(matrix, lower), right)


def _solved(matrix: Array, right: Array) -> Array:
    if right.ndim == matrix.ndim - 1:
        return np.linalg.solve(matrix, right[..., None])[..., 0]
    return np.linalg.solve(matrix, right)


def _triangle(matrix: Array, lower: bool) -> Array:
    return np.tril(matrix) if lower else np.triu(matrix)


@operation
def lstsq(a: Any, b: Any, rcond: float | None = None) -> Array:
    """The x for which `a @ x` comes nearest to b.

    Args:
        a: shape (m, n).
        b: shape (m,) or (m, columns).
        rcond: singular values below this share of the largest count as 0.

    >>> lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3).tolist()
    [2.0]
    """
    return np.linalg.lstsq(*promoted(a, b, floating=True), rcond=rcond)[0]


@operation
def matrix_rank(x: Any, tol: Any = None) -> Array:
    """The number of singular values above a limit.

    >>> int(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    return np.asarray(np.linalg.matrix_rank(floats(x), tol), "int32")


@operation
def pinv(x: Any, rcond: Any = None) -> Array:
    """The pseudo-inverse.

    >>> pinv([[2.0, 0.0], [0.0, 0.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    values = floats(x)
    cutoff = np.finfo(values.dtype).eps * max(values.shape[-2:]) if rcond is None else rcond
    return np.linalg.pinv(values, cutoff)


@operation
def lu_factor(x: Any) -> tuple[Array, Array]:
    """The triangular factors of a matrix whose rows are swapped, in one array, and the swaps.

    Args:
        x: shape (..., m, n).

    Returns:
        The factors, the lower one below the diagonal with ones on it left out; and for each row the one it is
        swapped with.

    >>> factors, swaps = lu_factor([[1.0, 2.0], [2.0, 2.0]])
    >>> factors.tolist(), swaps.tolist()
    ([[2.0, 2.0], [0.5, 1.0]], [1, 1])
    """
    factors = floats(x).copy()
    m, n = factors.shape[-2:]
    stack = factors.reshape(-1, m, n)
    swaps = np.empty((len(stack), min(m, n)), "int32")
    for matrix, swapped in zip(stack, swaps, strict=True):
        for k in range(min(m, n)):
            swapped[k] = k + np.argmax(np.abs(matrix[k:, k]))
            matrix[[k, swapped[k]]] = matrix[[swapped[k], k]]
            if matrix[k, k] != 0:
                matrix[k + 1 :, k] /= matrix[k, k]
                matrix[k + 1 :, k + 1 :] -= np.outer(matrix[k + 1 :, k], matrix[k, k + 1 :])
    return factors, swaps.reshape(*factors.shape[:-2], -1)


@operation
def slogdet(x: Any) -> tuple[Array, Array]:
    """The sign of the determinant, and the logarithm of its size.

    >>> [float(one) for one in slogdet([[1.0, 0.0], [0.0, -1.0]])]
    [-1.0, 0.0]
    """
    sign, logarithm = np.linalg.slogdet(floats(x))
    return sign, logarithm


@operation
def logdet(x: Any) -> Array:
    """The logarithm of the determinant of a positive definite matrix.

    >>> float(logdet([[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """
    return np.linalg.slogdet(floats(x))[1]
