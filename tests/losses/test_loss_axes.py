"""Losses along other axes than the last, on arrays and in training, and weights of their values."""

import warnings

import numpy as np
import pytest

import lamella
from lamella import layers, losses, metrics

# Every loss is trained on outputs of the same layer, also those that take probabilities.
pytestmark = pytest.mark.filterwarnings("ignore::lamella.models.PlausibilityWarning")

RNG = np.random.default_rng(8)
X = RNG.normal(size=(6, 4, 3)).astype("float32")
WEIGHTS = RNG.random(6)
BITS = (RNG.random((6, 4, 3)) < 0.5).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[RNG.integers(0, 4, (6, 3))].transpose(0, 2, 1)  # classes on axis 1
LABELS = ONE_HOT.argmax(1)
ALONG_ONE = {
    "binary": (losses.BinaryCrossentropy, {"from_logits": True}, BITS),
    "binary focal": (losses.BinaryFocalCrossentropy, {"from_logits": True, "gamma": 1.5}, BITS),
    "categorical": (losses.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.1}, ONE_HOT),
    "focal": (losses.CategoricalFocalCrossentropy, {"from_logits": True}, ONE_HOT),
    "sparse": (losses.SparseCategoricalCrossentropy, {"from_logits": True, "ignore_class": 2}, LABELS),
    "cosine": (losses.CosineSimilarity, {}, BITS),
    "dice": (losses.Dice, {}, BITS),
    "tversky": (losses.Tversky, {"alpha": 0.3, "beta": 0.9}, BITS),
}


def last(array):
    """Axis 1 behind the others."""
    return np.moveaxis(array, 1, -1) if array.ndim == 3 else array


def trained(loss, y, permuted=False, **options):
    """Weights and losses of a dense layer after three steps; where permuted, a layer puts axis 1 last."""
    model = lamella.Sequential([layers.Input((4, 3)), layers.Dense(3, kernel_initializer="orthogonal")])
    if permuted:
        model.add(layers.Permute((2, 1)))
    lamella.utils.set_random_seed(0)
    model.build()
    kernel = np.random.default_rng(1).normal(size=(3, 3))
    model.set_weights([kernel, np.zeros(3)])
    model.compile(lamella.optimizers.SGD(0.3), loss, **options)
    history = model.fit(X, y, batch_size=4, epochs=2, shuffle=False, verbose=0, sample_weight=WEIGHTS).history
    return model, history


@pytest.mark.parametrize("name", ALONG_ONE)
@pytest.mark.parametrize("axis", [1, -2])
def test_training_along_an_axis_is_training_with_that_axis_last(name, axis):
    cls, options, y = ALONG_ONE[name]
    behind = {"axis": -1} if name in ("dice", "tversky") else {}
    one, history = trained(cls(axis=axis, **options), y)
    other, expected = trained(cls(**behind, **options), last(y), permuted=True)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    alone = cls(axis=axis, **options)(y, one.predict(X, verbose=0))
    assert one.evaluate(X, y, verbose=0) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("name", ALONG_ONE)
def test_an_axis_of_arrays_is_any_axis(name):
    cls, options, y = ALONG_ONE[name]
    behind = {"axis": -1} if name in ("dice", "tversky") else {}
    values = cls(axis=1, reduction=None, **options)(y, X)
    assert values.shape == (6, 3)
    np.testing.assert_allclose(values, cls(reduction=None, **behind, **options)(last(y), last(X)), rtol=1e-5)


REGIONS = {"whole": None, "samples": (1, 2), "columns": (0, 1), "rows": 2}


@pytest.mark.parametrize("extent", REGIONS)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
def test_regions_follow_their_axes(extent, reduction):
    axis = REGIONS[extent]
    t, p = BITS.astype("float64"), RNG.random(BITS.shape)
    both, sums = (t * p).sum(axis), t.sum(axis) + p.sum(axis)
    expected = 1 - 2 * both / (sums + 1e-7)
    np.testing.assert_allclose(losses.dice(t, p, axis), expected, rtol=1e-9)
    model = lamella.Sequential([layers.Input((4, 3), dtype="float64"), layers.Identity(dtype="float64")])
    model.compile("sgd", losses.Dice(reduction, axis=axis), metrics=["mae"])
    loss, error = model.evaluate(p, t, batch_size=6, verbose=0)
    assert loss == pytest.approx(expected.sum() if reduction == "sum" else expected.mean(), rel=1e-6)
    assert error == pytest.approx(np.abs(t - p).mean(), rel=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        losses.Dice(axis=(1, 2)),
        losses.Tversky(0.3, 0.7, axis=(0, 1), reduction="sum"),
        losses.CosineSimilarity(axis=(1, 2)),
        losses.BinaryFocalCrossentropy(from_logits=True, axis=(2, 1)),
        losses.CategoricalCrossentropy(from_logits=True, axis=1),
    ],
    ids=lambda loss: loss.name,
)
def test_gradients_along_axes(loss):
    """The step of a bias against central differences of the loss."""
    y = ONE_HOT if loss.name == "categorical_crossentropy" else BITS
    model = lamella.Sequential([layers.Input((4, 3)), layers.Dense(3, activation="sigmoid", dtype="float64")])
    model.compile(lamella.optimizers.SGD(1.0), loss)
    kernel, bias = np.random.default_rng(1).normal(size=(3, 3)), np.array([0.1, -0.2, 0.3])
    slope = []
    for j in range(3):
        ends = []
        for step in (1e-5, -1e-5):
            model.set_weights([kernel, bias + step * np.eye(3)[j]])
            ends.append(model.evaluate(X, y, verbose=0))
        slope.append((ends[0] - ends[1]) / 2e-5)
    model.set_weights([kernel, bias])
    model.train_on_batch(X, y)
    np.testing.assert_allclose(bias - model.get_weights()[1], slope, rtol=1e-5, atol=1e-8)


