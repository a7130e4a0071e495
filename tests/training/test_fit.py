"""compile, fit, evaluate, the batch methods: numbers against steps by hand, logs, data in all its forms."""

import signal
import threading
import time

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers, losses, metrics, optimizers
from lamella.callbacks import LambdaCallback
from lamella.utils import set_random_seed

RNG = np.random.default_rng(3)
N = 50
X = RNG.normal(size=(N, 4)).astype(np.float32)
Y = (X @ np.array([1.0, -2.0, 0.5, 3.0]))[:, None].astype(np.float32)
LABELS = RNG.integers(0, 3, N)


def linear_model(optimizer="sgd", loss="mse", **kwargs):
    model = Sequential([Input((4,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer, loss, **kwargs)
    return model


def classifier(**kwargs):
    model = Sequential([Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", **kwargs)
    return model


def gradients(kernel, bias, x, y):
    error = 2 * (x @ kernel + bias - y) / y.size
    return x.T @ error, error.sum(0)


def test_steps_of_sgd_by_hand_the_smaller_last_batch_too():
    model = linear_model(optimizers.SGD(0.1, momentum=0.9))
    history = model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    kernel, bias = np.zeros((4, 1)), np.zeros(1)
    momenta = [np.zeros((4, 1)), np.zeros(1)]
    epoch_losses = []
    for _ in range(2):
        total = 0.0
        for start in range(0, N, 16):
            x, y = X[start : start + 16].astype(np.float64), Y[start : start + 16].astype(np.float64)
            total += ((x @ kernel + bias - y) ** 2).sum()
            momenta = [0.9 * m - 0.1 * g for m, g in zip(momenta, gradients(kernel, bias, x, y), strict=True)]
            kernel, bias = kernel + momenta[0], bias + momenta[1]
        epoch_losses.append(total / N)
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(history.history["loss"], epoch_losses, rtol=1e-4)
    assert model.optimizer.iterations == 8


def test_steps_of_adam_by_hand():
    model = linear_model(optimizers.Adam(0.05))
    kernel, bias = np.zeros((4, 1)), np.zeros(1)
    m, v = [0.0, 0.0], [0.0, 0.0]
    for t in range(1, 6):
        model.train_on_batch(X, Y)
        grads = gradients(kernel, bias, X.astype(np.float64), Y.astype(np.float64))
        steps = []
        for i, g in enumerate(grads):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g**2
            steps.append(0.05 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m[i] / (np.sqrt(v[i]) + 1e-7))
        kernel, bias = kernel - steps[0], bias - steps[1]
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-4)
    np.testing.assert_allclose(model.get_weights()[1], bias, rtol=1e-4)


def test_history():
    model = classifier(metrics=["accuracy"])
    history = model.fit(X, LABELS, epochs=4, initial_epoch=1, validation_split=0.2, batch_size=10, verbose=0)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert history.epoch == [1, 2, 3]
    assert history.params == {"verbose": 0, "epochs": 4, "steps": 4}
    assert all(len(values) == 3 for values in history.history.values())
    assert all(isinstance(value, float) for value in history.history["loss"])
    assert model.history is history
    loss, accuracy = model.evaluate(X[40:], LABELS[40:], verbose=0)
    assert history.history["val_loss"][-1] == pytest.approx(loss, rel=1e-6)
    assert history.history["val_accuracy"][-1] == pytest.approx(accuracy)


def test_validation_data_and_frequency():
    history = linear_model().fit(
        X, Y, epochs=5, verbose=0, validation_data=(X[:7], Y[:7]), validation_freq=2, validation_batch_size=3
    )
    assert len(history.history["val_loss"]) == 2
    history = linear_model().fit(X, Y, epochs=5, verbose=0, validation_split=0.5, validation_freq=[1, 3, 4])
    assert len(history.history["val_loss"]) == 3


def test_validation_data_with_weights():
    weights = RNG.random(N)
    model = linear_model()
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y, weights))
    expected = losses.MeanSquaredError()(Y, model.predict(X, verbose=0), weights)
    assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["accuracy"], ["loss", "accuracy"]),
        (["acc"], ["loss", "acc"]),
        ("accuracy", ["loss", "accuracy"]),
        ([metrics.SparseCategoricalAccuracy()], ["loss", "sparse_categorical_accuracy"]),
        ([metrics.SparseCategoricalAccuracy("mine"), "ce"], ["loss", "mine", "ce"]),
        (["accuracy", "accuracy"], ["loss", "accuracy", "accuracy_1"]),
    ],
)
def test_names_of_metrics(given, names):
    model = classifier(metrics=given)
    result = model.evaluate(X, LABELS, verbose=0, return_dict=True)
    assert list(result) == names
    assert model.metrics_names == names
    assert model.evaluate(X, LABELS, verbose=0) == list(result.values())
    assert model.metrics[0].name == names[1]


