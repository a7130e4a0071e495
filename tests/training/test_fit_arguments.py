"""Arguments of fit, evaluate and predict: what each does, and which values are refused before any work."""

import inspect
import itertools

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers

X = np.arange(10, dtype=np.float32)[:, None]
ZEROS = np.zeros(10, np.float32)


def model(rate=0.0, **options):
    """A model whose output is its input, as long as the rate is 0."""
    network = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    network.compile(lamella.optimizers.SGD(rate), "mae", **options)
    return network


def fit(network=None, x=X, y=ZEROS, **options):
    return (network or model()).fit(x, y, verbose=0, **options)


# Steps without a batch size: all rows in that many batches.


class Sizes(lamella.callbacks.Callback):
    """Counts the batches of an epoch, of a validation and of a prediction."""

    def __init__(self):
        super().__init__()
        self.train, self.test, self.predict = 0, 0, 0

    def on_train_batch_end(self, batch, logs=None):
        self.train += 1

    def on_test_batch_end(self, batch, logs=None):
        self.test += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.predict += 1


@pytest.mark.parametrize(("steps", "batches"), [(1, 1), (3, 3), (4, 4), (10, 10)])
def test_steps_alone_cut_all_rows_into_so_many_batches(steps, batches):
    sizes = Sizes()
    network = model()
    assert len(network.predict(X, steps=steps, verbose=0, callbacks=[sizes])) == 10
    assert network.evaluate(X, ZEROS, steps=steps, verbose=0, callbacks=[sizes]) == pytest.approx(4.5)
    assert (sizes.test, sizes.predict) == (batches, batches)
    history = fit(
        network, steps_per_epoch=steps, validation_data=(X, ZEROS), validation_steps=steps, callbacks=[sizes]
    ).history
    assert history["loss"] == pytest.approx([4.5])
    assert history["val_loss"] == pytest.approx([4.5])
    assert (sizes.train, sizes.test) == (batches, 2 * batches)


def test_steps_with_a_batch_size_are_so_many_batches_of_it():
    network = model()
    np.testing.assert_array_equal(network.predict(X, batch_size=3, steps=2, verbose=0), X[:6])
    assert network.evaluate(X, ZEROS, batch_size=2, steps=2, verbose=0) == pytest.approx(1.5)
    options = {"validation_data": (X, ZEROS), "validation_steps": 2}
    assert fit(batch_size=2, **options).history["val_loss"] == pytest.approx([1.5])
    assert fit(validation_batch_size=3, **options).history["val_loss"] == pytest.approx([2.5])
    assert fit(steps_per_epoch=5, **options).history["val_loss"] == pytest.approx([4.5])


@pytest.mark.parametrize(("steps", "batches"), [(6, 5), (100, 10)])
def test_more_steps_than_batches_use_all_rows_and_say_so(steps, batches):
    """10 rows in 6 steps are 2 rows a step: 5 steps."""
    network = model()
    with pytest.warns(UserWarning, match=f"steps={steps}.* {batches}"):
        assert len(network.predict(X, steps=steps, verbose=0)) == 10
    with pytest.warns(UserWarning, match=f"steps={steps}.* {batches}"):
        assert network.evaluate(X, ZEROS, steps=steps, verbose=0) == pytest.approx(4.5)
    with pytest.warns(UserWarning, match=f"steps_per_epoch={steps}"):
        assert fit(steps_per_epoch=steps, epochs=2).history["loss"] == pytest.approx([4.5, 4.5])


def test_sparse_matrices_are_cut_the_same_way():
    sparse = pytest.importorskip("scipy.sparse").csr_array(X)
    network = model()
    assert network.predict(sparse, steps=3, verbose=0).shape == (10, 1)
    assert network.evaluate(sparse, ZEROS, steps=3, verbose=0) == pytest.approx(4.5)


# Epochs, order, validation.


def test_epochs_count_from_the_initial_one():
    assert fit(epochs=5, initial_epoch=3).epoch == [3, 4]
    assert fit(epochs=3, initial_epoch=5).epoch == []
    assert fit(epochs=0).history == {}
    assert fit(epochs=2.0).epoch == [0, 1]


def test_rows_within_batches_may_be_shuffled_which_changes_no_batch():
    losses = []
    for shuffle in (False, "batch"):
        network = model(0.1)
        fit(network, batch_size=3, shuffle=shuffle, epochs=2)
        losses.append(network.get_weights())
    np.testing.assert_allclose(losses[0][0], losses[1][0], rtol=1e-6)


@pytest.mark.parametrize("frequency", [[1, 3], (1, 3), {1, 3}, range(1, 4, 2)])
def test_validation_after_some_epochs(frequency):
    history = fit(epochs=4, validation_data=(X, ZEROS), validation_freq=frequency).history
    assert len(history["val_loss"]) == 2


