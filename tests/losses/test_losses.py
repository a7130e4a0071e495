"""Losses, metrics and optimizers as objects of their own: numbers, reductions, configs, names."""

import tracemalloc

import numpy as np
import pytest

import lamella
from lamella import losses, metrics, optimizers

RNG = np.random.default_rng(2)
ROWS, CLASSES = 6, 4
LOGITS = RNG.normal(size=(ROWS, CLASSES))
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
LABELS = RNG.integers(0, CLASSES, ROWS)
ONE_HOT = np.eye(CLASSES)[LABELS]
BITS = (RNG.random((ROWS, CLASSES)) < 0.5).astype(np.float64)
WEIGHTS = RNG.random(ROWS)


def binary(p, y):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(1)


CASES = {
    "mse": (losses.MeanSquaredError(), BITS, PROBABILITIES, ((BITS - PROBABILITIES) ** 2).mean(1)),
    "mae": (losses.MeanAbsoluteError(), BITS, PROBABILITIES, np.abs(BITS - PROBABILITIES).mean(1)),
    "bce": (losses.BinaryCrossentropy(), BITS, PROBABILITIES, binary(PROBABILITIES, BITS)),
    "bce_logits": (
        losses.BinaryCrossentropy(from_logits=True),
        BITS,
        LOGITS,
        binary(1 / (1 + np.exp(-LOGITS)), BITS),
    ),
    "bce_smooth": (
        losses.BinaryCrossentropy(label_smoothing=0.2),
        BITS,
        PROBABILITIES,
        binary(PROBABILITIES, BITS * 0.8 + 0.1),
    ),
    "cce": (
        losses.CategoricalCrossentropy(),
        ONE_HOT,
        PROBABILITIES,
        -(ONE_HOT * np.log(PROBABILITIES)).sum(1),
    ),
    "cce_logits": (
        losses.CategoricalCrossentropy(from_logits=True),
        ONE_HOT,
        LOGITS,
        -(ONE_HOT * np.log(PROBABILITIES)).sum(1),
    ),
    "cce_smooth": (
        losses.CategoricalCrossentropy(label_smoothing=0.1),
        ONE_HOT,
        PROBABILITIES,
        -((ONE_HOT * 0.9 + 0.1 / CLASSES) * np.log(PROBABILITIES)).sum(1),
    ),
    "scce": (
        losses.SparseCategoricalCrossentropy(),
        LABELS,
        PROBABILITIES,
        -np.log(PROBABILITIES[np.arange(ROWS), LABELS]),
    ),
    "scce_logits": (
        losses.SparseCategoricalCrossentropy(from_logits=True),
        LABELS,
        LOGITS,
        -np.log(PROBABILITIES[np.arange(ROWS), LABELS]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_losses_and_their_reductions(name):
    loss, y_true, y_pred, rows = CASES[name]
    config = loss.get_config()
    np.testing.assert_allclose(loss.values(y_true, y_pred), rows, rtol=1e-6)
    assert loss(y_true, y_pred) == pytest.approx(rows.mean(), rel=1e-6)
    assert loss(y_true, y_pred, WEIGHTS) == pytest.approx((rows * WEIGHTS).mean(), rel=1e-6)
    for reduction, expected in (("sum", rows.sum()), ("none", rows), (None, rows), ("mean", rows.mean())):
        other = type(loss).from_config({**config, "reduction": reduction})
        np.testing.assert_allclose(other(y_true, y_pred), expected, rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_metrics_of_losses_are_running_means(name):
    loss, y_true, y_pred, rows = CASES[name]
    arguments = {key: value for key, value in loss.get_config().items() if key not in ("reduction", "axis")}
    metric = getattr(metrics, type(loss).__name__)(**arguments)
    metric.update_state(y_true[:2], y_pred[:2])
    metric.update_state(y_true[2:], y_pred[2:])
    assert metric.result() == pytest.approx(rows.mean(), rel=1e-6)
    metric.reset_state()
    assert metric.result() == 0.0
    assert metric(y_true, y_pred, WEIGHTS) == pytest.approx((rows * WEIGHTS).sum() / WEIGHTS.sum(), rel=1e-6)


def test_accuracies():
    best = PROBABILITIES.argmax(1)
    right = (best == LABELS).astype(float)
    np.testing.assert_array_equal(metrics.sparse_categorical_accuracy(LABELS, PROBABILITIES), right)
    np.testing.assert_array_equal(metrics.sparse_categorical_accuracy(LABELS[:, None], PROBABILITIES), right)
    np.testing.assert_array_equal(metrics.categorical_accuracy(ONE_HOT, PROBABILITIES), right)
    np.testing.assert_allclose(
        metrics.binary_accuracy(BITS, PROBABILITIES, 0.3), (PROBABILITIES > 0.3) == BITS
    )
    assert metrics.SparseCategoricalAccuracy()(LABELS, PROBABILITIES) == pytest.approx(right.mean())


@pytest.mark.parametrize("ignored", [-1, 9])
def test_ignored_classes_do_not_count(ignored):
    loss = losses.SparseCategoricalCrossentropy(ignore_class=ignored)
    labels = LABELS.copy()
    labels[:3] = ignored
    rows = -np.log(PROBABILITIES[np.arange(ROWS), LABELS])
    np.testing.assert_allclose(loss.values(labels, PROBABILITIES), [0, 0, 0, *rows[3:]], rtol=1e-6)
    assert loss(labels, PROBABILITIES) == pytest.approx(rows[3:].mean(), rel=1e-6)


def test_functions_are_the_values_of_the_classes():
    np.testing.assert_allclose(losses.mean_squared_error(BITS, PROBABILITIES), CASES["mse"][3], rtol=1e-6)
    np.testing.assert_allclose(
        losses.binary_crossentropy(BITS, LOGITS, from_logits=True), CASES["bce_logits"][3], rtol=1e-6
    )
    assert losses.get(losses.mean_squared_error).name == "mean_squared_error"
    assert metrics.get(losses.mean_absolute_error).name == "mean_absolute_error"


def test_targets_may_lack_the_last_axis():
    assert losses.MeanSquaredError()([1.0, 2.0], [[0.0], [0.0]]) == pytest.approx(2.5)


def test_types_follow_the_predictions():
    assert losses.mean_squared_error([[1.0]], np.zeros((1, 1), np.float32)).dtype == np.float32
    assert losses.mean_squared_error([[1.0]], np.zeros((1, 1), np.float64)).dtype == np.float64


@pytest.mark.parametrize(
    ("module", "name", "cls"),
    [
        (losses, "mse", "MeanSquaredError"),
        (losses, "MSE", "MeanSquaredError"),
        (losses, "mae", "MeanAbsoluteError"),
        (losses, "bce", "BinaryCrossentropy"),
        (losses, "binary_crossentropy", "BinaryCrossentropy"),
        (losses, "SparseCategoricalCrossentropy", "SparseCategoricalCrossentropy"),
        (metrics, "mae", "MeanAbsoluteError"),
        (metrics, "sparse_categorical_accuracy", "SparseCategoricalAccuracy"),
        (optimizers, "sgd", "SGD"),
        (optimizers, "SGD", "SGD"),
        (optimizers, "Adam", "Adam"),
    ],
)
def test_names(module, name, cls):
    assert type(module.get(name)).__name__ == cls


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        (losses, "binary_crossentropi", "Unknown loss.*Did you mean 'binary_crossentropy'"),
        (metrics, "acuracy", "Unknown metric.*Did you mean 'accuracy'"),
        (metrics, "acc", "depends on the targets"),
        (metrics, "binary_acuracy", "Unknown metric.*Did you mean 'binary_accuracy'"),
        (optimizers, "adamm", "Unknown optimizer.*Did you mean 'adam'"),
    ],
)
def test_misspelt_names_get_a_suggestion(module, name, message):
    with pytest.raises(ValueError, match=message):
        module.get(name)


@pytest.mark.parametrize(
    "thing",
    [
        losses.BinaryCrossentropy(True, 0.1, name="mine"),
        losses.SparseCategoricalCrossentropy(ignore_class=0, reduction="sum"),
        metrics.BinaryAccuracy(threshold=0.7),
        metrics.SparseCategoricalCrossentropy(from_logits=True),
        optimizers.SGD(0.5, momentum=0.9, nesterov=True),
        optimizers.Adam(0.01, beta_1=0.8, epsilon=1e-5),
    ],
)
def test_configs(thing):
    module = {losses.Loss: losses, metrics.Metric: metrics, optimizers.Optimizer: optimizers}
    folder = next(folder for base, folder in module.items() if isinstance(thing, base))
    again = folder.deserialize(folder.serialize(thing))
    assert type(again) is type(thing)
    assert again.get_config() == thing.get_config()


def test_a_config_of_a_keras_optimizer_is_read():
    config = {
        "name": "sgd",
        "learning_rate": 0.009999999776482582,
        "weight_decay": None,
        "clipnorm": None,
        "global_clipnorm": None,
        "clipvalue": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": None,
        "loss_scale_factor": None,
        "gradient_accumulation_steps": None,
        "momentum": 0.9,
        "nesterov": False,
    }
    assert optimizers.SGD.from_config(config).momentum == 0.9
    assert optimizers.SGD.from_config({**config, "clipnorm": 1.0}).clipnorm == 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.SGD("fast"), "learning.rate"),
        (lambda: optimizers.SGD(-0.1), "learning.rate"),
        (lambda: optimizers.SGD(float("nan")), "learning.rate"),
        (lambda: optimizers.SGD(momentum=2.0), "momentum"),
        (lambda: optimizers.SGD(0.1, weight_decay=-0.1), "weight_decay"),
        (lambda: optimizers.SGD(0.1, decay=0.1), "no argument 'decay'"),
        (lambda: optimizers.Adam(beta_1=1.0), "beta_1"),
        (lambda: optimizers.SGD(0.1, loss_scale_factor=-2.0), "loss_scale_factor.*-2.0"),
        (
            lambda: optimizers.SGD(gradient_accumulation_steps=2**31),
            "gradient_accumulation.*2147483648",
        ),
        (lambda: optimizers.SGD(ema_overwrite_frequency=2**31), "ema_overwrite_frequency.*2147483648"),
        (lambda: metrics.AUC(100_001), "num_thresholds.*100001"),
        (lambda: metrics.AUC(2.5), "num_thresholds.*2.5"),
        (lambda: metrics.AUC(name=["area"]), "AUC: 'name' must be a str.*list"),
        (lambda: losses.CategoricalCrossentropy(axis="classes"), "axis"),
        (lambda: losses.BinaryCrossentropy(label_smoothing=2.0), "label_smoothing"),
        (lambda: losses.MeanSquaredError(reduction="median"), "reduction"),
        (lambda: losses.MeanSquaredError(reduction="none").spec(), "reduction"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_thresholds_take_no_memory_before_they_are_used():
    tracemalloc.start()
    kept = [metrics.AUC(100_000) for _ in range(100)]
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 1 << 20
    assert len(kept[0].thresholds) == 100_000


def test_losses_alone_agree_with_training():
    model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(CLASSES, "softmax")])
    model.compile("sgd", losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy"])
    x = RNG.normal(size=(ROWS, 4))
    loss, accuracy = model.evaluate(x, ONE_HOT, verbose=0)
    outputs = model.predict(x, verbose=0)
    assert loss == pytest.approx(
        losses.CategoricalCrossentropy(label_smoothing=0.1)(ONE_HOT, outputs), rel=1e-5
    )
    assert accuracy == pytest.approx(metrics.CategoricalAccuracy()(ONE_HOT, outputs))


def share_above(y_true, y_pred, limit):
    return (y_pred > limit).mean(axis=-1)


def test_a_wrapped_function_is_in_the_config_of_its_metric():
    metric = lamella.metrics.MeanMetricWrapper(share_above, name="above", limit=0.5)
    config = lamella.metrics.serialize(metric)
    again = lamella.metrics.deserialize(config, custom_objects={"share_above": share_above})
    assert again.name == "above"
    x = np.array([[0.4, 0.6]])
    assert again(np.zeros_like(x), x) == metric(np.zeros_like(x), x) == 0.5
    with pytest.raises(ValueError, match="Unknown metric function 'share_above'"):
        lamella.metrics.deserialize(config)


UNEQUAL = [[0.5, 0.5], [1.0]]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: losses.MeanSquaredError()(np.ones((2, 2)), UNEQUAL), "y_pred"),
        (lambda: losses.Dice()(np.ones((2, 2)), np.ones((2, 2)), UNEQUAL), "sample_weight"),
        (lambda: losses.categorical_crossentropy(np.ones((2, 2)), UNEQUAL), "y_pred"),
        (lambda: metrics.AUC().update_state(np.ones((2, 2)), np.ones((2, 2)), UNEQUAL), "sample_weight"),
        (lambda: metrics.CategoricalCrossentropy().update_state(np.ones((2, 2)), UNEQUAL), "y_pred"),
    ],
)
def test_rows_of_unequal_lengths_are_refused_by_name(call, argument):
    with pytest.raises(
        ValueError, match=f"{argument} must have rows of one length. Received: row 0 of length 2"
    ):
        call()
