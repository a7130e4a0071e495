"""Activations: functions on arrays of any rank, and what layers take as one. Values are of Keras 3.15.1."""

import functools
import json

import numpy as np
import pytest

import lamella
from lamella import activations, layers

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
ROWS = ("softmax", "log_softmax", "sparsemax")
PLAIN = [name for name in activations.__all__ if name not in ("get", "serialize", "deserialize", "threshold")]


def test_softmax_over_two_axes():
    x = np.array([[[1, 2], [3, 4]]], "float32")
    expected = [[[0.03206, 0.08714], [0.23688, 0.64391]]]
    np.testing.assert_allclose(activations.softmax(x, axis=(1, 2)), expected, atol=1e-5)
    np.testing.assert_allclose(activations.softmax(x, axis=[-1, -2]), expected, atol=1e-5)
    np.testing.assert_allclose(np.exp(activations.log_softmax(x, axis=(1, 2))), expected, atol=1e-5)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, (0, 2), (2, 0), (0, 1, 2)])
def test_along_any_axes(name, axis):
    x = np.random.default_rng(1).normal(size=(3, 4, 5))
    function = getattr(activations, name)
    axes = (axis,) if isinstance(axis, int) else axis
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    expected = function(moved.reshape(*moved.shape[: 3 - len(axes)], -1)).reshape(moved.shape)
    np.testing.assert_array_equal(function(x, axis=axis), np.moveaxis(expected, range(-len(axes), 0), axes))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("axis", [3, -4, "last", 1.0, (), (0, 0), None])
def test_axes_that_are_not_there_are_refused(name, axis):
    with pytest.raises(ValueError, match=f"{name}: 'axis'"):
        getattr(activations, name)(np.ones((3, 4, 5)), axis=axis)


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "glu"])
def test_arrays_of_any_rank_and_type(name):
    function = getattr(activations, name)
    assert np.shape(function(np.float32(0.5))) == ()
    assert function(np.ones((2, 1, 3, 1, 2), "float64")).shape == (2, 1, 3, 1, 2)
    np.testing.assert_array_equal(function([1, 2]), function(np.array([1, 2], "float32")))
    assert function(np.ones((0, 3))).shape == (0, 3)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: activations.relu(X, negative_slope=None), "negative_slope"),
        (lambda: activations.relu(X, max_value="6"), "max_value"),
        (lambda: activations.relu(X, threshold=np.nan), "threshold"),
        (lambda: activations.leaky_relu(X, "0.1"), "negative_slope"),
        (lambda: activations.elu(X, None), "alpha"),
        (lambda: activations.celu(X, [1.0]), "alpha"),
        (lambda: activations.gelu(X, "tanh"), "approximate"),
        (lambda: activations.glu(X, 2), "axis"),
        (lambda: activations.glu(X, 0), "axis"),
        (lambda: activations.hard_shrink(X, None), "threshold"),
        (lambda: activations.squareplus(X, -1), "b"),
        (lambda: activations.threshold(X, 1.0, "0"), "default_value"),
    ],
)
def test_arguments_of_functions(call, argument):
    with pytest.raises(ValueError, match=f"'{argument}'"):
        call()


def by_hand(x):
    return activations.tanh(activations.relu(x, max_value=0.5))


TAKEN = {
    "partial": (
        functools.partial(activations.leaky_relu, negative_slope=0.1),
        lambda x: np.where(x > 0, x, 0.1 * x),
    ),
    "lambda": (lambda x: activations.relu(x, max_value=0.5), lambda x: np.clip(x, 0, 0.5)),
    "two": (by_hand, lambda x: np.tanh(np.clip(x, 0, 0.5))),
    "threshold": (
        lambda x: activations.threshold(x, 0.5, -1.0),
        lambda x: np.where(x > 0.5, x, -1),
    ),
    "gelu": (functools.partial(activations.gelu, approximate=True), lambda x: activations.gelu(x, True)),
    "nothing": (lambda x: x, lambda x: x),
    "LeakyReLU": (layers.LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
    "ReLU": (layers.ReLU(max_value=0.5), lambda x: np.clip(x, 0, 0.5)),
    "ELU": (layers.ELU(0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x))),
    "Softmax": (layers.Softmax(), activations.softmax),
    "Activation": (layers.Activation("tanh"), np.tanh),
}


@pytest.mark.parametrize("name", TAKEN)
def test_functions_and_layers_as_activations(name):
    activation, expected = TAKEN[name]
    dense = layers.Dense(4, activation=activation, kernel_initializer="identity")
    np.testing.assert_allclose(dense(X), expected(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layers.Activation(activation)(X), expected(X), rtol=1e-5, atol=1e-6)
    conv = layers.Conv1D(4, 1, activation=activation, kernel_initializer=np.eye(4)[None])
    np.testing.assert_allclose(conv(X[None])[0], expected(X), rtol=1e-5, atol=1e-6)
    model = lamella.Sequential([lamella.Input((4,)), dense])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(X, X, verbose=0).history["loss"][0])


def test_glu_in_a_function_halves_the_outputs():
    dense = layers.Dense(6, activation=lambda x: activations.tanh(activations.glu(x)))
    dense.build((None, 4))
    assert dense.compute_output_shape((None, 4)) == (None, 3)
    assert dense(X).shape == (5, 3)


@pytest.mark.parametrize(
    "activation",
    [
        lambda x: x * 2,
        lambda x: np.tanh(x),
        lambda x: activations.softmax(x, axis=1),
        lambda x: None,
        lambda: 0,
        np.tanh,
        activations.threshold,
        layers.PReLU(),
        layers.Dense(4),
        layers.Softmax(axis=1),
        layers.ReLU,
    ],
)
def test_what_is_no_activation_is_refused_with_the_cure(activation):
    with pytest.raises(TypeError, match=r"Dense 'out': 'activation'.*behind"):
        layers.Dense(4, activation=activation, name="out")


def test_layers_and_named_functions_in_configs():
    layer = layers.Dense(4, activation=layers.LeakyReLU(0.1))
    config = json.loads(json.dumps(layer.get_config()))
    assert config["activation"]["class_name"] == "LeakyReLU"
    again = layers.Dense.from_config(config)
    assert again.activation.negative_slope == 0.1

    written = layers.Dense(4, activation=by_hand).get_config()["activation"]
    assert written == {
        "module": "builtins",
        "class_name": "function",
        "config": "by_hand",
        "registered_name": "function",
    }
    assert activations.deserialize(written, {"by_hand": by_hand}) is by_hand
    with pytest.raises(ValueError, match="Unknown activation 'by_hand'"):
        activations.get(written)
    for nameless in TAKEN["partial"][0], TAKEN["lambda"][0]:
        with pytest.raises(ValueError, match="no name that a file could hold"):
            layers.Dense(4, activation=nameless).get_config()