def test_validation_data_comes_before_a_split():
    history = fit(validation_split=0.5, validation_data=(X + 1, ZEROS)).history
    assert history["val_loss"] == pytest.approx([5.5])
    assert history["loss"] == pytest.approx([4.5])


REFUSED = {
    "epochs": [1.5, -1, "3", None, np.nan, True],
    "initial_epoch": [-1, 0.5, None],
    "batch_size": [0, -1, 2.5, "8", np.inf, True],
    "steps_per_epoch": [0, -3, 1.5, "2"],
    "validation_steps": [0, 2.5, "all"],
    "validation_batch_size": [0, -2, 1.5],
    "validation_freq": [0, -1, 1.5, "2", None, [0, 1], ["a"]],
    "validation_split": [-0.1, 1.0, 2, "half", None, np.nan, [0.1]],
    "shuffle": ["rows", 2, None],
    "verbose": [3, -1, "loud", None, 0.5, []],
    "class_weight": [[1.0, 2.0], np.ones(2), "balanced", "heavy", 2.0, {1.5: 1.0}, {"a": 1.0}, {0: "b"}],
    "validation_data": [X, (X,), 3, "x", {}, (X, ZEROS, ZEROS, ZEROS)],
    "sample_weight": [ZEROS[:5], 1.0, "x"],
}


@pytest.mark.parametrize(
    ("argument", "value"), [(argument, value) for argument, values in REFUSED.items() for value in values]
)
def test_absurd_values_are_refused_by_name_before_any_work(argument, value):
    network = model(0.1)
    with pytest.raises((TypeError, ValueError), match=argument):
        fit(network, **{argument: value})
    assert network.get_weights()[0] == [[1.0]]
    assert network.metrics_names == []


@pytest.mark.parametrize("call", ["evaluate", "predict"])
@pytest.mark.parametrize(
    ("argument", "value"), [("batch_size", 0), ("steps", 0), ("steps", 1.5), ("verbose", 7)]
)
def test_evaluate_and_predict_refuse_the_same(call, argument, value):
    data = (X, ZEROS) if call == "evaluate" else (X,)
    with pytest.raises(ValueError, match=f"{call}: '{argument}'"):
        getattr(model(), call)(*data, **{"verbose": 0, argument: value})


ABSURD = [
    *(None, True, 0, 1, -1, 2.5, 10**40, np.nan, np.inf, "", "x", b"x", [], (), {}, set(), [None], {"a": 1}),
    *(object(), len, np.array(3), np.array([]), np.zeros((0, 4)), np.zeros((2, 2)), np.array(["x"] * 10)),
    *(
        1 + 2j,
        range(3),
        [X],
        [(X, ZEROS), None],
        [()],
        np.datetime64("2020"),
        np.float32(2),
        slice(3),
        np,
        type,
    ),
]
METHODS = ["fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"]


@pytest.mark.filterwarnings("ignore::UserWarning")  # data that runs out, where an absurd value is none
@pytest.mark.parametrize("method", METHODS)
def test_every_argument_is_taken_or_refused_by_name(method):
    """What somebody passes by mistake never ends in an error that says nothing of the argument."""
    parameters = inspect.signature(getattr(Sequential, method)).parameters
    data = {name: value for name, value in (("x", X), ("y", ZEROS), ("verbose", 0)) if name in parameters}
    also_named = {"x": "inputs of shape", "callbacks": "Callback"}
    unnamed = []
    for argument, value in itertools.product(list(parameters)[1:], ABSURD):
        if argument == "epochs" and isinstance(value, int) and value > 1:
            continue  # a wish like another
        try:
            getattr(model(), method)(**{**data, argument: value})
        except (TypeError, ValueError) as error:
            if argument not in str(error) and also_named.get(argument, argument) not in str(error):
                unnamed.append((argument, value, str(error)))
    assert unnamed == []


def test_what_is_wrong_with_validation_data_is_told_as_such():
    for data in ((X, ZEROS[:-1]), (X[:, [0, 0]], ZEROS), (X.astype(str), ZEROS), (X, None)):
        with pytest.raises((TypeError, ValueError), match="validation_data"):
            fit(validation_data=data)


# Weights of classes.

FEATURES = np.random.default_rng(3).normal(size=(24, 4)).astype(np.float32)
CLASSES = np.arange(24) % 3


def classifier(loss, units=3, shape=(4,), **options):
    lamella.utils.set_random_seed(1)
    activation = "sigmoid" if units == 1 else "softmax"
    network = Sequential([Input(shape), layers.Dense(units, activation=activation)])
    network.compile("sgd", loss, **options)
    return network