def test_metrics_of_numbers_are_named_as_given():
    model = linear_model(metrics=["mae", "mse", metrics.MeanAbsoluteError(), losses.mean_squared_error])
    model.train_on_batch(X, Y)
    assert model.metrics_names == ["loss", "mae", "mse", "mean_absolute_error", "mean_squared_error"]


@pytest.mark.parametrize(
    ("outputs", "activation", "targets", "loss", "kind"),
    [
        (1, "sigmoid", (LABELS > 0).astype(float)[:, None], "binary_crossentropy", "BinaryAccuracy"),
        (1, "sigmoid", LABELS > 0, "binary_crossentropy", "BinaryAccuracy"),
        (3, "softmax", LABELS, "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
        (3, "softmax", LABELS[:, None], "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
        (3, "softmax", np.eye(3)[LABELS], "categorical_crossentropy", "CategoricalAccuracy"),
    ],
)
def test_accuracy_and_crossentropy_follow_the_targets(outputs, activation, targets, loss, kind):
    model = Sequential([Input((4,)), layers.Dense(outputs, activation)])
    model.compile("sgd", loss, metrics=["accuracy"])
    value, accuracy = model.evaluate(X, targets, verbose=0)
    assert type(model.metrics[0]).__name__ == kind
    predicted = model.predict(X, verbose=0)
    if outputs == 1:
        expected = ((predicted[:, 0] > 0.5) == (LABELS > 0)).mean()
    else:
        expected = (predicted.argmax(1) == LABELS).mean()
    assert accuracy == pytest.approx(expected)
    model.compile("sgd", "crossentropy")
    assert model.evaluate(X, targets, verbose=0) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float16, np.float64, np.bool_])
def test_types_of_data_train_alike(dtype):
    x = (RNG.random((N, 4)) * 2).astype(dtype)
    weights = []
    for data in (x, x.astype(np.float32)):
        model = linear_model()
        model.fit(data, Y.astype(np.float64), batch_size=8, verbose=0, shuffle=False)
        weights.append(model.get_weights()[0])
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-6)


