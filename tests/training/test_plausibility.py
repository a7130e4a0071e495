"""What the first `fit` warns of, and all that it must not warn of."""

import warnings

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers, losses, optimizers
from lamella.models import PlausibilityWarning

RNG = np.random.default_rng(6)
X = RNG.normal(size=(48, 6)).astype("float32")
NUMBERS = X.sum(axis=1, keepdims=True)
BINARY = (NUMBERS > 0).astype("float32")
CLASSES = np.arange(48) % 3
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
PICTURES = RNG.integers(0, 256, (48, 8, 8, 3)).astype("uint8")


def fit(stack, loss, x, y, metrics=None, optimizer="adam", **options):
    model = Sequential([Input(x.shape[1:]), *stack])
    model.compile(optimizer, loss, metrics=metrics)
    model.fit(x, y, verbose=0, **options)
    return model


def dense(units, activation=None, name="out"):
    return [layers.Dense(8, "relu"), layers.Dense(units, activation, name=name)]


SPARSE, BINARY_LOGITS = losses.SparseCategoricalCrossentropy, losses.BinaryCrossentropy(from_logits=True)

DOUBTS = {
    "softmax and logits": (dense(3, "softmax"), SPARSE(from_logits=True), X, CLASSES, "from_logits=False"),
    "sigmoid and logits": (dense(1, "sigmoid"), BINARY_LOGITS, X, BINARY, "ends in sigmoid"),
    "layer Softmax and logits": (
        [*dense(3, name="inner"), layers.Softmax(name="out")],
        losses.CategoricalCrossentropy(from_logits=True),
        X,
        ONE_HOT,
        "squashes its outputs once more",
    ),
    "no softmax": (dense(3), "sparse_categorical_crossentropy", X, CLASSES, "activation='softmax', or pass"),
    "relu": (dense(3, "relu"), "categorical_crossentropy", X, ONE_HOT, "ends in relu: give"),
    "no sigmoid": (dense(1), "binary_crossentropy", X, BINARY, "activation='sigmoid'"),
    "tanh": (dense(1, "tanh"), "binary_focal_crossentropy", X, BINARY, "activation='sigmoid'"),
    "divergence of numbers": (dense(3), "kl_divergence", X, ONE_HOT, "activation='softmax'$"),
    "softmax of one unit": (dense(1, "softmax"), "binary_crossentropy", X, BINARY, "always 1"),
    "classes between classes": (
        dense(3, "softmax"),
        "sparse_categorical_crossentropy",
        X,
        CLASSES / 2,
        "whole numbers of classes, and y holds 0.5",
    ),
    "signs": (dense(1, "sigmoid"), "binary_crossentropy", X, 2 * BINARY - 1, r"\(y \+ 1\) / 2"),
    "three classes in one output": (dense(1, "sigmoid"), "bce", X, CLASSES, "a unit a class"),
    "pixels": (dense(1, "sigmoid"), "bce", X, 100 * NUMBERS, "scale y"),
    "several classes": (
        dense(3, "softmax"),
        "categorical_crossentropy",
        X,
        np.maximum(ONE_HOT, ONE_HOT[::-1] * [1, 0, 1]),
        "'binary_crossentropy' behind sigmoid",
    ),
    "classes of a hinge": (dense(1), "hinge", X, CLASSES, "targets of -1 and 1"),
    "negative counts": (dense(1, "softplus"), "poisson", X, NUMBERS, "no negative targets"),
    "shares of zero": (dense(1), "mape", X, BINARY, "divides by the targets"),
    "large inputs": (dense(1), "mse", 1e3 * X, NUMBERS, "Normalization"),
    "one large column": (dense(1), "mse", X * [1, 1, 1, 1, 1, 5e4], NUMBERS, "root mean square"),
    "tiny inputs": (dense(1), "mse", 1e-7 * X, NUMBERS, "root mean square"),
    "bytes": ([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(1)], "mse", PICTURES, NUMBERS, "1 / 255"),
    "bytes, flat": ([layers.Flatten(), layers.Dense(1)], "mse", PICTURES, NUMBERS, "Rescaling"),
    "constant targets": (dense(1), "mse", X, np.full(48, 3.5), "All targets are 3.5"),
    "one class": (
        dense(3, "softmax"),
        "categorical_crossentropy",
        X,
        ONE_HOT[:1].repeat(48, 0),
        "same values",
    ),
}


@pytest.mark.filterwarnings("ignore:The loss of step")  # which may well come of them
@pytest.mark.parametrize("case", DOUBTS)
def test_doubts_name_layer_loss_and_cure(case):
    stack, loss, x, y, cure = DOUBTS[case]
    lamella.utils.set_random_seed(0)
    with pytest.warns(PlausibilityWarning, match=cure) as caught:
        model = fit(stack, loss, x, y)
    (warning,) = [warning for warning in caught if warning.category is PlausibilityWarning]
    text = str(warning.message)
    assert f"'{model._compiled.loss.name}'" in text
    assert any(f"'{layer.name}'" in text for layer in model.layers)
    assert warning.filename == __file__