def test_threads_change_no_bit():
    results = []
    for threads in (1, 2, 3):
        lamella.config.set_num_threads(threads)
        results.append(trained(losses.CosineSimilarity(axis=1), BITS)[0].get_weights())
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


def test_metrics_stand_beside_losses_along_an_axis():
    watched = [
        "mae",
        metrics.CosineSimilarity(axis=1),
        metrics.CategoricalCrossentropy(from_logits=True, axis=1),
    ]
    model, _ = trained(losses.CategoricalCrossentropy(from_logits=True, axis=1), ONE_HOT, metrics=watched)
    p = model.predict(X, verbose=0)
    loss, error, cosine, entropy = model.evaluate(X, ONE_HOT, verbose=0)
    assert error == pytest.approx(np.abs(ONE_HOT - p).mean(), rel=1e-5)
    norms = np.linalg.norm(p, axis=1) * np.linalg.norm(ONE_HOT, axis=1)
    assert cosine == pytest.approx(((p * ONE_HOT).sum(1) / norms).mean(), rel=1e-5)
    assert entropy == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        (losses.BinaryCrossentropy(axis=0), BITS, "batch axis"),
        (losses.CosineSimilarity(axis=3), BITS, r"axes of the outputs.*axis=\(3,\)"),
        (losses.CosineSimilarity(axis=None), BITS, "axis=None"),
        (losses.CosineSimilarity(axis=1), BITS[:, :, :2], r"\(None, 4, 3\).*\(6, 4, 2\)"),
        (losses.SparseCategoricalCrossentropy(axis=1), LABELS[:, :2], "class indices of shape"),
        (losses.Dice(axis=(0, 1)), BITS, "sample weights cannot weigh it"),
    ],
)
def test_what_does_not_fit_an_axis_is_refused(loss, y, message):
    with pytest.raises(ValueError, match=message):
        trained(loss, y)


def test_labels_along_an_axis_may_keep_it():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, axis=1)
    kept, dropped = (trained(loss, y)[1]["loss"] for y in (LABELS[:, None], LABELS))
    assert kept == dropped
    assert loss(LABELS[:, None], X) == loss(LABELS, X)


def test_axes_are_in_configs():
    for loss in (
        losses.Dice(axis=(1, 2)),
        losses.CosineSimilarity(axis=1),
        losses.BinaryCrossentropy(axis=[1, 2]),
    ):
        again = losses.deserialize(losses.serialize(loss))
        assert again.get_config() == loss.get_config()
        assert again(BITS, X) == loss(BITS, X)
    assert metrics.CosineSimilarity.from_config(metrics.CosineSimilarity(axis=1).get_config()).axis == 1


def test_weights_broadcast_to_the_values_of_a_loss():
    loss = losses.MeanSquaredError(reduction="none")
    values = ((BITS - X) ** 2).mean(axis=-1)
    for weights in (
        WEIGHTS,
        WEIGHTS[:, None],
        RNG.random((6, 4)),
        RNG.random((6, 4, 1)),
        RNG.random((1, 4)),
        0.5,
    ):
        full = np.asarray(weights)
        full = full[:, None] if full.ndim == 1 else full[..., 0] if full.ndim == 3 else full
        np.testing.assert_allclose(loss(BITS, X, weights), values * full, rtol=1e-5)
    with pytest.raises(ValueError, match=r"broadcasts to \(6, 4\).*\(6, 4, 3\)"):
        loss(BITS, X, np.ones((6, 4, 3)))


