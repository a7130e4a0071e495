"""Gradients by weights, outputs of layers and inputs are those of the loss that `evaluate` tells."""

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers, losses, regularizers
from lamella.diagnostics import gradients

RNG = np.random.default_rng(7)
STEP = 1e-5

pytestmark = pytest.mark.usefixtures("float64")


def classifier(**softmax):
    lamella.utils.set_random_seed(2)
    model = Sequential(
        [
            Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation="tanh", kernel_regularizer=regularizers.L2(0.01), name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.4, name="drop"),
            layers.AveragePooling2D(2, name="pool"),
            layers.Residual([layers.Conv2D(3, 1, activation="elu", name="inner")], name="block"),
            layers.Flatten(name="flat"),
            layers.Dense(4, name="out", activity_regularizer=regularizers.L1(0.01), **softmax),
        ]
    )
    model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=not softmax))
    model.set_weights([w + 0.1 + 0.3 * RNG.random(w.shape) for w in model.get_weights()])
    return model, RNG.normal(size=(5, 6, 6, 2)), np.arange(5) % 4


def differences(loss, array, places):
    """Central differences of `loss()` by some elements of an array that it reads."""
    found = []
    for place in places:
        kept = array[place]
        array[place] = kept + STEP
        above = loss()
        array[place] = kept - STEP
        found.append((above - loss()) / (2 * STEP))
        array[place] = kept
    return np.array(found)


def some(array, count=8):
    return [np.unravel_index(i, array.shape) for i in RNG.permutation(array.size)[:count]]


@pytest.mark.parametrize("softmax", [{}, {"activation": "softmax"}])
@pytest.mark.parametrize("weights", [None, np.array([0.5, 2.0, 0.0, 1.0, -1.0])])
def test_gradients_are_differences_of_what_evaluate_tells(softmax, weights):
    model, x, y = classifier(**softmax)
    found = gradients(model, x, y, sample_weight=weights, inputs=True)

    def loss():
        return model.evaluate(x, y, sample_weight=weights, batch_size=5, verbose=0)

    places = some(x)
    np.testing.assert_allclose(
        [found.inputs[place] for place in places], differences(loss, x, places), rtol=1e-6, atol=1e-9
    )
    assert list(found.weights) == [variable.path for variable in model.trainable_weights]
    for variable in model.trainable_weights:
        values, gradient = np.array(variable.numpy()), found.weights[variable.path]

        def at(values=values, variable=variable):
            variable.assign(values)
            return loss()

        places = some(values)
        expected = differences(at, values, places)
        at()
        np.testing.assert_allclose([gradient[p] for p in places], expected, rtol=1e-6, atol=1e-9)


def test_outputs_of_layers_are_differentiated_from_the_input_on():
    model, x, y = classifier(activation="softmax")
    found = gradients(model, x, y)
    assert list(found.outputs) == ["conv", "norm", "drop", "pool", "inner", "block", "flat", "out"]
    assert found.inputs is None
    upper = Sequential([Input((2, 2, 3)), *model.layers[4:]])
    upper.compile("sgd", model.loss)
    pooled = Sequential([Input((6, 6, 2)), *model.layers[:4]]).predict(x, verbose=0)
    places = some(pooled)
    expected = differences(lambda: upper.evaluate(pooled, y, batch_size=5, verbose=0), pooled, places)
    np.testing.assert_allclose([found.outputs["pool"][p] for p in places], expected, rtol=1e-6, atol=1e-9)


def test_the_last_layer_is_differentiated_by_its_probabilities():
    model = Sequential([Input((3,)), layers.Dense(2, "sigmoid", name="out")])
    model.compile("sgd", "binary_crossentropy")
    x, y = RNG.normal(size=(4, 3)), np.eye(2)[[0, 1, 1, 0]]
    p = model.predict(x, verbose=0)
    found = gradients(model, x, y)
    np.testing.assert_allclose(found.outputs["out"], ((1 - y) / (1 - p) - y / p) / 8, rtol=1e-6)
    np.testing.assert_allclose(found.weights[model.weights[0].path], x.T @ (p - y) / 8, rtol=1e-6)


