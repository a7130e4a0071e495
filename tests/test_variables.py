"""Variables in expressions."""

import numpy as np
import pytest

from lamella import layers

VALUES = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")


@pytest.fixture
def kernel():
    layer = layers.Dense(2)
    layer.build((None, 2))
    layer.kernel.assign(VALUES)
    return layer.kernel


EXPRESSIONS = {
    "times": lambda w: w * 2,
    "from the right": lambda w: 1 - w,
    "two": lambda w: w + w,
    "product": lambda w: w @ np.ones((2, 3), "float32"),
    "product with an array before": lambda w: np.ones((3, 2), "float32") @ w,
    "power": lambda w: w**2,
    "negative": lambda w: -w,
    "absolute": abs,
    "larger": lambda w: w > 0,
    "equal": lambda w: w == 3.0,
    "functions": lambda w: np.exp(w),
    "sums": lambda w: np.add.reduce(w, axis=0),
    "row": lambda w: w[0],
    "column": lambda w: w[:, 1],
    "mask": lambda w: w[w > 0],
    "iteration": lambda w: np.stack(list(w)),
    "method": lambda w: np.sum(w, axis=1),
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expressions_give_what_arrays_give(kernel, expression):
    result, right = expression(kernel), expression(VALUES)
    assert type(result) is np.ndarray
    assert result.dtype == right.dtype
    assert np.array_equal(result, right)
    assert np.array_equal(kernel.numpy(), VALUES)


def test_what_is_read_is_a_copy(kernel):
    kernel[0][:] = 9.0
    kernel.value[:] = 9.0
    assert np.array_equal(kernel.numpy(), VALUES)


def test_it_is_changed_by_assign_alone(kernel):
    with pytest.raises(TypeError, match="assign"):
        kernel += 1.0
    with pytest.raises(TypeError, match="item assignment"):
        kernel[0] = 1.0
    kernel.assign_add(VALUES)
    kernel.assign_sub(np.ones((2, 2)))
    assert np.array_equal(kernel.numpy(), 2 * VALUES - 1)


@pytest.mark.parametrize(
    "value", ["a", [["a", "b"], ["c", "d"]], [[1, 2], [3]], [[1j, 0], [0, 0]], None, np.ones(2)]
)
def test_values_that_do_not_fit_change_nothing(kernel, value):
    with pytest.raises(ValueError, match="kernel"):
        kernel.assign(value)
    assert np.array_equal(kernel.numpy(), VALUES)


@pytest.mark.parametrize("wrong", ["a", [1.0, [2.0]], np.ones(3)])
def test_no_weight_is_set_when_one_is_wrong(wrong):
    layer = layers.Dense(2)
    layer.build((None, 2))
    before = layer.get_weights()
    with pytest.raises(ValueError, match="bias"):
        layer.set_weights([VALUES, wrong])
    assert all(np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True))


def test_single_numbers_and_identity():
    count = layers.Normalization()
    count.build((None, 2))
    number = count.count
    number.assign(3)
    assert (float(number), int(number), bool(number), number.ndim) == (3.0, 3, True, 0)
    assert len({number, number, count.mean}) == 2
