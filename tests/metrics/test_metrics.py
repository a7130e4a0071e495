"""Metrics on arrays and in `fit`: weights, ignored classes, thresholds, several batches, own metrics."""

import numpy as np
import pytest

import lamella
from lamella import layers, losses, metrics

RNG = np.random.default_rng(11)
TRUE = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0]], "float32")
SCORES = np.array([[0.2, 0.8, 0.4], [0.6, 0.3, 0.1], [0.7, 0.2, 0.9], [0.4, 0.6, 0.55]], "float32")
BY_SAMPLE = np.array([1.0, 2.0, 3.0, 4.0])
BY_OUTPUT = np.arange(12.0).reshape(4, 3)
CLASSES = np.array([0, 1, 2])
OF_CLASSES = np.array([[0.8, 0.1, 0.1], [0.05, 0.9, 0.05], [0.1, 0.3, 0.6]])


def identity(outputs, **options):
    """A model that returns its inputs, so that `evaluate` judges given predictions."""
    model = lamella.Sequential([layers.Input(outputs), layers.Identity()])
    model.compile("sgd", **options)
    return model


def test_rows_of_an_ignored_class_count_as_zero_unless_they_are_weighed():
    rows = -np.log([0.9, 0.6])
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=0)
    assert metric(CLASSES, OF_CLASSES) == pytest.approx(rows.sum() / 3)
    metric.reset_state()
    assert metric(CLASSES, OF_CLASSES, [5.0, 1.0, 3.0]) == pytest.approx((rows @ [1, 3]) / 4)
    beyond = np.array([9, 1, 2])
    assert metrics.SparseCategoricalCrossentropy(ignore_class=9)(beyond, OF_CLASSES) == pytest.approx(
        rows.sum() / 3
    )
    with pytest.raises(ValueError, match="label 9"):
        metrics.SparseCategoricalCrossentropy()(beyond, OF_CLASSES)


@pytest.mark.parametrize("ignored", [0, 2])
def test_what_a_loss_ignores_metrics_still_see(ignored):
    watched = ["accuracy", metrics.SparseCategoricalCrossentropy(), metrics.SparseTopKCategoricalAccuracy(1)]
    loss = losses.SparseCategoricalCrossentropy(ignore_class=ignored)
    model = identity((3,), loss=loss, metrics=watched, weighted_metrics=["accuracy"])
    results = model.evaluate(OF_CLASSES, CLASSES, sample_weight=np.ones(3), verbose=0)
    rows = -np.log([0.8, 0.9, 0.6])
    kept = rows[ignored != CLASSES]
    np.testing.assert_allclose(results, [kept.mean(), 1.0, rows.mean(), 1.0, 1.0], rtol=1e-6)


def test_smoothing_and_weights_of_a_loss_do_not_reach_metrics():
    loss = losses.CategoricalCrossentropy(label_smoothing=0.5)
    model = identity((3,), loss=loss, metrics=["categorical_crossentropy"], weighted_metrics=["mae"])
    y, weights = np.eye(3), np.array([1.0, 0.0, 2.0])
    results = model.evaluate(OF_CLASSES, y, sample_weight=weights, verbose=0, return_dict=True)
    assert results["categorical_crossentropy"] == pytest.approx(-np.log([0.8, 0.9, 0.6]).mean(), rel=1e-6)
    errors = np.abs(y - OF_CLASSES).mean(axis=1)
    assert results["mae"] == pytest.approx(errors @ weights / weights.sum(), rel=1e-6)


BY_OUTPUTS = {
    "accuracy": (metrics.Accuracy(), lambda t, p, w: (w * (t == p)).sum() / w.sum()),
    "binary": (metrics.BinaryAccuracy(threshold=0.3), lambda t, p, w: (w * (t == (p > 0.3))).sum() / w.sum()),
    "root": (metrics.RootMeanSquaredError(), lambda t, p, w: np.sqrt((w * (t - p) ** 2).sum() / w.sum())),
    "precision": (metrics.Precision(), lambda t, p, w: (w * t * (p > 0.5)).sum() / (w * (p > 0.5)).sum()),
    "recall": (metrics.Recall(thresholds=0.3), lambda t, p, w: (w * t * (p > 0.3)).sum() / (w * t).sum()),
    "missed": (metrics.FalseNegatives(), lambda t, p, w: (w * t * (p <= 0.5)).sum()),
    "first": (
        metrics.Recall(top_k=1),
        lambda t, p, w: (w * t * (p == p.max(1, keepdims=True))).sum() / (w * t).sum(),
    ),
    "r2": (
        metrics.R2Score(class_aggregation=None),
        lambda t, p, w: 1 - (w * (t - p) ** 2).sum(0) / ((w * t * t).sum(0) - (w * t).sum(0) ** 2 / w.sum(0)),
    ),
}