class Wrapped:
    """What other libraries' arrays look like."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


@pytest.mark.parametrize(
    "form",
    [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: np.flip(np.flip(a, 0).copy(), 0),
        lambda a: a.tolist(),
        Wrapped,
        lambda a: np.lib.stride_tricks.as_strided(a, writeable=False),
    ],
)
def test_forms_of_data_train_alike(form):
    weights = []
    for x, y in ((X, Y), (form(X), form(Y))):
        model = linear_model()
        model.fit(x, y, batch_size=8, verbose=0, shuffle=False)
        weights.append(model.get_weights()[0])
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-6)


def test_targets_may_lack_the_last_axis():
    models = [linear_model(), linear_model()]
    for model, y in zip(models, (Y, Y[:, 0]), strict=True):
        model.fit(X, y, verbose=0, shuffle=False)
    np.testing.assert_array_equal(models[0].get_weights()[0], models[1].get_weights()[0])


def test_a_weight_of_zero_leaves_a_row_out():
    weights = np.ones(N)
    weights[30:] = 0
    model = linear_model(optimizers.SGD(0.1))
    loss = model.train_on_batch(X, Y, sample_weight=weights)
    kernel, _ = gradients(np.zeros((4, 1)), np.zeros(1), X[:30], Y[:30])
    np.testing.assert_allclose(model.get_weights()[0], -0.1 * kernel * 30 / N, rtol=1e-4, atol=1e-7)
    assert loss == pytest.approx((Y[:30] ** 2).sum() / N, rel=1e-5)


def test_weights_of_rows_count_in_the_loss_but_not_in_metrics():
    model = linear_model(metrics=["mae"])
    weights = RNG.random(N)
    loss, mae = model.evaluate(X, Y, sample_weight=weights, verbose=0)
    assert loss == pytest.approx((weights * Y[:, 0] ** 2).mean(), rel=1e-5)
    assert mae == pytest.approx(np.abs(Y).mean(), rel=1e-5)


def test_class_weights_are_weights_of_rows():
    table = {0: 2.0, 2: 0.5}
    rows = np.array([table.get(label, 1.0) for label in LABELS.tolist()])
    model = classifier()
    weights = model.get_weights()
    first = model.train_on_batch(X, LABELS, class_weight=table)
    model.set_weights(weights)
    assert model.test_on_batch(X, LABELS, sample_weight=rows) == pytest.approx(first, rel=1e-6)
    with pytest.raises(ValueError, match="not both"):
        model.fit(X, LABELS, class_weight=table, sample_weight=rows)


def test_steps_per_epoch_goes_on_where_the_last_epoch_ended():
    seen = linear_model(optimizers.SGD(0.0))
    history = seen.fit(X, Y, batch_size=10, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
    assert history.history["loss"] == pytest.approx([(Y[:20] ** 2).mean(), (Y[20:40] ** 2).mean()], rel=1e-5)
    assert seen.optimizer.iterations == 4
    with pytest.warns(UserWarning, match="ran out"):
        seen.fit(X, Y, batch_size=10, epochs=3, steps_per_epoch=2, shuffle=False, verbose=0)
    assert seen.optimizer.iterations == 4 + 5


def test_evaluate_stops_after_steps():
    model = linear_model()
    assert model.evaluate(X, Y, batch_size=5, steps=3, verbose=0) == pytest.approx(
        (Y[:15] ** 2).mean(), rel=1e-5
    )


def test_batch_methods_return_what_was_asked():
    model = linear_model(metrics=["mae"])
    for method in (model.test_on_batch, model.train_on_batch):
        loss, mae = method(X, Y)
        assert loss == pytest.approx((Y**2).mean(), rel=1e-5)
        assert mae == pytest.approx(np.abs(Y).mean(), rel=1e-5)
    assert set(model.train_on_batch(X, Y, return_dict=True)) == {"loss", "mae"}
    assert isinstance(linear_model().train_on_batch(X, Y), float)


def test_shuffling_changes_from_epoch_to_epoch_and_with_the_seed():
    def run(seed, shuffle=True):
        set_random_seed(seed)
        model = Sequential([Input((4,)), layers.Dense(1, kernel_initializer="zeros")])
        model.compile(optimizers.SGD(0.05), "mse")
        return [
            model.fit(X, Y, batch_size=7, verbose=0, shuffle=shuffle) and model.get_weights()[0]
            for _ in range(2)
        ]

    first, again, other, ordered = run(1), run(1), run(2), run(1, shuffle=False)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != other[0]).any()
    assert (first[0] != ordered[0]).any()


def test_training_goes_on_after_compile_with_the_same_optimizer():
    optimizer = optimizers.Adam(0.01)
    model = linear_model(optimizer)
    model.fit(X, Y, verbose=0)
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    assert optimizer.iterations == 4
    model.compile("adam", "mse")
    assert model.optimizer.iterations == 0


def test_the_learning_rate_may_change_at_any_time():
    model = linear_model(optimizers.SGD(0.0))
    model.fit(X, Y, verbose=0)
    assert not model.get_weights()[0].any()
    model.optimizer.learning_rate = 0.1
    model.fit(X, Y, verbose=0)
    assert model.get_weights()[0].any()
    rates = [0.1, 0.0, 0.0]

    def set_rate(batch, logs):
        model.optimizer.learning_rate = rates[batch]

    kernels = []
    model.fit(
        X,
        Y,
        batch_size=20,
        verbose=0,
        callbacks=LambdaCallback(
            on_train_batch_begin=set_rate,
            on_train_batch_end=lambda batch, logs: kernels.append(model.get_weights()[0]),
        ),
    )
    np.testing.assert_array_equal(kernels[0], kernels[2])


def test_a_model_without_an_input_is_built_by_its_data():
    model = Sequential([layers.Dense(3, "relu"), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert model.input_shape == (None, 4)


def test_a_loss_that_is_not_finite_is_reported_once_with_its_step():
    model = linear_model()
    y = Y.copy()
    y[25] = np.nan
    with pytest.warns(RuntimeWarning, match="step 2 ") as caught:
        history = model.fit(X, y, batch_size=10, epochs=3, shuffle=False, verbose=0)
    assert len(caught) == 1
    assert len(history.epoch) == 3


def test_verbose_writes_what_keras_writes(capsys):
    model = linear_model(metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0, validation_split=0.2)
    model.evaluate(X, Y, verbose=0)
    assert capsys.readouterr().out == ""
    model.fit(X, Y, epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    assert lines[1].startswith("2/2 - 0s - ")
    assert lines[1].split(" - ")[3].startswith("loss: ")
    model.fit(X, Y, verbose="auto", validation_split=0.2)
    out = capsys.readouterr().out
    assert "2/2 ━━━━━━━━━━━━━━━━━━━━ 0s" in out
    assert "val_mae: " in out
    model.evaluate(X, Y)
    assert " - loss: " in capsys.readouterr().out


def test_ctrl_c_keeps_the_model_and_the_history():
    wide = Sequential([Input((256,)), layers.Dense(512, "relu"), layers.Dense(512, "relu"), layers.Dense(1)])
    wide.compile("sgd", "mse")
    x = np.zeros((2048, 256), dtype=np.float32)
    y = np.zeros((2048, 1), dtype=np.float32)
    begun = threading.Event()

    def interrupt():
        begun.wait()
        time.sleep(0.05)
        signal.raise_signal(signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        wide.fit(
            x, y, epochs=100000, verbose=0, callbacks=LambdaCallback(on_epoch_end=lambda e, logs: begun.set())
        )
    thread.join()
    signal.signal(signal.SIGINT, handler)
    assert len(wide.history.history["loss"]) == len(wide.history.epoch) >= 1
    wide.fit(x[:64], y[:64], verbose=0)
    assert wide.predict(x[:2], verbose=0).shape == (2, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m.fit(X, Y[:-1]), ValueError, "equally many"),
        (lambda m: m.fit(X[:0], Y[:0]), ValueError, "no samples"),
        (lambda m: m.fit(X, Y, validation_split=1.5), ValueError, "validation_split"),
        (lambda m: m.fit(X[:1], Y[:1], validation_split=0.1), ValueError, "no samples for training"),
        (lambda m: m.fit(X, Y, validation_data=X), ValueError, "validation_data"),
        (lambda m: m.fit(X, Y, validation_data=(X, Y[:, [0, 0]])), ValueError, "shape"),
        (lambda m: m.fit(X, Y, validation_freq=0, validation_split=0.2), ValueError, "validation_freq"),
        (lambda m: m.fit(X, Y, batch_size=-1), ValueError, "batch_size"),
        (lambda m: m.fit(X, Y, sample_weight=np.ones(3)), ValueError, "sample_weight"),
        (lambda m: m.fit(X), ValueError, "pass y"),
        (lambda m: m.fit(X, np.array(["a"] * N)), TypeError, "real numbers"),
        (lambda m: m.fit(X.astype(object), Y), TypeError, "object"),
        (lambda m: m.fit(X.astype(complex), Y), TypeError, "complex"),
        (lambda m: m.fit(None, Y), TypeError, "Received: None"),
        (lambda m: m.fit(X, Y, callbacks=[print]), TypeError, "Callback"),
        (lambda m: m.compile("sgd", "msee"), ValueError, "Did you mean 'mse'"),
        (lambda m: m.compile("sdg", "mse"), ValueError, "Did you mean 'sgd'"),
        (lambda m: m.compile("sgd", "mse", metrics=["acuracy"]), ValueError, "Unknown metric"),
        (lambda m: m.compile("sgd", 3), TypeError, "loss"),
        (lambda m: m.compile("sgd", "mse", loss_weights=[2]), ValueError, "loss_weights"),
        (lambda m: Sequential([layers.Dense(1)]).fit(X, Y), ValueError, "not compiled"),
    ],
)
def test_mistakes_are_reported_before_any_work(call, error, message):
    model = linear_model()
    with pytest.raises(error, match=message):
        call(model)
    assert not model.get_weights()[0].any()


def test_a_model_without_a_loss_cannot_train():
    model = linear_model(loss=None)
    with pytest.raises(ValueError, match="no loss"):
        model.fit(X, Y)


def test_nothing_of_fit_listens_to_batches():
    """An epoch without callbacks of the user is one native call."""
    assert lamella.callbacks.CallbackList(add_history=True).hears("on_train_batch_end") is False