def test_training_mode_is_the_one_of_fit():
    """A step of SGD: the update is the rate times the gradient, with the statistics of the batch."""
    model = Sequential([Input((4,)), layers.Dense(5), layers.BatchNormalization(), layers.Dense(1)])
    model.compile(lamella.optimizers.SGD(0.1), "mse")
    x, y = RNG.normal(size=(12, 4)), RNG.normal(size=12)
    before = [np.array(variable.numpy()) for variable in model.trainable_weights]
    at_rest = gradients(model, x, y)
    found = gradients(model, x, y, training=True)
    for old, variable in zip(before, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(old, variable.numpy())
    model.fit(x, y, batch_size=12, verbose=0)
    for old, variable in zip(before, model.trainable_weights, strict=True):
        np.testing.assert_allclose(0.1 * found.weights[variable.path], old - variable.numpy(), atol=1e-12)
    kernel = model.trainable_weights[0].path
    assert np.abs(at_rest.weights[kernel] - found.weights[kernel]).max() > 1e-3


def test_frozen_layers_hand_gradients_on_and_have_none():
    model, x, y = classifier(activation="softmax")
    full = gradients(model, x, y, inputs=True)
    for layer in model.layers[:3]:
        layer.trainable = False
    frozen = gradients(model, x, y, inputs=True)
    assert list(frozen.weights) == [variable.path for variable in model.trainable_weights]
    np.testing.assert_array_equal(frozen.inputs, full.inputs)
    np.testing.assert_array_equal(frozen.outputs["conv"], full.outputs["conv"])
    model.trainable = False
    found = gradients(model, x, y)
    assert found.weights == {}
    np.testing.assert_array_equal(found.outputs["out"], full.outputs["out"])


def test_inputs_keep_their_shape_and_uses_of_a_layer_are_told_apart():
    dense = layers.Dense(1, name="twice")
    model = Sequential([Input((1,)), dense, dense])
    model.compile("sgd", "mse")
    x, y = RNG.normal(size=7), RNG.normal(size=7)
    found = gradients(model, x, y, inputs=True)
    assert found.inputs.shape == (7,)
    assert list(found.outputs) == ["twice", "twice (2)"]


def test_scores_of_outputs_are_losses_of_ones_own():
    """The gradient of an output itself: the column of a linear model's kernel."""
    model = Sequential([Input((3,)), layers.Dense(4)])
    model.compile("sgd", lambda y, p: ((y * p).sum(-1), y))
    found = gradients(model, RNG.normal(size=(1, 3)), np.eye(4)[[2]], inputs=True)
    np.testing.assert_allclose(found.inputs[0], model.get_weights()[0][:, 2], rtol=1e-12)


def test_policy_gradients_are_sums_of_weighted_rows():
    model = Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    states, actions, advantages = RNG.normal(size=(5, 3)), np.arange(5) % 2, RNG.normal(size=5)
    found = gradients(model, states, actions, sample_weight=advantages).weights
    rows = [gradients(model, states[i : i + 1], actions[i : i + 1]).weights for i in range(5)]
    for path, gradient in found.items():
        expected = np.mean([a * row[path] for a, row in zip(advantages, rows, strict=True)], axis=0)
        np.testing.assert_allclose(gradient, expected, atol=1e-12)


def test_what_cannot_be_is_refused_and_leaves_no_trace():
    model = Sequential([layers.Dense(2)])
    with pytest.raises(ValueError, match="not compiled"):
        gradients(model, np.ones((2, 3)), np.ones((2, 2)))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="training"):
        gradients(model, np.ones((2, 3)), np.ones((2, 2)), training="yes")
    with pytest.raises(ValueError, match="equally many"):
        gradients(model, np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="shape"):
        gradients(model, np.ones((2, 3)), np.ones((2, 5)))
    assert not model.built
    crop = Sequential([Input((6, 6, 1)), layers.RandomCrop(4, 4), layers.Flatten(), layers.Dense(1)])
    crop.compile("sgd", "mse")
    with pytest.raises(ValueError, match="training=True"):
        gradients(crop, np.ones((2, 6, 6, 1)), np.ones(2))
    assert gradients(crop, np.ones((2, 6, 6, 1)), np.ones(2), inputs=True, training=True).inputs.any()