@pytest.mark.parametrize("name", BY_OUTPUTS)
@pytest.mark.parametrize(
    "weights", [BY_SAMPLE, BY_SAMPLE[:, None], BY_OUTPUT + 1, BY_OUTPUT[:1] + 1, [3.0]], ids=str
)
def test_weights_are_those_of_samples_or_of_single_outputs(name, weights):
    metric, expected = BY_OUTPUTS[name]
    metric.reset_state()
    full = np.asarray(weights, "float64")
    full = np.broadcast_to(full[:, None] if full.ndim == 1 else full, TRUE.shape)
    got = metric(TRUE, SCORES, weights)
    np.testing.assert_allclose(got, expected(TRUE, SCORES, full), rtol=1e-6)


def test_labels_have_weights_and_areas_of_their_own():
    weights = RNG.random((40, 2))
    true, scores = (RNG.random((40, 2)) < 0.5).astype(float), RNG.random((40, 2))
    whole = metrics.AUC(multi_label=True, num_labels=2, label_weights=[1.0, 3.0])(true, scores, weights)
    apart = [metrics.AUC()(true[:, i], scores[:, i], weights[:, i]) for i in range(2)]
    assert whole == pytest.approx((apart[0] + 3 * apart[1]) / 4, rel=1e-9)


def test_one_weight_is_that_of_the_batch():
    metric = metrics.MeanAbsoluteError()
    metric.update_state(np.zeros((2, 1)), np.full((2, 1), 1.0), 1.0)
    metric.update_state(np.zeros((5, 1)), np.full((5, 1), 4.0), 2.0)
    assert metric.result() == pytest.approx((1 * 1 + 4 * 2) / 3)
    mean = metrics.Mean()
    mean.update_state([1.0, 1.0], 1.0)
    mean.update_state([4.0] * 5, 2.0)
    assert mean.result() == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("metric", "weights"),
    [
        (metrics.MeanSquaredError(), np.ones((4, 3))),
        (metrics.MeanSquaredError(), np.ones(3)),
        (metrics.Precision(), np.ones(3)),
        (metrics.AUC(), np.ones((4, 2))),
        (metrics.Mean(), np.ones(3)),
    ],
)
def test_weights_of_other_shapes_are_refused(metric, weights):
    arguments = (TRUE[:, 0],) if isinstance(metric, metrics.Mean) else (TRUE, SCORES)
    with pytest.raises(ValueError, match=r"'sample_weight'.*Received: sample_weight of shape"):
        metric.update_state(*arguments, sample_weight=weights)
    metric.update_state(*arguments)
    assert np.isfinite(metric.result())


def test_samples_count_alike_however_many_steps_they_have():
    metric = metrics.MeanAbsoluteError()
    metric.update_state(np.zeros((1, 2, 1)), np.full((1, 2, 1), 1.0))
    metric.update_state(np.zeros((1, 8, 1)), np.full((1, 8, 1), 3.0))
    assert metric.result() == pytest.approx(2.0)


def test_one_axis_of_predictions_is_one_row_of_classes():
    labels, scores = np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.2, 0.8])
    assert metrics.Recall(top_k=1)(labels, scores) == pytest.approx(0.5)
    assert metrics.Precision(top_k=2)(labels, scores, [1.0, 1.0, 1.0, 3.0]) == pytest.approx(0.25)
    assert metrics.Recall(thresholds=0.15)(labels, scores) == pytest.approx(1.0)
    for metric in (metrics.Precision(class_id=1), metrics.AUC(multi_label=True), metrics.F1Score()):
        with pytest.raises(ValueError, match="y_pred"):
            metric.update_state(labels, scores)


def test_predictions_may_be_ids_of_classes():
    ids = np.array([[1, 0, 3], [1, 2, 3]])
    metric = metrics.SparseTopKCategoricalAccuracy(k=1, from_sorted_ids=True)
    assert metric([2, 1], ids) == 0.5
    assert metrics.sparse_top_k_categorical_accuracy([0, 9], ids, 2, from_sorted_ids=True).tolist() == [
        1.0,
        0.0,
    ]
    assert metrics.deserialize(metrics.serialize(metric)).from_sorted_ids
    model = identity((3,), loss="sparse_categorical_crossentropy", metrics=[metric])
    results = model.evaluate(np.array([[2.0, 1, 3], [1, 2, 3]]), np.array([2, 1]), verbose=0)
    assert results[1] == 1.0