KINDS = {
    "binary": ("binary_crossentropy", 1, (CLASSES > 0).astype(int)),
    "binary column": ("binary_crossentropy", 1, (CLASSES > 0)[:, None]),
    "labels": ("sparse_categorical_crossentropy", 3, CLASSES),
    "column of labels": ("sparse_categorical_crossentropy", 3, CLASSES[:, None].astype(np.float32)),
    "one-hot": ("categorical_crossentropy", 3, np.eye(3)[CLASSES]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_class_weights_weigh_the_rows_of_training_and_nothing_else(kind):
    loss, units, y = KINDS[kind]
    labels = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    weights = {0: 0.5, 1: 25.0}
    options = {"batch_size": 5, "shuffle": False, "verbose": 0}
    by_class = classifier(loss, units, metrics=["accuracy"], weighted_metrics=["accuracy"])
    history = by_class.fit(FEATURES, y, class_weight=weights, validation_split=0.25, **options).history
    by_row = classifier(loss, units, metrics=["accuracy"], weighted_metrics=["accuracy"])
    rows = np.array([weights.get(int(label), 1.0) for label in labels[:18]])
    expected = by_row.fit(FEATURES[:18], y[:18], sample_weight=rows, **options).history
    for name, values in expected.items():  # the metrics that are not weighted too
        assert history[name] == pytest.approx(values, rel=1e-6)
    plain = by_class.evaluate(FEATURES[18:], y[18:], verbose=0, return_dict=True)
    for name, value in plain.items():
        assert history[f"val_{name}"] == pytest.approx([value], rel=1e-6)
    for left, right in zip(by_class.get_weights(), by_row.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(
    "weights",
    [
        {np.int64(0): np.float32(2), np.uint8(2): 3},
        {"0": 2.0, "2": 3.0},
        {0.0: 2, 1: 1.0, 2: np.array(3.0)},
        {False: 2.0, 2: 3.0, 7: 9.0},
    ],
)
def test_class_weights_in_many_forms(weights):
    losses = [
        classifier("sparse_categorical_crossentropy").train_on_batch(FEATURES, CLASSES, class_weight=given)
        for given in ({0: 2.0, 1: 1.0, 2: 3.0}, weights)
    ]
    assert losses[0] == losses[1]


def test_classes_of_time_steps_are_weighed_step_by_step():
    x = np.random.default_rng(0).normal(size=(6, 5, 4))
    y = np.random.default_rng(1).integers(0, 3, (6, 5))
    by_step = np.where(y == 1, 4.0, 1.0)
    for loss, targets in (
        ("sparse_categorical_crossentropy", y),
        ("sparse_categorical_crossentropy", y[..., None]),
        ("categorical_crossentropy", np.eye(3)[y]),
    ):
        network = classifier(loss, shape=(5, 4))
        expected = network.test_on_batch(x, targets, sample_weight=by_step)
        assert network.train_on_batch(x, targets, class_weight={1: 4.0}) == pytest.approx(expected, rel=1e-6)


def test_class_weights_of_batches_and_sparse_matrices():
    sparse = pytest.importorskip("scipy.sparse").csr_array(FEATURES)
    batches = [(FEATURES[i : i + 6], CLASSES[i : i + 6]) for i in range(0, 24, 6)]
    results = []
    for data in ((FEATURES, CLASSES), (sparse, CLASSES), (iter(batches), None)):
        network = classifier("sparse_categorical_crossentropy")
        network.fit(*data, class_weight={0: 5.0}, batch_size=6, shuffle=False, verbose=0)
        results.append(network.get_weights()[0])
    np.testing.assert_allclose(results[1], results[0], rtol=1e-6)
    np.testing.assert_array_equal(results[2], results[0])


@pytest.mark.parametrize(
    "weights", [{0: -1.0}, {0: np.nan}, {0: np.inf}, {0: None}, {0: {1: 2.0}}, {None: 1.0}]
)
@pytest.mark.parametrize("call", ["fit", "train_on_batch"])
def test_weights_that_weigh_nothing_are_refused(call, weights):
    network = classifier("sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=f"{call}: .*'class_weight'"):
        getattr(network, call)(FEATURES, CLASSES, class_weight=weights)


@pytest.mark.parametrize(
    ("weights", "cure"), [([1.0, 2.0, 3.0], r"dict\(enumerate"), ("balanced", r"len\(y\)")]
)
def test_other_forms_of_class_weights_are_refused_with_the_cure(weights, cure):
    with pytest.raises(ValueError, match=cure):
        classifier("sparse_categorical_crossentropy").fit(FEATURES, CLASSES, class_weight=weights, verbose=0)


def test_one_kind_of_weights_at_a_time():
    network = classifier("sparse_categorical_crossentropy")
    ones = np.ones(24)
    for data in ((FEATURES, CLASSES, ones), (iter([(FEATURES, CLASSES, ones)]), None, None)):
        x, y, weights = data
        with pytest.raises(ValueError, match="not both"):
            network.fit(x, y, sample_weight=weights, class_weight={0: 2.0}, verbose=0)
