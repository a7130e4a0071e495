"""Whatever users, files, callbacks and other threads do: native code stays within its memory.

What could crash runs in a process of its own.
"""

import numpy as np
import pytest

import lamella
from lamella import _core, layers, losses, metrics
from lamella.regularizers import Regularizer
from own_process import output_of


def classifier(metric=None, loss="mse", units=3, activation="softmax"):
    model = lamella.Sequential([layers.Input((4,)), layers.Dense(units, activation)])
    model.compile("sgd", loss, metrics=None if metric is None else [metric])
    return model


X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
LABELS = np.arange(8) % 3
ONE_HOT = np.eye(3, dtype="float32")[LABELS]

# Metrics that speak of more outputs than there are.

BEYOND = {
    "class_id": (
        lambda value: metrics.Precision(class_id=value),
        (3, 100, 2**31, 2**40),
        "class_id must be from 0 to 2",
    ),
    "recall": (lambda value: metrics.Recall(class_id=value), (3, 2**40), "class_id must be from 0 to 2"),
    "top_k": (lambda value: metrics.Precision(top_k=value), (4, 2**40), "top_k must be from 1 to 3"),
    "label_weights": (
        lambda value: metrics.AUC(multi_label=True, label_weights=[1.0] * value),
        (1, 2, 4),
        "label_weights must be 3 numbers",
    ),
}
BEYOND_CASES = [(make, value, words) for make, values, words in BEYOND.values() for value in values]


@pytest.mark.parametrize(("make", "value", "words"), BEYOND_CASES)
def test_metrics_of_more_outputs_than_there_are_are_refused(make, value, words):
    for use in (
        lambda: classifier(make(value)).fit(X, ONE_HOT, verbose=0),
        lambda: classifier(make(value)).evaluate(X, ONE_HOT, verbose=0),
        lambda: classifier(make(value)).test_on_batch(X, ONE_HOT),
        lambda: make(value).update_state(ONE_HOT, ONE_HOT),
    ):
        with pytest.raises(ValueError, match=words):
            use()


def test_the_last_output_and_all_of_them_are_there():
    found = classifier(metrics.Precision(class_id=2)).evaluate(X, ONE_HOT, verbose=0)
    assert len(found) == 2
    assert metrics.Precision(class_id=2)(ONE_HOT, ONE_HOT) == 1.0
    assert metrics.Precision(top_k=3)(ONE_HOT, ONE_HOT) == pytest.approx(1 / 3)
    assert metrics.AUC(multi_label=True, label_weights=[1, 2, 3])(ONE_HOT, ONE_HOT) == pytest.approx(1.0)


def test_a_metric_of_a_file_meets_the_outputs_like_any_other(tmp_path):
    model = classifier(metrics.Recall(class_id=7))
    model.save(tmp_path / "model.keras")
    loaded = lamella.saving.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"class_id must be from 0 to 2.*Received: class_id=7"):
        loaded.evaluate(X, ONE_HOT, verbose=0)
    loaded.compile("sgd", "mse", metrics=[metrics.Recall(class_id=1)])
    assert len(loaded.evaluate(X, ONE_HOT, verbose=0)) == 2


@pytest.mark.parametrize("kind", ["precision", "auc", "fbeta_score", "r2_score"])
def test_a_state_that_is_not_the_metrics_is_refused(kind):
    settings = {
        "thresholds": [0.5],
        "curve": "ROC",
        "summation_method": "minoring",
        "multi_label": True,
        "label_weights": [1.0, 2.0],
        "beta": 1.0,
        "average": "none",
        "class_aggregation": "none",
        "num_regressors": 0,
    }
    state = _core.MetricState((kind, settings))
    for cols, values in ((2**62, []), (2**60, [0.0] * 4), (3, [0.0] * 5), (2, [])):
        with pytest.raises(ValueError, match=r"state|label_weights|does not fit"):
            state.set_values(cols, values)


def test_predictions_that_are_not_numbers_are_counted_somewhere():
    scores = np.array([[np.nan], [0.2], [0.8], [np.inf], [-np.inf]], dtype="float32")
    truth = np.array([[1], [0], [1], [1], [0]], dtype="float32")
    assert 0 <= metrics.AUC()(truth, scores) <= 1
    assert metrics.Precision(thresholds=[0.0, 0.5, 1.0])(truth, scores).shape == (3,)


# Labels that change between the check of all of them and a batch.

