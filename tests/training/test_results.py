"""What calls return: arrays and numbers that answer `numpy()`."""

import copy
import json
import pickle

import numpy as np
import pytest

import lamella
from lamella import activations, constraints, initializers, layers, losses, metrics, optimizers, regularizers

X = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")


def model():
    stack = lamella.Sequential([lamella.Input((2,)), layers.Dense(2, "relu", kernel_initializer="ones")])
    stack.compile(optimizers.SGD(0.5), "mse")
    return stack


ARRAYS = {
    "model": lambda: model()(X),
    "model in training": lambda: model()(X, training=True),
    "layer": lambda: layers.Dense(2)(X),
    "layer for one picture": lambda: layers.Rescaling(0.5)(np.ones((2, 2, 1))),
    "picture of integers": lambda: layers.Resizing(1, 1)(np.ones((2, 2, 1), "uint8")),
    "activation": lambda: activations.relu(X),
    "activation along an axis": lambda: activations.softmax(X, axis=0),
    "linear activation": lambda: activations.linear(X),
    "loss function": lambda: losses.mean_squared_error(X, X),
    "loss of rows": lambda: losses.MeanSquaredError(reduction="none")(X, X),
    "metric function": lambda: metrics.binary_accuracy(X, X),
    "metric of classes": lambda: metrics.F1Score()(np.eye(2), np.eye(2)),
    "random numbers": lambda: lamella.random.normal((2,), seed=1),
    "initial values": lambda: initializers.GlorotUniform(seed=1)((2, 3)),
    "constant values": lambda: initializers.Constant(2.0)((2,)),
    "identity": lambda: initializers.Identity()((2, 2)),
    "values of a function": lambda: initializers.get(lambda shape, dtype: np.ones(shape, dtype))((2,)),
    "constraint": lambda: constraints.MaxNorm(1.0)(X),
    "constraint of a function": lambda: constraints.get(abs)(X),
    "rates of steps": lambda: optimizers.schedules.CosineDecay(0.5, 10)(np.arange(12)),
    "result of a result": lambda: (model()(X) + 1)[0],
    "sum of a result": lambda: model()(X).sum(),
}


@pytest.mark.parametrize("call", ARRAYS.values(), ids=ARRAYS)
def test_arrays_answer_numpy(call):
    result = call()
    assert isinstance(result, np.ndarray)
    assert type(result.numpy()) is np.ndarray
    assert np.array_equal(result.numpy(), np.asarray(result))
    assert repr(result) == repr(result.numpy())


NUMBERS = {
    "loss": lambda: losses.MeanSquaredError()(X, X + 1),
    "loss of a sum": lambda: losses.MeanSquaredError(reduction="sum")([[1.0]], [[2.0]]),
    "metric": lambda: metrics.MeanSquaredError()(X, X + 1),
    "mean": lambda: metrics.Mean()([1.0]),
    "function as metric": lambda: metrics.MeanMetricWrapper(losses.mean_squared_error)(X, X + 1),
    "regularizer": lambda: regularizers.L1(0.1)(X),
    "schedule": lambda: optimizers.schedules.ExponentialDecay(2.0, 1, 0.5)(1),
    "sum of numbers": lambda: 0.5 + losses.MeanSquaredError()(X, X + 1) / 2,
}


@pytest.mark.parametrize("call", NUMBERS.values(), ids=NUMBERS)
def test_numbers_answer_numpy_and_stay_floats(call):
    result = call()
    assert isinstance(result, float)
    assert result.numpy() == result == 1.0
    assert (repr(result), json.dumps([result]), f"{result:.2f}", result.shape) == ("1.0", "[1.0]", "1.00", ())


def test_a_metric_without_rows_answers_numpy_too():
    assert metrics.Mean().result().numpy() == metrics.AUC().result().numpy() == 0.0


def test_results_are_inputs_again():
    first, second = model(), model()
    assert np.array_equal(second(first(X)), second(first.predict(X, verbose=0)))
    assert np.array_equal(second.predict(first(X), verbose=0), second(first(X)))


