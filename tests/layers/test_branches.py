"""Residual and Branches: gradients where branches part and join, weights, configs, freezing."""

import numpy as np

import lamella
from lamella import layers


def blocks():
    """Identity and projected shortcuts, branches of all kinds, one of them empty or doing nothing."""
    return [
        layers.Residual([layers.Dense(6, "tanh"), layers.Dense(6)]),
        layers.ReLU(),
        layers.Residual([layers.Dense(4), layers.Residual([layers.Dense(4)])], shortcut=[layers.Dense(4)]),
        layers.Branches([[layers.Dense(3)], [], [layers.Dropout(0.0)], [layers.Dense(2), layers.ReLU()]]),
        layers.Branches([[layers.Dense(13)], [layers.Activation("linear")], []], merge="add"),
    ]


def model():
    network = lamella.Sequential([layers.Input((6,), dtype="float64"), *blocks(), layers.Dense(2)])
    network.compile(lamella.optimizers.SGD(0.1), "mse")
    return network


def data(rows=9):
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, 6)), rng.normal(size=(rows, 2))


def test_gradients(float64):
    lamella.utils.set_random_seed(0)
    report = lamella.diagnostics.gradient_check(model(), *data())
    assert report.passed, report


def test_forward_is_what_it_says():
    x = data()[0].astype("float32")
    inner, other = layers.Dense(6), layers.Dense(6)
    np.testing.assert_allclose(layers.Residual([inner])(x), inner(x) + x, rtol=1e-6)
    joined = layers.Branches([[inner], [], [other]])
    np.testing.assert_allclose(joined(x), np.hstack([inner(x), x, other(x)]), rtol=1e-6)
    twice = layers.Branches([[], []], merge="add")
    np.testing.assert_array_equal(twice(x), 2 * x)


def test_a_joint_of_one_value_gives_it_the_gradient_twice():
    network = lamella.Sequential(
        [layers.Input((6,)), layers.Dense(3), layers.Branches([[], [layers.Dropout(0.0)]], merge="add")]
    )
    network.compile(lamella.optimizers.SGD(1.0), "mse")
    before, (x, _) = network.get_weights(), data()
    network.train_on_batch(x, np.zeros((9, 3)))
    y = 2 * (x @ before[0] + before[1])
    np.testing.assert_allclose(before[1] - network.get_weights()[1], 2 * (2 * y / 27).sum(0), rtol=1e-4)


def test_configs_and_paths():
    network = lamella.Sequential([layers.Input((6,)), *blocks()])
    copy = lamella.Sequential.from_config(network.get_config())
    copy.set_weights(network.get_weights())
    x = data()[0]
    np.testing.assert_array_equal(copy(x), network(x))
    assert (
        network.weights[0].path
        == f"{network.name}/{network.layers[0].name}/{network.layers[0].layers[0].name}/kernel"
    )
    shapes = [w.shape for w in network.layers[2].weights]
    assert shapes[:2] == [(6, 4), (4,)]


def test_frozen_blocks_stay_as_they_are():
    network = lamella.Sequential([layers.Input((6,)), *blocks(), layers.Dense(2)])
    network.layers[0].trainable = False
    assert not any(layer.trainable for layer in network.layers[0].layers)
    frozen = [np.array(w.numpy()) for w in network.layers[0].weights]
    network.compile("sgd", "mse")
    network.fit(*data(), epochs=2, verbose=0)
    for weight, before in zip(network.layers[0].weights, frozen, strict=True):
        np.testing.assert_array_equal(weight.numpy(), before)
    assert len(network.trainable_weights) == len(network.weights) - 4


def test_gradients_reach_the_first_layer_of_a_deep_residual_network():
    """50 layers of tanh with small weights: without shortcuts nothing arrives."""

    def size_of_the_first_gradient(wrap):
        lamella.utils.set_random_seed(0)
        hidden = [
            wrap(layers.Dense(6, "tanh", kernel_initializer=lamella.initializers.RandomNormal(0, 0.1)))
            for _ in range(50)
        ]
        network = lamella.Sequential([layers.Input((6,)), *hidden, layers.Dense(2)])
        network.compile(lamella.optimizers.SGD(1.0), "mse")
        before = network.get_weights()[0]
        network.train_on_batch(*data())
        return np.abs(network.get_weights()[0] - before).max()

    assert size_of_the_first_gradient(lambda layer: layer) < 1e-12
    assert size_of_the_first_gradient(lambda layer: layers.Residual([layer])) > 1e-3


def test_a_value_that_is_added_again_and_again_is_not_overwritten_in_between():
    """x + f(x) + x, where x is needed nowhere else, so that its memory could hold the sum."""
    inner = layers.Dense(4)
    block = layers.Branches([[], [inner], []], merge="add")
    first = layers.Dense(4)
    model = lamella.Sequential([lamella.Input((3,)), first, block])
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    h = first(x)
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * h + inner(h), rtol=1e-6)