def test_targets_other_than_zero_are_positive():
    soft, scores = np.array([0.0, 0.2, 0.9, 0.0]), np.array([0.1, 0.7, 0.8, 0.4])
    uneven = sorted({*np.linspace(0.005, 0.995, 199), 0.3333})
    for metric in (metrics.AUC(), metrics.AUC(thresholds=uneven)):
        assert metric(soft, scores) == pytest.approx(1.0)
    assert metrics.TruePositives(thresholds=[0.0, 0.5, 1.0])(soft, scores).tolist() == [2, 2, 0]


@pytest.mark.parametrize("thresholds", [None, [0.3, 0.31, 0.8]])
def test_not_a_number_counts_as_the_smallest_prediction(thresholds):
    true, scores = np.array([1.0, 0.0, 1.0, 0.0]), np.array([np.nan, 0.2, 0.9, np.nan])
    got = metrics.AUC(thresholds=thresholds)(true, scores)
    assert got == pytest.approx(metrics.AUC(thresholds=thresholds)(true, np.nan_to_num(scores)))


def test_integers_beyond_single_precision_stay_apart():
    large = np.array([[2**24 + 1], [5]])
    assert metrics.Accuracy()(large, [[2**24], [5]]) == 0.5
    assert losses.MeanAbsoluteError()(large, [[2**24], [5]]) == 0.5


def test_counts_beyond_single_precision_are_exact():
    metric = metrics.TruePositives()
    metric.update_state(np.ones((1, 1)), np.ones((1, 1)), [float(2**24)])
    for _ in range(3):
        metric.update_state(np.ones((1, 1)), np.ones((1, 1)))
    assert metric.result() == 2**24 + 3


@pytest.mark.parametrize("batch_size", [1, 5, 64])
def test_batches_of_unequal_size_give_the_metrics_of_the_whole(batch_size):
    x, y = RNG.random((13, 3)).astype("float32"), (RNG.random((13, 3)) < 0.5).astype("float32")
    watched = [
        metrics.BinaryAccuracy(),
        metrics.Precision(),
        metrics.RootMeanSquaredError(),
        metrics.F1Score("macro", 0.5),
        metrics.R2Score(),
        metrics.AUC(),
        metrics.CosineSimilarity(),
        metrics.CosineSimilarity("along", axis=1),
    ]
    model = identity((3,), loss="mse", metrics=watched)
    results = model.evaluate(x, y, batch_size=batch_size, verbose=0)[1:]
    for metric, result in zip(watched, results, strict=True):
        alone = type(metric).from_config(metric.get_config())
        np.testing.assert_allclose(result, alone(y, x), rtol=1e-6, err_msg=metric.name)


@pytest.mark.parametrize("axis", [-1, 1])
def test_validation_leaves_what_training_counts_alone(axis):
    metric = metrics.CosineSimilarity(axis=axis)
    model = identity((3,), loss="mse", metrics=[metric])
    x, y = RNG.random((5, 3)), np.ones((5, 3))
    history = model.fit(SCORES, TRUE, validation_data=(x, y), epochs=2, verbose=0).history
    trained = metrics.CosineSimilarity(axis=axis)(TRUE, SCORES)
    validated = metrics.CosineSimilarity(axis=axis)(y, x)
    np.testing.assert_allclose(history["cosine_similarity"], [trained] * 2, rtol=1e-6)
    np.testing.assert_allclose(history["val_cosine_similarity"], [validated] * 2, rtol=1e-6)


