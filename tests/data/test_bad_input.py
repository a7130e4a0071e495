"""What is refused, with a message that says why; and unusual arrays that work."""

import numpy as np
import pytest

import lamella
from lamella import layers

ROWS, FEATURES, CLASSES = 20, 6, 4


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(ROWS, FEATURES)).astype("float32")


@pytest.fixture
def y():
    return np.random.default_rng(1).integers(0, CLASSES, ROWS)


def network(**compile_options):
    lamella.utils.set_random_seed(0)
    model = lamella.Sequential(
        [layers.Input((FEATURES,)), layers.Dense(8, activation="relu", name="hidden"), layers.Dense(CLASSES)]
    )
    loss = lamella.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(**{"optimizer": "sgd", "loss": loss, **compile_options})
    return model


ENTRY_POINTS = {
    "fit": lambda model, x, y: model.fit(x, y, verbose=0),
    "evaluate": lambda model, x, y: model.evaluate(x, y, verbose=0),
    "train_on_batch": lambda model, x, y: model.train_on_batch(x, y),
    "test_on_batch": lambda model, x, y: model.test_on_batch(x, y),
    "predict": lambda model, x, y: model.predict(x, verbose=0),
    "predict_on_batch": lambda model, x, y: model.predict_on_batch(x),
    "call": lambda model, x, y: model(x),
}
WITH_TARGETS = ["fit", "evaluate", "train_on_batch", "test_on_batch"]


def weights_of(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_wrong_feature_count(entry, y):
    with pytest.raises(ValueError, match=r"(?s)6.*7"):
        ENTRY_POINTS[entry](network(), np.zeros((ROWS, 7), "float32"), y)


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_wrong_rank(entry, y):
    with pytest.raises(ValueError, match=r"20, 3, 2|3, 2"):
        ENTRY_POINTS[entry](network(), np.zeros((ROWS, 3, 2), "float32"), y)


def test_wrong_target_width(x):
    model = network(loss="mse")
    with pytest.raises(ValueError, match=r"(?s)4.*3|3.*4"):
        model.fit(x, np.zeros((ROWS, 3), "float32"), verbose=0)


@pytest.mark.parametrize("bad", [CLASSES, -1, 1000])
@pytest.mark.parametrize("entry", WITH_TARGETS)
def test_label_out_of_range_names_value_and_row(entry, bad, x, y):
    model = network()
    before = weights_of(model)
    y[13] = bad
    with pytest.raises(ValueError, match=rf"(?s)(?<!\d){bad}(?!\d).*13|13.*(?<!\d){bad}(?!\d)"):
        ENTRY_POINTS[entry](model, x, y)
    np.testing.assert_array_equal(weights_of(model), before)  # raised before any work was done


@pytest.mark.parametrize("entry", WITH_TARGETS)
def test_empty_data(entry):
    with pytest.raises(ValueError, match="no samples"):
        ENTRY_POINTS[entry](network(), np.zeros((0, FEATURES), "float32"), np.zeros(0, "int64"))


@pytest.mark.parametrize("entry", WITH_TARGETS)
def test_mismatched_lengths(entry, x, y):
    with pytest.raises(ValueError, match=r"(?s)20.*15"):
        ENTRY_POINTS[entry](network(), x, y[:15])


def test_mismatched_sample_weight(x, y):
    with pytest.raises(ValueError, match=r"(?s)20.*15|15.*20"):
        network().fit(x, y, sample_weight=np.ones(15), verbose=0)


def test_unbuilt_model_has_no_weights_to_count():
    model = lamella.Sequential([layers.Dense(3)])
    with pytest.raises(ValueError, match="buil"):
        model.count_params()


@pytest.mark.parametrize("entry", WITH_TARGETS)
def test_uncompiled_model(entry, x, y):
    model = lamella.Sequential([layers.Input((FEATURES,)), layers.Dense(CLASSES)])
    with pytest.raises((ValueError, RuntimeError), match="compile"):
        ENTRY_POINTS[entry](model, x, y)


@pytest.mark.parametrize(
    ("options", "suggestion"),
    [
        ({"optimizer": "adan"}, "adam"),
        ({"optimizer": "sdg"}, "sgd"),
        ({"loss": "mean_square_error"}, "mean_squared_error"),
        ({"loss": "sparse_categorical_crossentropi"}, "sparse_categorical_crossentropy"),
        ({"metrics": ["acuracy"]}, "accuracy"),
    ],
)
def test_unknown_name_suggests_the_nearest(options, suggestion):
    with pytest.raises(ValueError, match=rf"\b{suggestion}\b"):
        network(**options)


def test_unknown_activation_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"\brelu\b"):
        layers.Dense(3, activation="rellu")


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_object_arrays_are_refused(entry, x, y):
    with pytest.raises((TypeError, ValueError), match="object"):
        ENTRY_POINTS[entry](network(), x.astype(object), y)


@pytest.mark.parametrize("entry", WITH_TARGETS)
def test_object_labels_are_refused(entry, x, y):
    with pytest.raises((TypeError, ValueError), match="object"):
        ENTRY_POINTS[entry](network(), x, y.astype(object))


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def padded(x):
    """A view with gaps between its elements and its rows."""
    wide = np.full((2 * ROWS, 3 * FEATURES), np.nan, x.dtype)
    wide[::2, ::3] = x
    return wide[::2, ::3]


UNUSUAL = {
    "non_contiguous": padded,
    "reversed": lambda x: x[::-1].copy()[::-1],
    "fortran_ordered": np.asfortranarray,
    "read_only": read_only,
    "float64": lambda x: x.astype("float64"),
    "list": lambda x: x.tolist(),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_arrays_train_and_predict_as_plain_ones(kind, x, y):
    expected, actual = network(), network()
    expected.fit(x, y, epochs=2, shuffle=False, verbose=0)
    actual.fit(UNUSUAL[kind](x), y, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(weights_of(actual), weights_of(expected))
    np.testing.assert_array_equal(actual.predict(UNUSUAL[kind](x), verbose=0), expected.predict(x, verbose=0))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64", "uint16", "bool", "float16"])
def test_any_real_or_integer_type_is_converted(dtype, y):
    x = np.random.default_rng(0).integers(0, 2, (ROWS, FEATURES))
    expected, actual = network(), network()
    expected.fit(x.astype("float32"), y, shuffle=False, verbose=0)
    actual.fit(x.astype(dtype), y.astype("uint8"), shuffle=False, verbose=0)
    np.testing.assert_array_equal(weights_of(actual), weights_of(expected))


@pytest.mark.parametrize(
    ("dtype", "named"), [("complex64", "complex64"), ("U3", "U3"), ("M8[s]", "datetime64")]
)
def test_other_types_are_refused_by_name(dtype, named, x, y):
    with pytest.raises((TypeError, ValueError), match=named):
        network().fit(x.astype(dtype), y, verbose=0)


def test_loss_that_becomes_nan_is_reported_with_its_step(x, y):
    """Steps count from 0: step 2 gathers rows 8 to 11. Training goes on, as in Keras."""
    x[9, 2] = np.nan
    with pytest.warns(RuntimeWarning, match=r"step 2\b") as caught:
        history = network().fit(x, y, batch_size=4, shuffle=False, epochs=2, verbose=0)
    assert np.isnan(history.history["loss"]).all()
    assert len(caught) == 1
