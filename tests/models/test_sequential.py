"""Sequential: the stack, building, weights, configs, nesting and inference."""

import json
import threading

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, initializers, layers

RNG = np.random.default_rng(1)
X = RNG.normal(size=(10, 4)).astype(np.float32)


def mlp(**kwargs):
    return Sequential([Input((4,)), layers.Dense(3, "relu"), layers.Dense(2)], **kwargs)


def forward(model, x):
    k0, b0, k1, b1 = model.get_weights()
    return np.maximum(x @ k0 + b0, 0) @ k1 + b1


def test_built_with_an_input():
    model = mlp()
    assert model.built
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dense"]


@pytest.mark.parametrize("kwargs", [{"input_shape": (4,)}, {"input_dim": 4}])
def test_built_with_the_old_argument_of_the_first_layer(kwargs):
    model = Sequential([layers.Dense(3, **kwargs)])
    assert model.built
    assert model.input_shape == (None, 4)


def test_built_at_the_first_call():
    model = Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built
    assert model.weights == []
    with pytest.raises(AttributeError, match="not built"):
        _ = model.output_shape
    with pytest.raises(ValueError, match="not built"):
        model.count_params()
    assert model(X).shape == (10, 2)
    assert model.input_shape == (None, 4)


def test_add_and_pop():
    model = Sequential(name="grown")
    model.add(Input((4,)))
    model.add(layers.Dense(3, name="a"))
    model.add(layers.Dense(2, name="b"))
    kept = model.get_layer("a").get_weights()
    before = model(X)
    assert before.shape == (10, 2)
    assert model.pop().name == "b"
    assert model.output_shape == (None, 3)
    assert model(X).shape == (10, 3)
    model.add(layers.Dense(5, name="c"))
    assert model(X).shape == (10, 5)
    np.testing.assert_array_equal(model.get_layer("a").get_weights()[0], kept[0])


def test_all_ways_to_predict_agree():
    model = mlp()
    expected = forward(model, X)
    outputs = [
        model(X),
        model.predict(X, verbose=0),
        model.predict(X, batch_size=3, verbose=0),
        model.predict_on_batch(X),
        model.predict(X.tolist(), verbose=0),
        model.predict(np.asfortranarray(X), verbose=0),
        model.predict(X.astype(np.float64), verbose=0),
        model.predict(np.repeat(X, 2, axis=0)[::2], verbose=0),
    ]
    for output in outputs:
        assert output.dtype == np.float32
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)


def test_predict_stops_after_steps():
    model = mlp()
    np.testing.assert_array_equal(
        model.predict(X, batch_size=3, steps=2, verbose=0), model.predict(X[:6], verbose=0)
    )


def test_predict_in_pieces_is_predict(capsys):
    model = mlp()
    x = RNG.normal(size=(1000, 4))
    np.testing.assert_array_equal(model.predict(x, batch_size=7, verbose=1), model.predict(x, verbose=0))
    assert "143/143" in capsys.readouterr().out


def test_get_and_set_weights():
    model, other = mlp(), mlp()
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X), other(X))
    weights = model.get_weights()
    weights[0][:] = 0
    assert model.get_weights()[0].any()
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"4 weights.*list of 1"):
        other.set_weights([1])
    with pytest.raises(ValueError, match=r"bias.*\(2,\).*\(3,\)"):
        other.set_weights([*weights[:3], np.zeros(3)])
    for now, then in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_get_layer():
    model = mlp(name="m")
    assert model.get_layer(index=1) is model.layers[1]
    assert model.get_layer(model.layers[0].name) is model.layers[0]
    with pytest.raises(ValueError, match="no layer 'x'"):
        model.get_layer("x")
    with pytest.raises(ValueError, match="index 7"):
        model.get_layer(index=7)
    with pytest.raises(ValueError, match="either"):
        model.get_layer()


def test_config_round_trip_through_json():
    model = Sequential(
        [
            Input((4,)),
            layers.Dense(3, "relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dense(2),
        ],
        name="kept",
    )
    again = Sequential.from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_config() == model.get_config()
    assert again.name == "kept"
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(X), model(X))