def test_a_layer_in_python_may_compute_with_results():
    class Doubled(layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")

        def forward(self, x):
            return activations.linear(x * self.scale * 2)

        def backward(self, x, y, gradient):
            return gradient * self.scale * 2, [(gradient * x * 2).sum(axis=0)]

    stack = lamella.Sequential([lamella.Input((2,)), Doubled()])
    stack.compile(optimizers.SGD(0.5), "mse")
    assert np.array_equal(stack(X), 2 * X)
    assert np.isfinite(stack.train_on_batch(X, X))


def test_pickles_hold_what_is_read_without_this_library():
    for result in (model()(X), losses.MeanSquaredError()(X, X), optimizers.SGD().iterations):
        assert b"lamella" not in pickle.dumps(result)
        assert np.array_equal(pickle.loads(pickle.dumps(result)), result)
        assert np.array_equal(copy.deepcopy(result), result)


def test_a_learning_rate_is_read_as_a_number_and_assigned():
    stack = model()
    rate = stack.optimizer.learning_rate
    assert (rate == 0.5, float(rate), rate.numpy()) == (True, 0.5, 0.5)
    assert (f"{rate:.1f}", str(rate), repr(rate)) == ("0.5", "0.5", "0.5")
    assert (rate * 2, max(rate, 0.1), round(rate, 1), np.log2(rate)) == (1.0, 0.5, 0.5, -1.0)
    rate.assign(0.25)
    assert (rate.numpy(), stack.optimizer.get_config()["learning_rate"]) == (0.25, 0.25)
    stack.optimizer.learning_rate *= 2
    assert type(stack.optimizer.get_config()["learning_rate"]) is float
    assert rate == 0.5
    lamella.backend.set_value(rate, 0.125)
    assert lamella.backend.get_value(stack.optimizer.learning_rate) == 0.125


def test_an_assigned_rate_counts_in_the_next_step():
    stack = model()
    kernel = stack.layers[0].kernel
    stack.train_on_batch(X, X)
    before = kernel.numpy()
    stack.optimizer.learning_rate.assign(0.0)
    stack.train_on_batch(X, X)
    assert np.array_equal(kernel.numpy(), before)
    stack.optimizer.learning_rate.assign_add(0.5)
    stack.train_on_batch(X, X)
    assert not np.array_equal(kernel.numpy(), before)


@pytest.mark.parametrize("wrong", [-1.0, np.nan, "fast", [0.1, 0.2]])
def test_a_rate_that_is_none_is_refused(wrong):
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.learning_rate.assign(wrong)
    assert optimizer.learning_rate == 0.5


def test_a_rate_that_a_schedule_gives_is_read_and_not_set():
    optimizer = optimizers.SGD(optimizers.schedules.ExponentialDecay(0.5, 1, 0.5))
    assert optimizer.learning_rate.numpy() == 0.5
    with pytest.raises(TypeError, match="ExponentialDecay"):
        optimizer.learning_rate.assign(0.1)


def test_rates_are_taken_from_other_optimizers_and_variables():
    rate = optimizers.SGD(0.25).learning_rate
    assert optimizers.Adam(rate).get_config()["learning_rate"] == 0.25
    assert optimizers.Adam(lamella.Variable(0.25)).learning_rate == 0.25
    assert type(copy.deepcopy(rate)) is float


def test_the_history_holds_the_rate_of_each_epoch():
    class Rates(lamella.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate.assign(0.5 / (epoch + 1))

        def on_epoch_end(self, epoch, logs=None):
            logs["rate"] = self.model.optimizer.learning_rate

    history = model().fit(X, X, epochs=2, verbose=0, callbacks=[Rates()]).history
    assert history["rate"] == [0.5, 0.25]


def test_counts_of_updates_answer_numpy():
    stack = model()
    stack.train_on_batch(X, X)
    assert stack.optimizer.iterations.numpy() == stack.optimizer.iterations == 1
