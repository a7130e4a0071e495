"""Operations on arrays: types, results, and what they refuse."""

import numpy as np
import pytest

import lamella
from lamella import ops
from lamella.ops.conversion import result_type


@pytest.mark.parametrize(
    ("types", "common"),
    [
        (("int32", "float32"), "float32"),
        (("int64", "float32"), "float32"),
        (("int64", "float16"), "float16"),
        (("float32", "float64"), "float64"),
        (("uint8", "int8"), "int16"),
        (("uint64", "int64"), "float32"),
        (("bool", "bool"), "bool"),
        (("uint8", int), "uint8"),
        (("bool", int), "int32"),
        (("int64", float), "float32"),
        (("float16", float), "float16"),
        (("float64", float), "float64"),
        (("complex64", "float32"), "complex64"),
        ((int, float), "float32"),
    ],
)
def test_common_types(types, common):
    assert result_type(*types) == common
    assert result_type(*reversed(types)) == common


def test_numbers_of_python_become_floatx():
    lamella.config.set_floatx("float64")
    try:
        assert ops.zeros(1).dtype == ops.convert_to_tensor(1.5).dtype == ops.sqrt([1]).dtype == "float64"
    finally:
        lamella.config.set_floatx("float32")


@pytest.mark.parametrize(
    ("call", "dtype"),
    [
        (lambda x: ops.mean(x), "float64"),
        (lambda x: x * 0 + ops.multiply(x, 0.5), "float64"),
        (lambda x: ops.multiply(np.float32([1.0]), np.float64(0.5)), "float32"),
        (lambda x: ops.divide(np.arange(3), 2), "float32"),
        (lambda x: ops.add(np.arange(3), 2), "int64"),
        (lambda x: ops.sum(np.arange(3)), "int64"),
        (lambda x: ops.convert_to_tensor([2**40]), "int64"),
        (lambda x: ops.stack([x, [1, 2, 3]]), "float64"),
        (lambda x: ops.svd(x[None], compute_uv=False), "float64"),
        (lambda x: ops.rfft(x)[0], "float64"),
    ],
)
def test_64_bits_stay_where_an_array_brings_them(call, dtype):
    assert call(np.array([1.0, 2.0, 4.0])).dtype == dtype


def test_results_are_arrays_that_answer_numpy():
    total = ops.sum([1.0, 2.0])
    assert (total.shape, float(total), total.numpy().tolist(), f"{total:.1f}") == ((), 3.0, 3.0, "3.0")
    parts = ops.split([1, 2], 2)
    assert isinstance(parts, list)
    assert parts[1].numpy().tolist() == [2]
    values, indices = ops.top_k([1.0, 3.0], 1)
    assert (values.numpy().tolist(), indices.numpy().tolist()) == ([3.0], [1])
    assert type(ops.convert_to_numpy(total)) is np.ndarray


def test_what_holds_numbers_is_taken():
    variable = lamella.Variable(np.float32([1, 2]))
    assert ops.sum(variable) == 3
    assert ops.stack([variable, [3.0, 4.0]]).tolist() == [[1, 2], [3, 4]]
    assert ops.multiply(variable, variable).tolist() == [1, 4]
    assert ops.shape([variable, variable]) == (2, 2)
    big_endian = np.arange(3, dtype=">f4")
    assert ops.add(big_endian, 1).tolist() == [1, 2, 3]


def test_arguments_stay_as_they_are():
    x = np.zeros(3, "float32")
    ops.slice_update(x, (0,), [1.0])
    ops.scatter_update(x, [[0]], [1.0])
    ops.scatter_update(x, [[0]], [1.0], reduction="add")
    copied = ops.convert_to_numpy(x)
    copied[:] = 7
    assert x.tolist() == [0, 0, 0]


def test_infinities_come_without_warnings():
    assert ops.log(0.0) == -np.inf
    assert ops.divide([1.0], 0.0).tolist() == [np.inf]
    assert np.isnan(ops.sqrt(-1.0))
    assert ops.divide_no_nan([1.0], 0.0).tolist() == [0.0]
    assert ops.logsumexp([-np.inf, -np.inf]) == -np.inf