def test_config_of_an_unbuilt_model_stays_unbuilt():
    config = Sequential([layers.Dense(3)]).get_config()
    assert "build_input_shape" not in config
    assert not Sequential.from_config(config).built


def test_a_model_in_a_model():
    inner = Sequential([layers.Dense(3, "relu"), layers.Dense(2)], name="inner")
    model = Sequential([Input((4,)), inner, layers.Dense(1, name="head")], name="outer")
    assert model.weights[0].path == "outer/inner/" + inner.layers[0].name + "/kernel"
    assert len(model.weights) == 6
    hidden = forward(inner, X)
    head = model.get_layer("head")
    expected = hidden @ head.kernel.numpy() + head.bias.numpy()
    np.testing.assert_allclose(model(X), expected, rtol=1e-5, atol=1e-6)
    again = Sequential.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(X), model(X))


def test_a_built_model_in_front_gives_its_shape():
    model = Sequential([mlp(), layers.Dense(1)])
    assert model.built
    assert model.input_shape == (None, 4)


def test_freezing_an_inner_model_trains_the_rest():
    inner = mlp(name="inner")
    model = Sequential([Input((4,)), inner, layers.Dense(1)])
    inner.trainable = False
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 4
    assert not inner.layers[0].trainable
    model.compile("sgd", "mse")
    frozen, head = inner.get_weights(), model.layers[1].get_weights()
    model.fit(X, X[:, :1], verbose=0)
    for now, then in zip(inner.get_weights(), frozen, strict=True):
        np.testing.assert_array_equal(now, then)
    assert (model.layers[1].get_weights()[0] != head[0]).any()


def test_thawing_takes_effect_at_the_next_fit():
    model = mlp()
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    first = model.layers[0].get_weights()[0]
    model.fit(X, X[:, :2], verbose=0)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], first)
    model.layers[0].trainable = True
    model.fit(X, X[:, :2], verbose=0)
    assert (model.layers[0].get_weights()[0] != first).any()
    assert model.optimizer.iterations == 2


def test_axes_of_unknown_length():
    model = Sequential([Input((None, 4)), layers.Dense(3)])
    assert model.output_shape == (None, None, 3)
    for length in (2, 5):
        assert model(np.zeros((1, length, 4))).shape == (1, length, 3)
    with pytest.raises(ValueError, match=r"\(None, None, 4\)"):
        model(np.zeros((1, 2, 5)))


def test_the_axis_of_one_feature_may_be_left_out():
    model = Sequential([Input((1,)), layers.Dense(2)])
    np.testing.assert_array_equal(model(np.arange(3.0)), model(np.arange(3.0)[:, None]))


def test_inputs_that_do_not_fit_name_the_model_and_both_shapes():
    with pytest.raises(ValueError, match=r"'net'.*\(None, 4\).*\(2, 3\)"):
        mlp(name="net").predict(np.zeros((2, 3)), verbose=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sequential(["dense"]), "Only layers"),
        (lambda: Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")]), "named 'a'"),
        (lambda: Sequential([Input((4,)), Input((4,))]), "only one"),
        (lambda: Sequential([layers.Dense(2), Input((4,))]), "first layer"),
        (lambda: Sequential().build((None, 3)), "no layers"),
        (lambda: Sequential([layers.Dense(2)]).build(), "no Input"),
        (lambda: mlp().build((None, 5)), r"\(None, 4\).*\(None, 5\)"),
        (lambda: Sequential.from_config({"name": "x"}), "layers"),
        (lambda: Sequential.from_config({"layers": [], "trainable": "no"}), "Sequential: 'trainable'.*'no'"),
        (lambda: Sequential(name={"a": 1}), "Sequential: 'name' must be a str.*dict"),
        (lambda: layers.Dense(1, name=3), "Dense: 'name' must be a str.*3 of type int"),
        (lambda: layers.Dense(1, trainable="no"), "Dense: 'trainable'.*'no'"),
        (lambda: Input(batch_shape=(None, 4.0)), r"integers or None.*4\.0"),
        (lambda: Input(batch_shape=(None, True)), "integers or None.*True"),
        (lambda: Input((4,), dtype="complex64"), "type of real numbers.*'complex64'"),
        (lambda: Input((4,), dtype="number"), "type of real numbers.*'number'"),
    ],
)
def test_models_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_name_of_each_layer_is_looked_at_a_few_times_only():
    class Counting(layers.ReLU):
        looks = 0

        @property
        def name(self):
            Counting.looks += 1
            return self._name

        @name.setter
        def name(self, name):
            self._name = name

    Sequential([Counting() for _ in range(200)])
    assert 0 < Counting.looks < 10 * 200