class Rows(metrics.Metric):
    """Keeps what it counts in a variable, as metrics written for Keras do."""

    def __init__(self, name="rows", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign(np.asarray(self.total) + len(y_pred))

    def result(self):
        return self.total


def test_metrics_may_count_in_variables():
    metric = Rows()
    model = identity((3,), loss="mse", metrics=[metric])
    model.build()
    for _ in range(2):
        assert model.evaluate(TRUE, TRUE, verbose=0)[1] == 4.0
    metric.update_state(TRUE, TRUE)
    assert np.asarray(metric.result()) == 4.0
    metric.reset_state()
    assert np.asarray(metric.result()) == 0.0


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: metrics.BinaryAccuracy(threshold=float("nan")), "threshold"),
        (lambda: metrics.BinaryAccuracy(threshold=None), "threshold"),
        (lambda: metrics.BinaryCrossentropy(label_smoothing=-1), "label_smoothing"),
        (lambda: metrics.BinaryCrossentropy(from_logits="no"), "from_logits"),
        (lambda: metrics.SparseCategoricalCrossentropy(ignore_class=1.5), "ignore_class"),
        (lambda: metrics.CategoricalCrossentropy(axis=None), "axis"),
        (lambda: metrics.CosineSimilarity(axis="rows"), "axis"),
        (lambda: metrics.Precision(thresholds="x"), "thresholds"),
        (lambda: metrics.Precision(thresholds=[]), "thresholds"),
        (lambda: metrics.FalsePositives(thresholds=[None]), "thresholds"),
        (lambda: metrics.Recall(thresholds=[0.5, 1.5]), "thresholds"),
        (lambda: metrics.Precision(top_k=-1), "top_k"),
        (lambda: metrics.Recall(top_k=float("nan")), "top_k"),
        (lambda: metrics.Recall(class_id=-1)([[1.0]], [[0.5]]), "class_id"),
        (lambda: metrics.Precision(class_id=1.5)([[1.0]], [[0.5]]), "class_id"),
        (lambda: metrics.Precision(class_id="a")([[1.0]], [[0.5]]), "class_id"),
        (lambda: metrics.TopKCategoricalAccuracy(k=1.5), "k"),
        (lambda: metrics.SparseTopKCategoricalAccuracy(k=0), "k"),
        (lambda: metrics.SparseTopKCategoricalAccuracy(from_sorted_ids="yes"), "from_sorted_ids"),
        (lambda: metrics.AUC(curve="roc curve"), "curve"),
        (lambda: metrics.AUC(curve=3), "curve"),
        (lambda: metrics.AUC(summation_method=None), "summation_method"),
        (lambda: metrics.AUC(thresholds=[0.5, "a"]), "thresholds"),
        (lambda: metrics.AUC(num_labels=2), "num_labels"),
        (lambda: metrics.AUC(multi_label=2), "multi_label"),
        (lambda: metrics.AUC(label_weights=[1.0, None]), "label_weights"),
        (lambda: metrics.FBetaScore(threshold=2.0), "threshold"),
        (lambda: metrics.FBetaScore(beta=0), "beta"),
        (lambda: metrics.F1Score(average="mean"), "average"),
        (lambda: metrics.R2Score(class_aggregation="mean"), "class_aggregation"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors"),
        (lambda: metrics.MeanMetricWrapper(3), "fn"),
        (lambda: metrics.Mean(dtype="int32"), "dtype"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(make, argument):
    with pytest.raises(ValueError, match=rf"\b{argument}\b"):
        make()


@pytest.mark.parametrize(
    ("metric", "true", "scores", "message"),
    [
        (
            metrics.MeanSquaredError(),
            np.zeros((2, 3)),
            np.zeros((2, 2)),
            r"y_true of shape \(2, 3\).*\(2, 2\)",
        ),
        (metrics.SparseCategoricalAccuracy(), np.zeros((2, 2)), np.zeros((2, 3)), r"shape \(2,\).*\(2, 2\)"),
        (
            metrics.AUC(multi_label=True, num_labels=3),
            np.zeros((2, 2)),
            np.zeros((2, 2)),
            "num_labels must be 2",
        ),
        (
            metrics.AUC(label_weights=[1.0]),
            np.zeros((2, 2)),
            np.zeros((2, 2)),
            "label_weights must be 2 numbers",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_their_shapes(metric, true, scores, message):
    with pytest.raises(ValueError, match=message):
        metric.update_state(true, scores)


def test_what_is_no_number_is_refused():
    for arguments in ((["a"], [1.0]), ([1.0], [None]), ([1j], [1.0]), ([[1.0], [1.0, 2.0]], [1.0])):
        with pytest.raises((TypeError, ValueError), match=r"y_true|y_pred"):
            metrics.MeanSquaredError()(*arguments)


def test_any_byte_order_is_read():
    true, scores = TRUE.astype(">f8"), SCORES.astype(">f4")
    got = metrics.MeanAbsoluteError()(true, scores, BY_SAMPLE.astype(">f8"))
    assert got == pytest.approx(metrics.MeanAbsoluteError()(TRUE, SCORES, BY_SAMPLE))


def test_none_stays_none():
    assert metrics.get(None) is None
    assert losses.get(None) is None