def test_special_functions_beyond_float32():
    x = np.linspace(-0.999, 0.999, 21)
    np.testing.assert_allclose(ops.erf(ops.erfinv(x)), x, rtol=1e-14, atol=1e-16)
    assert ops.erfinv([-1.0, 0.0, 1.0, 2.0]).tolist()[:3] == [-np.inf, 0.0, np.inf]
    np.testing.assert_allclose(ops.erfinv(1e-9), 1e-9 * np.pi**0.5 / 2, rtol=1e-6)
    assert ops.erfc(np.array(10.0)) == pytest.approx(2.088487583762545e-45)


def test_linear_algebra_solves_what_it_should():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))
    np.testing.assert_allclose(a @ ops.solve(a, b)[..., None], b[..., None], atol=1e-12)
    q, r = ops.qr(a)
    np.testing.assert_allclose(q @ r, a, atol=1e-12)
    factors, swaps = ops.lu_factor(a)
    for matrix, factor, swapped in zip(a, factors, swaps, strict=True):
        product = (np.tril(factor, -1) + np.eye(3)) @ np.triu(factor)
        for k in reversed(range(3)):
            product[[k, swapped[k]]] = product[[swapped[k], k]]
        np.testing.assert_allclose(product, matrix, atol=1e-12)
    values, vectors = ops.eig(a)
    np.testing.assert_allclose(a @ vectors, vectors * values[:, None], atol=1e-12)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("window", ["hann", "hamming", None])
def test_istft_undoes_stft(center, window):
    x = np.random.default_rng(1).normal(size=(2, 40))
    transforms = ops.stft(x, 8, 4, 8, window, center)
    again = ops.istft(transforms, 8, 4, 8, 40, window, center)
    first = 0 if center else 1  # the Hann window is 0 there
    np.testing.assert_allclose(again[:, first:-4], x[:, first:-4], atol=1e-12)


def test_fold_adds_what_unfold_took():
    x = np.random.default_rng(2).normal(size=(2, 3, 5, 6))
    columns = ops.unfold(x, (2, 3), dilation=1, padding=1, stride=2)
    assert columns.shape == (2, 18, 9)
    times = ops.fold(ops.unfold(np.ones_like(x), (2, 3), 1, 1, 2), (5, 6), (2, 3), 1, 1, 2)
    np.testing.assert_allclose(ops.fold(columns, (5, 6), (2, 3), 1, 1, 2), x * times)


def test_blur_takes_the_width_first():
    dot = np.zeros((5, 7, 1), "float32")
    dot[2, 3] = 1
    seen = ops.image.gaussian_blur(dot, (5, 3))[..., 0] > 0
    assert seen.any(axis=1).tolist() == [False, True, True, True, False]
    assert seen.any(axis=0).tolist() == [False, True, True, True, True, True, False]
    assert ops.image.gaussian_blur(np.full((4, 4, 1), 9, "uint8")).dtype == "uint8"


def test_colours_come_back():
    rgb = np.random.default_rng(4).random((5, 6, 3))
    hsv = ops.image.rgb_to_hsv(rgb)
    assert ((hsv >= 0) & (hsv <= 1)).all()
    np.testing.assert_allclose(ops.image.hsv_to_rgb(hsv), rgb, atol=1e-12)


def test_unique_of_a_size():
    x = np.array([3, 1, 3, 2])
    values, counts = ops.unique(x, return_counts=True, size=5, fill_value=-1)
    assert (values.tolist(), counts.tolist()) == ([1, 2, 3, -1, -1], [1, 1, 2, 0, 0])
    assert ops.unique(x, size=2).tolist() == [1, 2]


def test_convolution_leaves_names_and_seeds_alone():
    lamella.utils.set_random_seed(3)
    lamella.utils.clear_session()
    expected = (lamella.layers.Conv2D(1, 1).name, lamella.random.uniform((1,)).tolist())
    lamella.utils.set_random_seed(3)
    lamella.utils.clear_session()
    ops.conv(np.ones((1, 2, 2, 1)), np.ones((1, 1, 1, 1)))
    assert (lamella.layers.Conv2D(1, 1).name, lamella.random.uniform((1,)).tolist()) == expected


