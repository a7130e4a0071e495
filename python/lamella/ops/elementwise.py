"""Operations on each number: of one array, or of two that are broadcast."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base.types import Array
from lamella.ops.conversion import array, counts, floats, promoted
from lamella.ops.definition import binary, bitwise, operation, unary

__all__ = [
    "abs",
    "absolute",
    "add",
    "allclose",
    "angle",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "cbrt",
    "ceil",
    "clip",
    "conj",
    "conjugate",
    "cos",
    "cosh",
    "deg2rad",
    "divide",
    "divide_no_nan",
    "equal",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "hypot",
    "i0",
    "imag",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "nextafter",
    "not_equal",
    "power",
    "rad2deg",
    "real",
    "reciprocal",
    "right_shift",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "true_divide",
    "trunc",
]

# Of one array.
absolute = unary(np.absolute, "The distance from 0.")
fabs = unary(np.fabs, "The distance from 0, as floating-point numbers.", floats)
negative = unary(np.negative, "The number with the other sign.")
sign = unary(np.sign, "-1, 0 or 1.")
square = unary(np.square, "The number times itself.", counts)
reciprocal = unary(np.reciprocal, "1 divided by the number.", floats)
sqrt = unary(np.sqrt, "The square root.", floats)
cbrt = unary(np.cbrt, "The cubic root.", floats)
exp = unary(np.exp, "e to the power of the number.", floats)
exp2 = unary(np.exp2, "2 to the power of the number.", floats)
expm1 = unary(np.expm1, "`exp(x) - 1`, exact near 0.", floats)
log = unary(np.log, "The natural logarithm.", floats)
log2 = unary(np.log2, "The logarithm to base 2.", floats)
log10 = unary(np.log10, "The logarithm to base 10.", floats)
log1p = unary(np.log1p, "`log(1 + x)`, exact near 0.", floats)
sin = unary(np.sin, "The sine of an angle in radians.", floats)
cos = unary(np.cos, "The cosine of an angle in radians.", floats)
tan = unary(np.tan, "The tangent of an angle in radians.", floats)
arcsin = unary(np.arcsin, "The angle of a sine.", floats)
arccos = unary(np.arccos, "The angle of a cosine.", floats)
arctan = unary(np.arctan, "The angle of a tangent.", floats)
sinh = unary(np.sinh, "The hyperbolic sine.", floats)
cosh = unary(np.cosh, "The hyperbolic cosine.", floats)
arcsinh = unary(np.arcsinh, "The inverse of the hyperbolic sine.", floats)
arccosh = unary(np.arccosh, "The inverse of the hyperbolic cosine.", floats)
arctanh = unary(np.arctanh, "The inverse of the hyperbolic tangent.", floats)
deg2rad = unary(np.deg2rad, "Degrees as radians.", floats)
rad2deg = unary(np.rad2deg, "Radians as degrees.", floats)
sinc = unary(np.sinc, "`sin(pi x) / (pi x)`.", floats)
i0 = unary(np.i0, "The modified Bessel function of the first kind, order 0.", floats)
ceil = unary(np.ceil, "The next whole number above, as a floating-point one.", floats)
floor = unary(np.floor, "The next whole number below, as a floating-point one.", floats)
trunc = unary(np.trunc, "The whole number towards 0.")
isnan = unary(np.isnan, "Whether it is not a number.")
isinf = unary(np.isinf, "Whether it is infinite.")
isfinite = unary(np.isfinite, "Whether it is neither infinite nor NaN.")
isneginf = unary(np.isneginf, "Whether it is minus infinity.")
isposinf = unary(np.isposinf, "Whether it is plus infinity.")
isreal = unary(np.isreal, "Whether its imaginary part is 0.")
signbit = unary(np.signbit, "Whether it has a minus sign, as -0.0 has.")
logical_not = unary(np.logical_not, "Whether it is 0.")
bitwise_not = unary(np.bitwise_not, "Each bit the other way round.")
conjugate = unary(np.conjugate, "The complex conjugate.")
real = unary(np.real, "The real part.")
imag = unary(np.imag, "The imaginary part.")
angle = unary(np.angle, "The angle of a complex number, in radians.", floats)

# Of two arrays.
add = binary(np.add, "The sum.")
subtract = binary(np.subtract, "The difference.")
multiply = binary(np.multiply, "The product.")
divide = binary(np.divide, "The quotient, as floating-point numbers.", floating=True)
floor_divide = binary(np.floor_divide, "The quotient, rounded down.")
mod = binary(lambda x1, x2: np.mod(counts(x1), counts(x2)), "The remainder, with the sign of `x2`.")
fmod = binary(lambda x1, x2: np.fmod(counts(x1), counts(x2)), "The remainder, with the sign of `x1`.")
power = binary(np.power, "`x1` to the power of `x2`.")
maximum = binary(np.maximum, "The larger one; NaN where one is NaN.")
minimum = binary(np.minimum, "The smaller one; NaN where one is NaN.")
fmax = binary(np.fmax, "The larger one, the number where one is NaN.")
fmin = binary(np.fmin, "The smaller one, the number where one is NaN.")
arctan2 = binary(np.arctan2, "The angle of the point (x2, x1), in radians.", floating=True)
hypot = binary(np.hypot, "`sqrt(x1 ** 2 + x2 ** 2)`.", floating=True)
logaddexp = binary(np.logaddexp, "`log(exp(x1) + exp(x2))`, without overflow.", floating=True)
logaddexp2 = binary(np.logaddexp2, "`log2(2 ** x1 + 2 ** x2)`, without overflow.", floating=True)
heaviside = binary(np.heaviside, "0 below 0, 1 above, `x2` at 0.", floating=True)
nextafter = binary(np.nextafter, "The floating-point number next to `x1`, towards `x2`.", floating=True)
gcd = binary(np.gcd, "The greatest common divisor.")
lcm = binary(np.lcm, "The least common multiple.")
equal = binary(np.equal, "Whether both are equal.")
not_equal = binary(np.not_equal, "Whether they differ.")
less = binary(np.less, "Whether the first is the smaller one.")
less_equal = binary(np.less_equal, "Whether the first is not the larger one.")
greater = binary(np.greater, "Whether the first is the larger one.")
greater_equal = binary(np.greater_equal, "Whether the first is not the smaller one.")
logical_and = binary(np.logical_and, "Whether neither is 0.")
logical_or = binary(np.logical_or, "Whether one of them is not 0.")
logical_xor = binary(np.logical_xor, "Whether exactly one of them is not 0.")
bitwise_and = bitwise(np.bitwise_and, "Bits that are set in both.")
bitwise_or = bitwise(np.bitwise_or, "Bits that are set in one of them.")
bitwise_xor = bitwise(np.bitwise_xor, "Bits that are set in exactly one of them.")
bitwise_left_shift = bitwise(np.left_shift, "The bits of x, y places to the left.")
bitwise_right_shift = bitwise(np.right_shift, "The bits of x, y places to the right.")

abs = absolute
bitwise_invert = bitwise_not
conj = conjugate
left_shift = bitwise_left_shift
right_shift = bitwise_right_shift
true_divide = divide


@operation
def round(x: Any, decimals: int = 0) -> Array:
    """The nearest number of so many decimals, the even one of two.

    >>> round([0.5, 1.5, 2.26], 1).tolist()
    [0.5, 1.5, 2.299999952316284]
    """
    return np.round(array(x), decimals)


@operation
def clip(x: Any, x_min: Any, x_max: Any) -> Array:
    """Numbers kept within two limits.

    Args:
        x: an array.
        x_min, x_max: the limits: numbers, or arrays that are broadcast.

    >>> clip([-1.0, 0.5, 3.0], 0, 1).tolist()
    [0.0, 0.5, 1.0]
    """
    values = counts(x)
    return np.clip(values, x_min, x_max).astype(values.dtype, copy=False)


@operation
def divide_no_nan(x1: Any, x2: Any) -> Array:
    """The quotient, and 0 where the divisor is 0.

    >>> divide_no_nan([1.0, 1.0], [2.0, 0.0]).tolist()
    [0.5, 0.0]
    """
    numerator, divisor = promoted(x1, x2, floating=True)
    return np.where(divisor == 0, divisor.dtype.type(0), np.divide(numerator, divisor))


@operation
def ldexp(x1: Any, x2: Any) -> Array:
    """`x1 * 2 ** x2`, exactly.

    Raises:
        TypeError: unless `x2` holds whole numbers.

    >>> ldexp([0.75], [2]).tolist()
    [3.0]
    """
    return np.ldexp(floats(x1), array(x2))


@operation
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Array:
    """Numbers in the place of NaN and infinities: the largest there are by default.

    >>> nan_to_num([np.nan, 1.0]).tolist()
    [0.0, 1.0]
    """
    return np.nan_to_num(array(x), nan=nan, posinf=posinf, neginf=neginf)


@operation
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether numbers differ by at most `atol + rtol * abs(x2)`.

    >>> isclose([1.0, 1.1], 1.0).tolist()
    [True, False]
    """
    return np.isclose(*promoted(x1, x2), rtol, atol, equal_nan)


@operation
def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether all numbers are close, see `isclose`.

    >>> bool(allclose([1.0], 1.0))
    True
    """
    first, second = promoted(x1, x2)
    return np.asarray(np.allclose(first, second, rtol, atol, equal_nan))