KINDS = {
    "softmax": (3, "softmax", losses.SparseCategoricalCrossentropy, None),
    "many classes": (1000, "softmax", losses.SparseCategoricalCrossentropy, None),
    "sigmoids": (3, "sigmoid", losses.SparseCategoricalCrossentropy, None),
    "generalised": (3, "softmax", losses.CategoricalGeneralizedCrossEntropy, None),
    "top k": (3, "softmax", losses.SparseCategoricalCrossentropy, metrics.SparseTopKCategoricalAccuracy(2)),
}


class Change(lamella.callbacks.Callback):
    """Changes a label behind the first batch."""

    def __init__(self, y, row, value):
        super().__init__()
        self.y, self.row, self.value = y, row, value

    def on_train_batch_end(self, batch, logs=None):
        self.y[self.row] = self.value

    def on_test_batch_end(self, batch, logs=None):
        self.y[self.row] = self.value


@pytest.mark.parametrize("call", ["fit", "evaluate"])
@pytest.mark.parametrize("dtype", ["int64", "int16", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_labels_changed_by_a_callback_are_refused(kind, dtype, call):
    units, activation, loss, metric = KINDS[kind]
    y = (np.arange(64) % 3).astype(dtype)
    x = np.tile(X, (8, 1))
    model = classifier(metric, loss(), units, activation)
    value = 1000
    arguments = {"shuffle": False} if call == "fit" else {}
    words = f"class indices from 0 to {units - 1}, .*Received: label {value} in row 40"
    with pytest.raises(ValueError, match=words):
        getattr(model, call)(x, y, batch_size=32, verbose=0, callbacks=[Change(y, 40, value)], **arguments)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_refused_step_leaves_the_model_as_it_was(threads):
    """Also where each thread gathers its own rows."""
    before = lamella.config.num_threads()
    lamella.config.set_num_threads(threads)
    try:
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(512, 64)).astype("float32"), rng.integers(0, 10, 512)

        def trained(spoil):
            lamella.utils.set_random_seed(1)
            model = lamella.Sequential(
                [
                    layers.Input((64,)),
                    layers.Dense(64, "relu"),
                    layers.Dense(64, "relu"),
                    layers.Dense(10, "softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(x[:256], y[:256], batch_size=256, shuffle=False, verbose=0)
            if spoil:
                changed = y.copy()
                with pytest.raises(ValueError, match="label 10 in row 200"):
                    model.fit(
                        x[128:],
                        changed[128:],
                        batch_size=128,
                        shuffle=False,
                        verbose=0,
                        callbacks=[Change(changed, 328, 10)],
                    )
            else:
                model.fit(x[128:256], y[128:256], batch_size=128, shuffle=False, verbose=0)
            model.fit(x[256:], y[256:], batch_size=128, shuffle=False, verbose=0)
            return model.get_weights()

        for spoilt, whole in zip(trained(True), trained(False), strict=True):
            np.testing.assert_array_equal(spoilt, whole)
    finally:
        lamella.config.set_num_threads(before)


def test_labels_changed_by_another_thread_never_crash():
    output_of("""
    x, y = np.ones((512, 8), "float32"), np.arange(512) % 4
    models = []
    sparse, generalised = "SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"
    for activation, loss in (("softmax", sparse), ("sigmoid", sparse), ("softmax", generalised)):
        model = lamella.Sequential([layers.Input((8,)), layers.Dense(4, activation)])
        model.compile("sgd", getattr(losses, loss)(), metrics=[metrics.SparseTopKCategoricalAccuracy(2)])
        models.append(model)
    done = False
    def change():
        while not done:
            y[:] = 10**9
            y[:] = 0
    thread = threading.Thread(target=change)
    thread.start()
    for model in models:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            try:
                model.fit(x, y, batch_size=512, epochs=5, verbose=0)
            except ValueError:
                pass
    done = True
    thread.join()
    """)


# Arrays that Python keeps.


class Keeps:
    """Arrays, and what they were when they came."""

    def __init__(self):
        self.kept = []

    def keep(self, *arrays):
        self.kept += [(array, array.copy()) for array in arrays if array is not None]

    def check(self, count):
        assert len(self.kept) >= count
        for array, copy in self.kept:
            np.testing.assert_array_equal(array, copy)


def fit_and_free(loss="mse", metric=None, y=None, **arguments):
    model = lamella.Sequential([layers.Input((8,)), layers.Dense(3, "softmax", **arguments)])
    model.compile("sgd", loss, weighted_metrics=None if metric is None else [metric])
    x = np.random.default_rng(0).normal(size=(64, 8))
    y = np.eye(3)[np.arange(64) % 3] if y is None else y
    model.fit(x, y, sample_weight=np.arange(64) % 2, batch_size=8, epochs=3, verbose=0)


@pytest.mark.parametrize("sparse", [False, True])
def test_losses_and_metrics_may_keep_what_they_are_given(sparse):
    keeps = Keeps()

    def loss(y_true, y_pred):
        keeps.keep(y_true, y_pred)
        return (y_pred**2).mean(-1), 2 * y_pred / 3

    class Gathers(metrics.Metric):
        takes_labels = sparse

        def update_state(self, y_true, y_pred, sample_weight=None):
            keeps.keep(y_true, y_pred, sample_weight)

        def result(self):
            return 0.0

        def reset_state(self):
            pass

    fit_and_free(loss, Gathers())
    fit_and_free(
        "mse" if not sparse else "sparse_categorical_crossentropy",
        Gathers(),
        np.arange(64) % 3 if sparse else None,
    )
    keeps.check(3 * 8 * 5)


def test_a_metric_that_gathers_predictions_is_right():
    class Mean(metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            self.kept.append(y_pred)

        def result(self):
            return float(np.concatenate(self.kept).mean()) if self.kept else 0.0

        def reset_state(self):
            self.kept = []

    x = np.arange(8, dtype="float32")[:, None]
    model = lamella.Sequential([layers.Input((1,)), layers.Rescaling(1.0)])
    model.compile("sgd", "mse", metrics=[Mean()])
    assert model.evaluate(x, x, batch_size=2, verbose=0)[1] == 3.5


def test_regularizers_and_constraints_may_keep_and_change_what_they_are_given():
    keeps = Keeps()

    class Penalty(Regularizer):
        def __call__(self, w):
            keeps.keep(w)
            return float((w**2).sum())

        def gradient(self, w):
            keeps.keep(w)
            return 2 * w

    class Limit(lamella.constraints.Constraint):
        def __call__(self, w):
            keeps.keep(w)
            return w

    fit_and_free(kernel_regularizer=Penalty(), activity_regularizer=Penalty(), kernel_constraint=Limit())
    keeps.check(3 * 8 * 5)

    class InPlace(lamella.constraints.Constraint):
        def __call__(self, w):
            w[w < 0] = 0
            return w

    model = lamella.Sequential([layers.Input((4,)), layers.Dense(3, kernel_constraint=InPlace())])
    model.compile("sgd", "mse")
    model.fit(X, ONE_HOT, verbose=0)
    assert model.get_weights()[0].min() == 0


# Passes and variables.


def native_trainer():
    program = _core.Program((4,), "float32")
    kernel = _core.Variable(X[:4, :3].copy(), "kernel")
    program.add("dense", [0], [kernel, None], {}, "d", True)
    return _core.Trainer(
        program, ("mean_squared_error", {}), [], ("sgd", {"momentum": 0.0, "nesterov": 0}), [], 0
    ), kernel


def test_a_pass_that_is_refused_or_over_keeps_no_feed():
    trainer, _ = native_trainer()
    trainer.start(_core.Feed(X, ONE_HOT), 2)
    assert trainer.run(0.1, 1) == 1
    with pytest.raises(ValueError, match="same number of rows"):
        trainer.start(_core.Feed(X, ONE_HOT[:5]), 2)
    with pytest.raises(RuntimeError, match="begun by start"):
        trainer.run(0.1, 1)
    trainer.gradients(_core.Feed(X, ONE_HOT))
    with pytest.raises(RuntimeError, match="begun by start"):
        trainer.run(0.1, 1)
    trainer.start(_core.Feed(X, ONE_HOT), 4)
    assert trainer.run(0.1) == 2


def test_variables_move_into_a_block_once():
    """A trainer in another thread may hold on to where they lie."""
    _, kernel = native_trainer()
    _core.pack([kernel])
    version = kernel.version
    other = _core.Variable(np.ones(3, "float32"), "other")
    _core.pack([kernel, other])
    assert kernel.version == version
    np.testing.assert_array_equal(other.numpy(), np.ones(3))
    np.testing.assert_array_equal(kernel.numpy(), X[:4, :3])


@pytest.mark.parametrize("part", ["x", "y", "sample_weight"])
def test_arrays_are_not_resized_while_they_are_read(part):
    """`refcheck=False` tells NumPy not to look for references."""
    arrays = {"x": np.tile(X, (8, 1)), "y": np.tile(ONE_HOT, (8, 1)), "sample_weight": np.ones(64, "float32")}

    class Resize(lamella.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            arrays[part].resize((1, *arrays[part].shape[1:]), refcheck=False)

    data = {name: array[:48] for name, array in arrays.items()}  # views of them
    with pytest.raises(ValueError, match="cannot resize"):
        classifier().fit(**data, batch_size=8, verbose=0, callbacks=[Resize()])
    assert len(arrays[part]) == 64