def test_activations_of_layers_may_be_operations():
    layer = lamella.layers.Dense(1, activation=lambda x: ops.relu(ops.tanh(x)), kernel_initializer="ones")
    assert layer([[-3.0], [0.0]]).tolist() == [[0.0], [0.0]]
    assert lamella.layers.Dense(1, activation=ops.relu).get_config()["activation"] == "relu"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ops.matmul([[1.0, 2.0]], [[1.0]]), ValueError, "matmul"),
        (lambda: ops.sum([1.0], axis=1), ValueError, "axis: 1.: axis 1 is out of bounds"),
        (lambda: ops.sin("a"), TypeError, "x: 'a'.: needs arrays of numbers"),
        (lambda: ops.add(lamella.Input((3,)), 1), TypeError, "compute at once, in a model layers do"),
        (lambda: ops.add([[1, 2], [3]], 1), ValueError, "add"),
        (lambda: ops.reshape(np.ones(4), (3,)), ValueError, "x: an array of shape .*newshape: "),
        (lambda: ops.zeros(2, "text"), ValueError, "zeros.*'dtype' must be"),
        (lambda: ops.cast([1.0], "U1"), ValueError, "type of numbers"),
        (lambda: ops.take([1, 2], 5), ValueError, "take.*index 5"),
        (lambda: ops.take([1, 2], 0.5), TypeError, "'indices' must be whole numbers"),
        (lambda: ops.slice([1, 2], (1,), (2,)), ValueError, "does not lie within"),
        (lambda: ops.slice_update([[1]], (0,), [1]), ValueError, "as many axes"),
        (lambda: ops.one_hot([0], 2, sparse=True), ValueError, "'sparse' must be False"),
        (lambda: ops.top_k([1.0], 2), ValueError, "'k' must be an integer from 0 to 1"),
        (lambda: ops.inv([[0.0]]), ValueError, "inv.*Singular matrix"),
        (lambda: ops.cholesky([[-1.0]]), ValueError, "cholesky"),
        (lambda: ops.unstack([1, 2], num=3), ValueError, "'num' must be 2"),
        (lambda: ops.max_pool(np.ones((2, 2)), 2), ValueError, "'inputs' must have shape"),
        (lambda: ops.conv(np.ones((1, 4, 3)), np.ones((2, 2, 1))), ValueError, "'kernel' takes 2 channels"),
        (lambda: ops.segment_sum([1.0], [0, 1]), ValueError, "'segment_ids'"),
        (lambda: ops.fft([1.0, 2.0, 3.0]), ValueError, "pair of arrays"),
        (lambda: ops.stft(np.ones(8), 4, 2, 2), ValueError, "'fft_length' must be at least"),
        (lambda: ops.categorical_crossentropy([1.0], [0.5, 0.5]), ValueError, "must have one shape"),
        (lambda: ops.image.rgb_to_hsv(np.ones((2, 2, 4))), ValueError, "four axes, 3 channels"),
        (lambda: ops.image.resize(np.ones((2, 2, 1)), 3), ValueError, "'size' must be"),
        (lambda: ops.image.crop_images(np.ones((2, 2, 1)), 1, 1), ValueError, "two must be given"),
        (lambda: ops.image.pad_images(np.ones((2, 2, 1)), 1, 1, 1, -1), ValueError, "do not fit"),
        (lambda: ops.map(lambda x: x, 3.0), ValueError, "arrays with an axis"),
        (lambda: ops.scan(lambda c, x: (c, x), 0), ValueError, "needs 'xs' or 'length'"),
        (lambda: ops.pad([1], 1, "edge", constant_values=1), ValueError, "belong to mode='constant'"),
    ],
)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_errors_of_users_functions_pass():
    def wrong(x):
        raise KeyError("mine")

    for call in (lambda: ops.map(wrong, np.ones(2)), lambda: ops.vectorize(wrong)(1.0)):
        with pytest.raises(KeyError, match="mine"):
            call()


def test_names():
    assert dir(ops) == sorted(ops.__all__)
    assert {"add", "softmax", "nn", "linalg", "numpy"} <= set(dir(ops))
    assert ops.nn.relu is ops.relu
    assert ops.linalg.det is ops.det
    assert ops.numpy.mean is ops.mean
    with pytest.raises(AttributeError, match=r"custom_gradient is left out.*Instead.*backward"):
        ops.custom_gradient  # noqa: B018


def test_every_operation_says_what_it_does():
    functions = [getattr(ops, name) for name in ops.__all__ if callable(getattr(ops, name))]
    assert len(functions) > 300
    assert [one.__name__ for one in functions if not (one.__doc__ or "").strip()] == []