def test_one_axis_of_predictions_is_one_row():
    t, p, w = np.array([0.0, 1.0, 1.0]), np.array([0.5, 0.7, 0.2]), np.array([1.0, 0.0, 2.0])
    errors = (t - p) ** 2
    assert losses.mean_squared_error(t, p).shape == ()
    assert losses.MeanSquaredError(reduction="sum")(t, p) == pytest.approx(errors.mean())
    assert losses.MeanSquaredError(reduction="sum")(t, p, w) == pytest.approx((errors * w).sum())
    assert losses.categorical_crossentropy([0, 0, 1], [0.2, 0.3, 0.5]) == pytest.approx(-np.log(0.5))
    assert losses.SparseCategoricalCrossentropy()(2, [0.2, 0.3, 0.5]) == pytest.approx(-np.log(0.5))


OF_ROWS = [
    name
    for name in losses.__all__
    if name.islower() and name not in ("deserialize", "dice", "get", "serialize", "tversky")
]


@pytest.mark.parametrize("name", OF_ROWS)
def test_not_a_number_is_not_lost(name):
    """A prediction that is no number makes the value of its row none, and no other's."""
    t, p = np.eye(3, dtype="float32"), np.full((3, 3), 0.3, "float32")
    p[1, 1] = np.nan
    of_labels = "sparse" in name or "generalized" in name
    options = {"q": 0.5} if "generalized" in name else {}
    values = getattr(losses, name)(t.argmax(1) if of_labels else t, p, **options)
    np.testing.assert_array_equal(np.isnan(values), [False, True, False])


def test_one_column_of_categories_warns():
    column = np.ones((2, 1), "float32")
    for call in (
        lambda: losses.categorical_crossentropy(column, column),
        lambda: losses.CategoricalFocalCrossentropy()(column, column),
        lambda: metrics.CategoricalCrossentropy()(column, column),
        lambda: trained_on_one_column(column),
    ):
        with pytest.warns(SyntaxWarning, match="more than one class"):
            call()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        losses.categorical_crossentropy(ONE_HOT, X)


def trained_on_one_column(column):
    model = lamella.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "categorical_crossentropy")
    model.fit(column, column, verbose=0)


def test_reductions_leave_out_the_ignored_class():
    y, p, w = np.array([0, 1, 2, 1]), RNG.dirichlet(np.ones(3), 4), np.array([1.0, 2.0, 3.0, 4.0])
    rows = -np.log(p[np.arange(4), y])
    kept = y != 1
    for reduction, plain, weighted in (
        ("sum", rows[kept].sum(), (rows * w)[kept].sum()),
        ("sum_over_batch_size", rows[kept].mean(), (rows * w)[kept].sum() / 2),
        ("mean_with_sample_weight", rows[kept].mean(), (rows * w)[kept].sum() / w[kept].sum()),
    ):
        loss = losses.SparseCategoricalCrossentropy(ignore_class=1, reduction=reduction)
        assert loss(y, p) == pytest.approx(plain, rel=1e-6)
        assert loss(y, p, w) == pytest.approx(weighted, rel=1e-6)
        model = lamella.Sequential([layers.Input((3,)), layers.Identity()])
        model.compile("sgd", loss)
        assert model.evaluate(p, y, sample_weight=w, verbose=0) == pytest.approx(weighted, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: losses.BinaryCrossentropy(from_logits="no"), "from_logits"),
        (lambda: losses.BinaryCrossentropy(axis="rows"), "axis"),
        (lambda: losses.CategoricalCrossentropy(axis=True), "axis"),
        (lambda: losses.CategoricalCrossentropy(axis=(1, 2)), "axis"),
        (lambda: losses.SparseCategoricalCrossentropy(ignore_class="x"), "ignore_class"),
        (lambda: losses.Huber(delta=-1), "delta"),
        (lambda: losses.Huber(delta=float("nan")), "delta"),
        (lambda: losses.BinaryFocalCrossentropy(gamma=float("nan")), "gamma"),
        (lambda: losses.BinaryFocalCrossentropy(apply_class_balancing="x"), "apply_class_balancing"),
        (lambda: losses.CategoricalFocalCrossentropy(alpha="3"), "alpha"),
        (lambda: losses.Tversky(alpha="3"), "alpha"),
        (lambda: losses.Dice(axis=1.5), "axis"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1), "q"),
        (lambda: losses.MeanSquaredError(reduction=["sum"]), "reduction"),
        (lambda: losses.MeanSquaredError(name=3), "name"),
        (lambda: losses.MeanSquaredError(dtype="int8"), "dtype"),
        (lambda: losses.dice(BITS, X, axis=5), "axis"),
        (lambda: losses.mean_squared_error(BITS, X[:, :2]), "y_true"),
        (lambda: losses.sparse_categorical_crossentropy(BITS, X), "y_true"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(make, argument):
    with pytest.raises(ValueError, match=rf"\b{argument}\b"):
        make()
