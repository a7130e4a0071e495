"""Variables in expressions."""

import numpy as np
import pytest

from lamella import Variable, initializers, layers

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
    "iteration": lambda w: sum(row * 2 for row in w),
    "sums of a function": lambda w: w * np.sum(w, axis=1),
    "means": lambda w: w.mean(axis=0),
    "largest": lambda w: w.max(),
    "transposed": lambda w: w.T,
    "parts of a division": lambda w: np.divmod(w, 2.0)[1],
    "concatenation": lambda w: np.concatenate([w, w]) * w[0],
    "in another shape": lambda w: w.reshape(4),
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expressions_give_what_arrays_give(kernel, expression):
    result, right = expression(kernel), expression(VALUES)
    assert type(result.numpy()) is np.ndarray
    assert result.dtype == right.dtype
    assert np.array_equal(result, right)
    assert np.array_equal(kernel.numpy(), VALUES)


def test_it_is_as_long_as_its_first_axis_and_knows_what_it_holds(kernel):
    assert (len(kernel), 3.0 in kernel, 5.0 in kernel) == (2, True, False)
    assert kernel.tolist() == VALUES.tolist()


def test_assigning_returns_the_new_values(kernel):
    assert kernel.assign(VALUES * 2).tolist() == (VALUES * 2).tolist()
    assert kernel.assign_add(VALUES).tolist() == (VALUES * 3).tolist()
    assert kernel.assign_sub(VALUES).tolist() == kernel.tolist() == (VALUES * 2).tolist()


@pytest.mark.parametrize(
    ("arguments", "values", "dtype"),
    [
        ({"initializer": 3}, 3.0, "float32"),
        ({"initializer": [1.0, 2.0]}, [1.0, 2.0], "float32"),
        ({"initializer": np.ones(2)}, [1.0, 1.0], "float64"),
        ({"initializer": np.ones(2), "dtype": "float32"}, [1.0, 1.0], "float32"),
        ({"initializer": "ones", "shape": (2,)}, [1.0, 1.0], "float32"),
        ({"initializer": initializers.Constant(0.5), "shape": 2}, [0.5, 0.5], "float32"),
        ({"initializer": lambda shape, dtype: np.full(shape, 4.0), "shape": ()}, 4.0, "float32"),
    ],
)
def test_they_are_made_of_values_or_of_initializers(arguments, values, dtype):
    variable = Variable(**arguments)
    assert (variable.tolist(), variable.dtype, variable.shape) == (values, dtype, np.shape(values))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"initializer": "ones"}, "'shape' must be given"),
        ({"initializer": "ones", "shape": (None, 2)}, "'shape' must be given"),
        ({"initializer": [1.0], "shape": (2,)}, r"'shape' must be that of the values, \(1,\)"),
        ({"initializer": ["a"]}, "real numbers"),
        ({"initializer": 0, "dtype": "int32"}, "dtype"),
        ({"initializer": 0.0, "trainable": "no"}, "'trainable'"),
        ({"initializer": 0.0, "name": 3}, "'name'"),
        ({"initializer": 0.0, "aggregation": "first"}, "'aggregation'"),
    ],
)
def test_a_variable_that_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Variable(**arguments)


def test_what_is_read_is_a_copy(kernel):
    kernel[0][:] = 9.0
    kernel.value[:] = 9.0
    assert np.array_equal(kernel.numpy(), VALUES)


def test_layers_decide_whether_it_is_trained(kernel):
    with pytest.raises(ValueError, match=r"is set on its layer, layer\.trainable = False"):
        kernel.trainable = False
    assert kernel.trainable


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
    assert (f"{number:.2f}", round(number, 1), number.item()) == ("3.00", 3.0, 3.0)
