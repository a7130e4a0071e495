"""clone_model: the same layers, weights of their own."""

import numpy as np
import pytest

import lamella
from lamella import layers
from lamella.models import clone_model

X = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")


class Double(layers.Layer):
    """Not registered: only its class knows how to make it again."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.offset = self.add_weight((input_shape[-1],), "random_normal", name="offset")

    def forward(self, x):
        return x * self.factor + self.offset

    def backward(self, x, y, gradient):
        return gradient * self.factor, [gradient.sum(axis=0)]

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def network():
    """Nested models, blocks and a layer of one's own."""
    inner = lamella.Sequential([layers.Dense(6, "tanh", name="inside"), layers.Dropout(0.5)], name="inner")
    block = layers.Residual([layers.Dense(6, name="way"), Double(0.5)], [layers.Dense(6)], name="block")
    ways = layers.Branches([[layers.Dense(2)], [], [layers.BatchNormalization()]], merge="concat")
    stack = [inner, block, ways, layers.Dense(3, kernel_initializer="he_normal", name="out")]
    return lamella.Sequential([layers.Input((6,)), *stack], name="net")


def names(model):
    inside = [layer for layer in model.walk() if not isinstance(layer, lamella.InputLayer)]
    return [(type(layer), layer.name, layer.trainable) for layer in inside]


def test_the_same_architecture_with_new_weights():
    model = network()
    model.layers[1].layers[1].trainable = False
    clone = clone_model(model)
    assert names(clone) == names(model)
    assert [w.name for w in clone.weights] == [w.name for w in model.weights]
    assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}
    assert not clone.compiled
    assert clone.layers[1].layers[1].factor == 0.5
    kernels = [(a, b) for a, b in zip(clone.weights, model.weights, strict=True) if a.name == "kernel"]
    assert all((np.asarray(a) != np.asarray(b)).any() for a, b in kernels)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(X, verbose=0), model.predict(X, verbose=0))


def test_training_the_clone_leaves_the_model_as_it_is():
    model = network()
    before = model.get_weights()
    clone = clone_model(model)
    clone.compile("adam", "mse")
    clone.fit(X, np.zeros((16, 3)), verbose=0)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_model_that_is_not_built_stays_so():
    model = lamella.Sequential([layers.Dense(3), layers.Dense(2)])
    clone = clone_model(model)
    assert not clone.built
    model.predict(X, verbose=0)
    assert clone_model(model).input_shape == (None, 6)


def test_a_frozen_model_stays_frozen():
    model = network()
    model.trainable = False
    clone = clone_model(model)
    assert names(clone) == names(model)
    assert clone.trainable_weights == []


def test_a_layer_that_is_there_twice_is_shared_in_the_clone():
    shared = layers.Dense(6, name="shared")
    model = lamella.Sequential([layers.Input((6,)), shared, layers.Residual([shared]), shared])
    clone = clone_model(model)
    assert len(clone.weights) == 2
    assert clone.layers[0] is clone.layers[2]
    assert clone.layers[1].layers[0] is clone.layers[0]


def widened(layer):
    """Twice the units in hidden layers."""
    config = layer.get_config()
    if isinstance(layer, layers.Dense) and layer.name != "out":
        config["units"] *= 2
    return type(layer).from_config(config)


def test_clone_function():
    model = lamella.Sequential([layers.Input((6,)), layers.Dense(4), layers.Dense(3, name="out")])
    assert [w.shape for w in clone_model(model, clone_function=widened).weights] == [
        (6, 8),
        (8,),
        (8, 3),
        (3,),
    ]
    assert model.layers[0].units == 4


def test_a_clone_function_may_keep_layers():
    model = network()
    clone = clone_model(model, clone_function=lambda layer: layer)
    assert clone is not model
    assert clone.layers == model.layers
    assert all(a is b for a, b in zip(clone.weights, model.weights, strict=True))


def test_recursive():
    seen = []

    def clone_function(layer):
        seen.append(layer.name)
        return layer

    model = network()
    clone_model(model, clone_function=clone_function)
    assert seen == [layer.name for layer in model.layers]
    seen.clear()
    clone = clone_model(model, clone_function=clone_function, recursive=True)
    containers = (lamella.InputLayer, lamella.Sequential, layers.Residual, layers.Branches)
    assert seen == [layer.name for layer in model.walk() if not isinstance(layer, containers)]
    assert clone.layers[0] is not model.layers[0]
    assert clone.layers[0].layers[0] is model.layers[0].layers[0]


def test_what_is_refused():
    model = network()
    with pytest.raises(ValueError, match="'call_function' is not supported"):
        clone_model(model, call_function=lambda layer, *arguments: layer(*arguments))
    with pytest.raises(ValueError, match="'input_tensors' is not supported"):
        clone_model(model, input_tensors=[X])
    with pytest.raises(ValueError, match="Only Sequential"):
        clone_model(layers.Dense(3))
    with pytest.raises(ValueError, match="Only layers"):
        clone_model(model, clone_function=lambda layer: None)
