"""Every op case in float32 against the same case in float64."""

import numpy as np
import pytest

from lamella import _core
from op_cases import CASES, build, relative_error

# Rows, positions of a row where it has several axes, and features. Two values a channel would be normalised
# to +-1 whatever they are: a gradient of nothing but cancellation.
SHAPES = [(1, 1, 1), (3, 2, 17), (67, 2, 131)]


def outputs_and_gradients(case, rows, shape, dtype):
    built = build(case, rows, shape, dtype)
    result = {"output": _core.Predictor(built.program, training=True)(built.x, seed=1)}
    result.update({variable.name: gradient for variable, gradient in built.trainer().gradients(built.feed)})
    return result


@pytest.mark.parametrize(("rows", "positions", "last"), SHAPES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_float32_follows_float64(case, rows, positions, last):
    shape = (*[positions] * (case.ranks[-1] - 1), last)
    double = outputs_and_gradients(case, rows, shape, "float64")
    single = outputs_and_gradients(case, rows, shape, "float32")
    assert single.keys() == double.keys()
    for name, expected in double.items():
        assert single[name].dtype == np.float32
        vanishes = np.linalg.norm(expected) < 1e-6  # the true gradient is zero: what is left is rounding
        error = (
            np.linalg.norm(single[name] - expected) if vanishes else relative_error(single[name], expected)
        )
        assert error < case.float32_tolerance, name
