"""Methods that a subclass overrides: called, or refused by name with what to do instead; never left out."""

import numpy as np
import pytest

import lamella
from lamella import callbacks, constraints, initializers, layers, losses, metrics, optimizers, regularizers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 4)).astype("float32")
Y = RNG.integers(0, 2, (32, 1)).astype("float32")


def network(*hidden, optimizer="sgd", loss="mse", cls=lamella.Sequential, **options):
    lamella.utils.set_random_seed(0)
    model = cls([layers.Input((4,)), *hidden, layers.Dense(1)])
    model.compile(optimizer, loss, **options)
    return model


def anything(self, *arguments, **options):
    raise AssertionError("nobody calls it")


REFUSED = [
    *((layers.Layer, (), name, "forward") for name in ("call", "__call__", "stateless_call")),
    *((layers.Dense, (3,), name, "forward") for name in ("call", "__call__")),
    (layers.Dropout, (0.5,), "call", "forward"),
    (layers.Dropout, (0.5,), "compute_mask", "masks"),
    (layers.BatchNormalization, (), "save_own_variables", "weights of all their layers"),
    (layers.Conv2D, (3, 2), "build_from_config", "weights of all their layers"),
    (layers.Layer, (), "compute_output_spec", "compute_output_shape"),
    (layers.Residual, ([],), "forward", "among its layers"),
    *((lamella.Sequential, (), name, "layer of your own") for name in ("call", "__call__", "forward")),
    *((lamella.Sequential, (), name, "compile") for name in ("train_step", "test_step", "compute_loss")),
    *((lamella.Sequential, (), name, "compile") for name in ("make_train_function", "compute_metrics")),
    *((lamella.Sequential, (), name, "predict") for name in ("predict_step", "make_predict_function")),
    (lamella.Model, (), "call", "layer of your own"),
    (lamella.Model, (), "train_step", "compile"),
    *((losses.Loss, (), name, "gradient") for name in ("call", "__call__")),
    (losses.MeanSquaredError, (), "call", "gradient"),
    (losses.SparseCategoricalCrossentropy, (), "__call__", "gradient"),
    *((optimizers.Adam, (), name, "native") for name in ("update_step", "apply_gradients", "apply", "build")),
    (optimizers.Optimizer, (0.1,), "update_step", "native"),
]


@pytest.mark.parametrize(("base", "arguments", "name", "advice"), REFUSED)
def test_what_is_never_called_is_refused_with_what_to_do(base, arguments, name, advice):
    mine = type("Mine", (base,), {name: anything})
    with pytest.raises(TypeError, match=rf"(?s)Mine defines {name}\(\).*{advice}"):
        mine(*arguments)
    further = type("Further", (mine,), {})
    with pytest.raises(TypeError, match=name):
        further(*arguments)


@pytest.mark.parametrize("base", [losses.Loss, optimizers.Optimizer])
def test_what_has_nothing_to_compute_says_what_to_do(base):
    arguments = (0.1,) if base is optimizers.Optimizer else ()
    with pytest.raises(TypeError, match=r"Empty: .*(function|choose)"):
        type("Empty", (base,), {})(*arguments)


def test_a_layer_may_have_call_for_keras_beside_forward():
    class Both(layers.Layer):
        call = anything

        def forward(self, x):
            return 2 * x

        def backward(self, x, y, gradient):
            return 2 * gradient

    np.testing.assert_array_equal(network(Both()).layers[0](X), 2 * X)


def test_forward_and_backward_replace_those_of_a_built_in_layer():
    class Shifted(layers.Dense):
        def forward(self, x):
            return x @ self.kernel + self.bias + 1

        def backward(self, x, y, gradient):
            return gradient @ self.kernel.numpy().T, [x.T @ gradient, gradient.sum(axis=0)]

    model, plain = network(Shifted(5)), network(layers.Dense(5))
    plain.set_weights(model.get_weights())
    plain.layers[0].bias.assign(np.ones(5))
    np.testing.assert_allclose(model.predict(X, verbose=0), plain.predict(X, verbose=0), rtol=1e-5)
    assert np.isclose(model.train_on_batch(X, Y), plain.train_on_batch(X, Y))
    np.testing.assert_allclose(model.layers[0].kernel, plain.layers[0].kernel, rtol=1e-5)


