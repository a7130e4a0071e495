"""Layers written in Python, in the same fit as native ones."""

import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import lamella
from lamella import layers
from lamella.diagnostics import GradientMonitor, gradient_check

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 6)).astype("float32")
Y = RNG.integers(0, 3, 70)


class MyDense(layers.Layer):
    """What `Dense` with tanh does."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((self.units,), "zeros", name="bias")
        self.calls = self.add_weight((1,), "zeros", trainable=False, name="calls")

    def forward(self, x):
        return np.tanh(x @ self.kernel + self.bias)

    def backward(self, x, y, gradient):
        dz = gradient * (1 - y * y)
        return dz @ self.kernel.numpy().T, [x.T @ dz, dz.sum(axis=0)]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Halve(layers.Layer):
    """No weights, another shape, and something kept from forward for backward."""

    def forward(self, x, training):
        self.kept = x.shape[-1] if training else None
        return x[:, ::2]

    def backward(self, x, y, gradient):
        assert self.kept == x.shape[-1]
        dx = np.zeros_like(x)
        dx[:, ::2] = gradient
        return dx


def network(hidden, seed=3, **options):
    lamella.utils.set_random_seed(seed)
    model = lamella.Sequential([layers.Input((6,)), *hidden, layers.Dense(3, activation="softmax")])
    model.compile(**{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", **options})
    return model


def test_it_trains_like_the_native_layer():
    own = network([MyDense(8), layers.Dense(5, "relu"), MyDense(4)])
    native = network([layers.Dense(8, "tanh"), layers.Dense(5, "relu"), layers.Dense(4, "tanh")])
    native.set_weights([w for w in own.get_weights() if w.shape != (1,)])
    histories = [
        m.fit(X, Y, batch_size=32, epochs=5, shuffle=False, verbose=0).history for m in (own, native)
    ]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-4)
    np.testing.assert_allclose(own.predict(X, verbose=0), native.predict(X, verbose=0), rtol=1e-3, atol=1e-5)
    assert own.evaluate(X, Y, verbose=0) == pytest.approx(native.evaluate(X, Y, verbose=0), rel=1e-3)


@pytest.mark.parametrize("hidden", [lambda: [MyDense(8)], lambda: [layers.Dense(8), Halve(), MyDense(5)]])
def test_gradients_pass_through(hidden):
    model = network(hidden())
    report = gradient_check(model, X[:9], Y[:9])
    assert report.passed, str(report)


def test_shapes_are_found_and_counted(capsys):
    model = network([layers.Dense(8), Halve(), MyDense(5)])
    assert [layer.output_shape for layer in model.layers] == [(None, 8), (None, 4), (None, 5), (None, 3)]
    assert model.layers[2].count_params() == 4 * 5 + 5 + 1
    model.summary(batch_size=32)
    assert "MyDense" in capsys.readouterr().out


def test_it_works_nested_frozen_and_monitored():
    inner = lamella.Sequential([layers.Input((6,)), MyDense(4)])
    model = network([inner, layers.Dense(5)])
    before = inner.get_weights()
    inner.trainable = False
    monitor = GradientMonitor(X[:10], Y[:10])
    model.fit(X, Y, batch_size=16, epochs=2, verbose=0, callbacks=[monitor])
    for old, new in zip(before, inner.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    inner.trainable = True
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(before[0], inner.get_weights()[0])


def test_float64_and_called_by_itself(float64):
    layer = MyDense(4)
    x = RNG.normal(size=(5, 6))
    y = layer(x)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, np.tanh(x @ layer.kernel.numpy()), rtol=1e-14)


def test_threads_predict_at_once():
    model = network([MyDense(8)])
    expected = model.predict(X, verbose=0)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: model.predict(X, verbose=0), range(12)):
            np.testing.assert_array_equal(result, expected)


def test_what_python_keeps_stays_valid():
    """Arrays that a layer keeps are its own: later steps do not change them."""
    kept = []

    class Keeper(layers.Layer):
        def forward(self, x):
            kept.append((x, x.copy()))
            return x

        def backward(self, x, y, gradient):
            kept.append((gradient, gradient.copy()))
            return gradient

    model = network([layers.Dense(4), Keeper()])
    model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    del model
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


class Broken(layers.Layer):
    def __init__(self, forward=None, backward=None, **kwargs):
        super().__init__(**kwargs)
        self._forward, self._backward = forward, backward

    def build(self, input_shape):
        self.factor = self.add_weight((1,), "ones", name="factor")

    def compute_output_shape(self, input_shape):
        return input_shape

    def forward(self, x):
        return self._forward(x) if self._forward else x

    def backward(self, x, y, gradient):
        return self._backward(gradient) if self._backward else (gradient, [np.zeros(1)])


@pytest.mark.parametrize(
    ("forward", "backward", "message"),
    [
        (lambda x: x[:, :2], None, r"'broken'.*forward\(\).*\(70, 4\).*\(70, 2\)"),
        (lambda x: "nonsense", None, r"'broken'.*forward\(\).*\(70, 4\)"),
        (None, lambda g: g, r"'broken'.*pair.*1 gradients"),
        (None, lambda g: (g, []), r"'broken'.*1 gradients.*0"),
        (None, lambda g: (g[:1], [np.zeros(1)]), r"'broken'.*gradient by x.*\(70, 4\).*\(1, 4\)"),
        (None, lambda g: (g, [np.zeros(3)]), r"'broken'.*'factor'.*\(1,\).*\(3,\)"),
    ],
)
def test_wrong_shapes_name_the_layer(forward, backward, message):
    model = network([layers.Dense(4), Broken(forward, backward, name="broken")])
    with pytest.raises(ValueError, match=message):
        model.train_on_batch(X, Y)


def test_exceptions_reach_the_caller_and_the_model_stays_usable():
    class Moody(Broken):
        def backward(self, x, y, gradient):
            raise ZeroDivisionError("today")

    model = network([layers.Dense(4), Moody()])
    before = model.get_weights()
    with pytest.raises(ZeroDivisionError, match="today"):
        model.fit(X, Y, verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert model.predict(X, verbose=0).shape == (70, 3)


def test_a_layer_without_forward_or_backward_says_so():
    class Empty(layers.Layer):
        pass

    with pytest.raises(NotImplementedError, match="Empty must have forward"):
        Empty()(X)

    class OneWay(layers.Layer):
        def forward(self, x):
            return x

    assert network([OneWay()]).predict(X, verbose=0).shape == (70, 3)
    with pytest.raises(NotImplementedError, match="OneWay needs backward"):
        network([layers.Dense(4), OneWay()]).train_on_batch(X, Y)


def decorated(function):
    """A decorator that does not say what it wraps."""

    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapped


class Decorated(Halve):
    """`training` is passed through, and so are the arguments of the constructor."""

    @decorated
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    @decorated
    def forward(self, x, training):
        return self.factor * Halve.forward(self, x, training)

    backward = functools.partialmethod(
        lambda self, scale, x, y, g: scale * Halve.backward(self, x, y, g), 2.0
    )

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_methods_may_be_any_callables():
    layer = Decorated(2.0)
    assert layer(np.ones((1, 4))).tolist() == [[2.0, 2.0]]
    assert Decorated.from_config(layer.get_config()).factor == 2.0
    report = gradient_check(network([layers.Dense(8), Decorated(2.0)]), X[:9], Y[:9])
    assert report.passed, str(report)


def test_configs_need_the_class():
    model = network([MyDense(8)])
    with pytest.raises(ValueError, match="Unknown layer 'MyDense'"):
        lamella.Sequential.from_config(model.get_config())
    again = lamella.Sequential.from_config(model.get_config(), custom_objects={"MyDense": MyDense})
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


class TestNormalization:
    data = np.random.default_rng(2).normal(3.0, [1.0, 5.0, 0.1], (9000, 2, 3))

    @pytest.mark.parametrize("axis", [-1, 1, (1, 2), None])
    def test_adapted_data_are_standardised(self, axis, float64):
        layer = layers.Normalization(axis=axis)
        layer.adapt(self.data)
        kept = () if axis is None else (axis,) if isinstance(axis, int) else axis
        others = tuple(i for i in range(3) if i not in {k % 3 for k in kept})
        y = layer(self.data)
        np.testing.assert_allclose(y.mean(axis=others), 0, atol=1e-10)
        np.testing.assert_allclose(y.std(axis=others), 1, rtol=1e-10)

    def test_batches_are_as_good_as_the_whole(self):
        whole, batches = layers.Normalization(), layers.Normalization()
        whole.adapt(self.data)
        batches.adapt((part, None) for part in np.array_split(self.data, 7))
        for a, b in zip(whole.get_weights(), batches.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)

    def test_weights_are_seen_and_inverted(self, float64):
        layer, inverse = layers.Normalization(), layers.Normalization(invert=True)
        statistics = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 0.0, 1.0]), np.array(0)]
        x = self.data[:5]
        for member in (layer, inverse):
            member(x)
            member.set_weights(statistics)
        y = layer(x)
        np.testing.assert_allclose(y[..., 0], (x[..., 0] - 1) / 2, rtol=1e-12)
        np.testing.assert_allclose(y[..., 1], (x[..., 1] - 2) / 1e-7, rtol=1e-6)
        np.testing.assert_allclose(inverse(y), x, rtol=1e-6)

    def test_it_is_left_alone_by_training(self):
        layer = layers.Normalization(mean=[1.0, 2.0, 3.0, 0.0, 0.0, 0.0], variance=4.0)
        model = network([layer, layers.Dense(4)])
        np.testing.assert_allclose(layer(X)[:, 0], (X[:, 0] - 1) / 2, rtol=1e-6)
        before = layer(X)
        model.fit(X, Y, verbose=0)
        np.testing.assert_array_equal(layer(X), before)
        assert gradient_check(network([layers.Dense(4), layers.Normalization(mean=1.0, variance=4.0)]), X, Y)
        again = layers.Normalization.from_config(layer.get_config())
        np.testing.assert_array_equal(again(X), before)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: layers.Normalization(mean=1.0), "'mean' and 'variance'.*together"),
            (lambda: layers.Normalization(axis=0).build((None, 3)), r"'axis'.*\(0,\)"),
            (lambda: layers.Normalization(mean=[1.0, 2.0], variance=1.0).build((None, 3)), r"'mean'.*\(2,\)"),
            (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(X), "cannot adapt"),
            (lambda: layers.Normalization().adapt(X[:0]), "no data"),
            (lambda: layers.Normalization().adapt([X, X[:, :2]]), r"\(None, 6\).*\(70, 2\)"),
        ],
    )
    def test_bad_arguments(self, make, message):
        with pytest.raises(ValueError, match=message):
            make()