@pytest.mark.parametrize(
    ("loss", "y"), [("mse", NUMBERS), ("mae", X), ("huber", CLASSES[:, None]), ("log_cosh", X[:, :2])]
)
def test_accuracy_of_a_regression(loss, y):
    with pytest.warns(PlausibilityWarning, match=r"metric 'accuracy' counts classes.*\['mae'\]"):
        fit(dense(y.shape[1]), loss, X, y, metrics=["accuracy"])


def test_it_warns_once_after_compile():
    with pytest.warns(PlausibilityWarning):
        model = fit(dense(1), "bce", X, BINARY)
    model.fit(X, BINARY, verbose=0)
    model.compile(model.optimizer, "bce")
    model.fit(X, BINARY, verbose=0)
    model.compile("sgd", "bce")
    with pytest.warns(PlausibilityWarning, match="activation='sigmoid'"):
        model.fit(X, BINARY, verbose=0)


def test_batches_are_looked_at_too():
    model = Sequential([Input((6,)), *dense(1)])
    model.compile("adam", "bce")
    with pytest.warns(PlausibilityWarning, match="activation='sigmoid'"):
        model.fit(iter([(X, np.ones(48))]), verbose=0)


def test_what_is_refused_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="Targets must have the shape"):
            fit(dense(3), "categorical_crossentropy", 1e4 * X, CLASSES)


def test_as_an_error_it_comes_again():
    model = Sequential([Input((6,)), *dense(1)])
    model.compile("adam", "bce")
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(PlausibilityWarning):
                model.fit(X, BINARY, verbose=0)


LABELS_OF_PIXELS = RNG.integers(0, 2, (48, 8, 8, 1))
SOFT = np.float32(0.9) * ONE_HOT + np.float32(0.1 / 3)
RARE = np.zeros(48)
RARE[7] = 1

HEALTHY = {
    "binary": (dense(1, "sigmoid"), "binary_crossentropy", X, BINARY, ["accuracy"]),
    "binary, logits": (dense(1), BINARY_LOGITS, X, BINARY, ["accuracy"]),
    "soft binary": (dense(1, "sigmoid"), "binary_crossentropy", X, 0.05 + 0.9 * BINARY, ["accuracy"]),
    "two units": (dense(2, "softmax"), "sparse_categorical_crossentropy", X, BINARY, ["accuracy"]),
    "logits": (dense(3), SPARSE(from_logits=True), X, CLASSES, ["accuracy"]),
    "log of softmax as logits": (dense(3, "log_softmax"), SPARSE(from_logits=True), X, CLASSES, None),
    "classes as floats": (dense(3, "softmax"), "sparse_categorical_crossentropy", X, CLASSES * 1.0, ["acc"]),
    "one-hot": (dense(3, "softmax"), "categorical_crossentropy", X, ONE_HOT, ["accuracy"]),
    "label smoothing": (
        dense(3, "softmax"),
        losses.CategoricalCrossentropy(label_smoothing=0.2),
        X,
        ONE_HOT,
        ["accuracy"],
    ),
    "soft labels": (dense(3, "softmax"), "categorical_crossentropy", X, SOFT, ["accuracy"]),
    "soft labels, half precision": (dense(3, "softmax"), "kl_divergence", X, SOFT.astype("float16"), None),
    "advantages": (dense(3, "softmax"), "categorical_crossentropy", X, ONE_HOT * NUMBERS, None),
    "several labels": (
        dense(3, "sigmoid"),
        "bce",
        X,
        np.maximum(ONE_HOT, ONE_HOT[::-1]),
        ["binary_accuracy"],
    ),
    "signs and a hinge": (dense(1), "hinge", X, 2 * BINARY - 1, ["accuracy"]),
    "signs and tanh": (dense(1, "tanh"), "mse", X, 2 * BINARY - 1, ["accuracy"]),
    "squared error of classes": (dense(1, "sigmoid"), "mse", X, BINARY, ["accuracy"]),
    "squared error, one-hot": (dense(3, "sigmoid"), "mse", X, ONE_HOT, ["accuracy"]),
    "squared error, soft": (dense(3, "softmax"), "mse", X, SOFT * [0.8, 1, 1] + 0.0, ["mae"]),
    "squared error of distributions": (dense(3, "softmax"), "mse", X, SOFT, ["accuracy"]),
    "regression": (dense(1), "mse", X, NUMBERS, ["mae"]),
    "regression in thousands": (dense(1), "mse", X, 1e5 * NUMBERS, ["mae"]),
    "counts": (dense(1, "exponential"), "poisson", X, CLASSES, None),
    "autoencoder": (dense(6), "mse", X, X, None),
    "autoencoder of pixels": (dense(6, "sigmoid"), "bce", X % 1, X % 1, None),
    "segmentation": (
        [
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, padding="same"),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ],
        "bce",
        PICTURES,
        LABELS_OF_PIXELS,
        ["accuracy"],
    ),
    "pixels of classes": (
        [layers.Rescaling(1 / 255), layers.Conv2D(3, 3, padding="same"), layers.Softmax()],
        "sparse_categorical_crossentropy",
        PICTURES,
        LABELS_OF_PIXELS,
        ["accuracy"],
    ),
    "normalised bytes": (
        [
            layers.RandomFlip(),
            layers.BatchNormalization(),
            layers.Conv2D(4, 3),
            layers.Flatten(),
            layers.Dense(1),
        ],
        "mse",
        PICTURES,
        NUMBERS,
        None,
    ),
    "normalisation behind the layer": (
        [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Flatten(), layers.Dense(1)],
        "mse",
        PICTURES,
        NUMBERS,
        None,
    ),
    "degrees": (dense(1), "mse", 20 + 10 * X, NUMBERS, None),
    "sixteen shades": (dense(1), "mse", np.abs(8 * X), NUMBERS, None),
    "bags of words": (dense(1, "sigmoid"), "bce", (X > 2.0) * 1.0, BINARY, None),
    "shares of words": (dense(1, "sigmoid"), "bce", np.abs(X) / 1e3, BINARY, None),
    "inputs of zeros": (dense(1), "mse", X * 0, NUMBERS, None),
    "a rare class": (dense(1, "sigmoid"), "bce", X, RARE, ["accuracy"]),
    "few rows of one class": (dense(1, "sigmoid"), "bce", X[:8], np.ones(8), ["accuracy"]),
    "generalised cross-entropy": (
        dense(3, "softmax"),
        "categorical_generalized_cross_entropy",
        X,
        CLASSES,
        ["accuracy"],
    ),
    "dice": (dense(1, "sigmoid"), "dice", X, BINARY, None),
    "maxout of probabilities": (
        [*dense(4, "softmax"), layers.Dense(2, "sigmoid")],
        "mse",
        X,
        X[:, :2] % 1,
        None,
    ),
}