def test_a_layer_may_take_the_name_that_another_gave_up():
    model = Sequential([layers.Dense(1, name="a")])
    model.layers[0].name = "b"
    model.add(layers.Dense(1, name="a"))
    assert [layer.name for layer in model.layers] == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not valid JSON"),
        ("5", "It is 5"),
        ('{"class_name": "Flatten", "config": {}}', "class 'Flatten'"),
        ('{"class_name": "Functional"}', "'config' of a Functional"),
        ('{"class_name": "Sequential"}', "'config' of a Sequential"),
        ('{"class_name": "Sequential", "config": 5}', "'config' of a Sequential .*It is 5"),
        ('{"class_name": "Sequential", "config": {"layers": 5}}', "'layers' of a Sequential"),
        ('{"class_name": "Sequential", "config": {"layers": [[]]}}', "a layer must be a dictionary"),
        ('{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}', "Dense .*units"),
    ],
)
def test_texts_that_are_no_model(text, message):
    with pytest.raises(ValueError, match=f"The text of 'json_string' cannot be loaded: .*{message}"):
        lamella.models.model_from_json(text)


def test_arrays_in_configs_are_written_into_json():
    model = Sequential([Input((2,)), layers.Dense(2, bias_initializer=initializers.Constant(np.arange(2.0)))])
    again = lamella.models.model_from_json(model.to_json(indent=1))
    np.testing.assert_array_equal(again.get_weights()[1], [0, 1])


def test_one_numeric_type_a_model():
    model = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2, dtype="float64")])
    with pytest.raises(ValueError, match=r"float64.*float32"):
        model(X)


def test_a_model_of_nothing_but_its_input_shape():
    model = Sequential([Input((4,)), layers.Activation("linear")])
    np.testing.assert_array_equal(model(X), X)


def test_layers_share_their_weights_between_models():
    shared = layers.Dense(3, name="shared")
    first = Sequential([Input((4,)), shared])
    second = Sequential([Input((4,)), shared, layers.Dense(1)])
    first.compile("sgd", "mse")
    first.fit(X, np.ones((10, 3)), verbose=0)
    assert first.weights[0] is second.weights[0]
    np.testing.assert_allclose(second.layers[0](X), first(X), rtol=1e-6)


def test_a_layer_that_stands_twice_in_a_model_has_the_sum_of_both_gradients(float64):
    shared = layers.Dense(4, name="shared")
    model = Sequential([Input((4,)), shared, shared])
    assert model.count_params() == 20
    model.compile(lamella.optimizers.SGD(1.0), "mse")
    x, y = X.astype(np.float64), X[::-1].astype(np.float64)
    kernel, bias = model.get_weights()
    hidden = x @ kernel + bias
    error = 2 * (hidden @ kernel + bias - y) / y.size
    gradient = hidden.T @ error + x.T @ (error @ kernel.T)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(model.get_weights()[0], kernel - gradient, rtol=1e-9, atol=1e-12)


def test_threads_may_be_the_first_to_use_a_model():
    for _ in range(20):
        model = Sequential([layers.Dense(16, "relu"), layers.BatchNormalization(), layers.Dense(2)])
        outputs, start = [], threading.Barrier(4)

        def predict(model=model, outputs=outputs, start=start):
            start.wait()
            outputs.append(model.predict(X, verbose=0))

        threads = [threading.Thread(target=predict) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(model.weights) == 8
        for output in outputs:
            np.testing.assert_array_equal(output, outputs[0])
        assert len(outputs) == 4


def test_names_follow_keras():
    lamella.utils.clear_session()
    assert [mlp().name, mlp().name] == ["sequential", "sequential_1"]