def test_build_may_be_replaced_or_extended():
    class Ones(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.kernel.assign(np.ones((4, 3)))

    np.testing.assert_allclose(Ones(3)(X), np.repeat(X.sum(axis=1, keepdims=True), 3, axis=1), rtol=1e-5)

    class Own(layers.Dense):
        def build(self, input_shape):
            self.kernel = self.add_weight((input_shape[-1], self.units), "ones", name="kernel")

    np.testing.assert_allclose(Own(3)(X), np.repeat(X.sum(axis=1, keepdims=True), 3, axis=1), rtol=1e-5)

    class Nothing(layers.Dense):
        def build(self, input_shape):
            pass

    with pytest.raises(ValueError, match=r"Nothing 'nothing'.*kernel.*build"):
        Nothing(3, name="nothing")(X)


def test_output_shapes_that_are_not_those_of_the_output_are_refused():
    class Wrong(layers.Dense):
        def compute_output_shape(self, input_shape):
            return (input_shape[0], 7)

    with pytest.raises(ValueError, match="dense_behind"):
        lamella.Sequential([layers.Input((4,)), Wrong(3), layers.Dense(2, name="dense_behind")]).predict(X)


class Counting(metrics.BinaryAccuracy):
    """The built-in metric, and how many rows it saw."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred, sample_weight)
        self.rows += len(y_pred)

    def result(self):
        return [super().result(), self.rows][1]

    def reset_state(self):
        super().reset_state()
        self.rows = 0


class Negative(metrics.SparseCategoricalAccuracy):
    def result(self):
        return -super().result()


def test_metrics_that_override_methods_are_called():
    model = network(metrics=[Counting(), "binary_accuracy"])
    assert model.fit(X, Y, epochs=2, verbose=0).history["binary_accuracy"] == [32, 32]
    assert model.evaluate(X, Y, verbose=0)[1] == 32
    classes = lamella.Sequential([layers.Input((4,)), layers.Dense(2, activation="softmax")])
    classes.compile("sgd", "sparse_categorical_crossentropy", metrics=[Negative(name="n"), "accuracy"])
    scores = classes.evaluate(X, Y[:, 0], verbose=0, return_dict=True)
    assert scores["n"] == -scores["accuracy"] != 0.0
    logs = classes.train_on_batch(X, Y[:, 0], return_dict=True)
    assert logs["n"] == -logs["accuracy"]


class Double(regularizers.L2):
    def __call__(self, x):
        return 2 * super().__call__(x)

    def gradient(self, x):
        return 2 * super().gradient(x)


class WithoutGradient(regularizers.L1):
    def __call__(self, x):
        return 0.0


def test_regularizers_that_override_methods_are_called():
    results = []
    for penalty in (Double(0.1), regularizers.L2(0.2)):
        model = network(layers.Dense(3, kernel_regularizer=penalty))
        results.append([model.train_on_batch(X, Y), model.evaluate(X, Y, verbose=0)])
    np.testing.assert_allclose(*results, rtol=1e-5)
    for place in ("kernel_regularizer", "activity_regularizer"):
        with pytest.raises(TypeError, match=r"WithoutGradient.*gradient\(x\)"):
            network(layers.Dense(3, **{place: WithoutGradient()})).fit(X, Y, verbose=0)


def test_constraints_initializers_and_schedules_that_override_call_are_called():
    class Zero(constraints.MaxNorm):
        def __call__(self, w):
            return np.zeros_like(w)

    class Sevens(initializers.GlorotUniform):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 7.0, dtype)

    class Standing(optimizers.schedules.ExponentialDecay):
        def __call__(self, step):
            return 0.0

    model = network(layers.Dense(3, kernel_constraint=Zero(), bias_initializer=Sevens()))
    np.testing.assert_array_equal(model.layers[0].bias, np.full(3, 7.0))
    model.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.layers[0].kernel, np.zeros((4, 3)))
    still = network(optimizer=optimizers.SGD(Standing(0.1, 10, 0.9)))
    before = still.get_weights()
    still.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(before[0], still.get_weights()[0])


def test_callbacks_that_override_hooks_are_called():
    seen = []

    class Telling(callbacks.EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(epoch)
            super().on_epoch_end(epoch, logs)

        def on_train_batch_end(self, batch, logs=None):
            seen.append("batch")

    network().fit(X, Y, epochs=2, batch_size=16, verbose=0, callbacks=[Telling("loss")])
    assert seen == ["batch", "batch", 0, "batch", "batch", 1]


def test_methods_that_users_call_may_be_overridden():
    class Mine(lamella.Sequential):
        def fit(self, *arguments, **options):
            return super().fit(*arguments, **{"verbose": 0, **options})

        def predict(self, *arguments, **options):
            return super().predict(*arguments, verbose=0, **options) + 1

    model = network(cls=Mine)
    assert len(model.fit(X, Y).history["loss"]) == 1
    np.testing.assert_array_equal(model.predict(X), model.predict_on_batch(X) + 1)