@pytest.mark.parametrize("case", HEALTHY)
def test_healthy_programs_are_left_alone(case):
    stack, loss, x, y, metrics = HEALTHY[case]
    fit(stack, loss, x, y, metrics, epochs=2)


def test_an_adapted_normalization_takes_any_scale():
    normalization = layers.Normalization()
    normalization.adapt(1e4 * X)
    fit([normalization, *dense(1)], "mse", 1e4 * X, NUMBERS)


def test_a_rate_that_was_chosen_for_the_scale():
    fit(dense(1), "mse", 60 * X, NUMBERS, optimizer=optimizers.SGD(1e-6, momentum=0.9))


def test_rows_without_weight_do_not_count():
    y = np.where(np.arange(48)[:, None] % 4, BINARY, -1)
    fit(dense(1, "sigmoid"), "bce", X, y, sample_weight=(y[:, 0] >= 0) * 1.0)


def test_a_generator_behind_which_a_frozen_discriminator_stands():
    discriminator = Sequential([Input((6,)), *dense(1, "sigmoid")])
    discriminator.trainable = False
    fit([layers.Dense(6), discriminator], "bce", X, np.ones(48))


def test_layers_and_losses_of_your_own_are_left_alone():
    class Squashed(layers.Layer):
        def forward(self, x):
            return 1 / (1 + np.exp(-x))

        def backward(self, x, y, gradient):
            return gradient * y * (1 - y)

    def squared(y_true, y_pred):
        return ((y_pred - y_true) ** 2).mean(axis=-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    fit([*dense(1), Squashed()], "bce", X, BINARY)
    fit(dense(1), squared, X, np.ones(48))


def test_steps_by_hand_are_not_looked_at():
    model = Sequential([Input((6,)), *dense(1)])
    model.compile("adam", "bce")
    model.train_on_batch(1e4 * X, np.ones(48))
    model.fit(1e4 * X, np.ones(48), verbose=0)  # the optimizer has trained before


def test_the_look_changes_nothing():
    weights = []
    for check in (True, False):
        lamella.utils.set_random_seed(2)
        model = Sequential([Input((6,)), *dense(1)])
        model.compile("adam", "mse", metrics=["mae"])
        model._compiled.looked_at = check
        model.fit(X, NUMBERS, verbose=0, epochs=2)
        weights.append(model.get_weights())
    for looked, plain in zip(*weights, strict=True):
        np.testing.assert_array_equal(looked, plain)
