"""What stands for an array, in every place that takes one; what does not, with its place and the cure."""

import warnings

import numpy as np
import pytest

import lamella
from lamella import Sequential, layers

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
Y = np.arange(12) % 3


def network():
    lamella.utils.set_random_seed(0)
    model = Sequential(
        [layers.InputLayer(shape=(4,), name="features"), layers.Dense(3, activation="softmax", name="kind")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def without_targets(model, x, y):
    return model.predict(x, verbose=0).tolist()


ENTRY_POINTS = {
    "fit": lambda model, x, y: model.fit(x, y, verbose=0).history,
    "validation": lambda model, x, y: model.fit(X, Y, validation_data=(x, y), verbose=0).history,
    "evaluate": lambda model, x, y: model.evaluate(x, y, verbose=0),
    "train_on_batch": lambda model, x, y: model.train_on_batch(x, y),
    "test_on_batch": lambda model, x, y: model.test_on_batch(x, y),
    "predict": without_targets,
    "predict_on_batch": lambda model, x, y: model.predict_on_batch(x).tolist(),
    "call": lambda model, x, y: np.asarray(model(x)).tolist(),
    "generator": lambda model, x, y: model.fit(iter([(x, y)]), verbose=0).history,
    "generator of validation": lambda model, x, y: (
        model.fit(X, Y, validation_data=iter([(x, y)]), verbose=0).history
    ),
    "evaluated generator": lambda model, x, y: model.evaluate(iter([(x, y)]), verbose=0),
    "predicted generator": lambda model, x, y: model.predict(iter([(x, y)]), verbose=0).tolist(),
}


def table(kinds):
    """X, or what is left of it, as a data frame whose columns are of these types."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X * 4, columns=list("abcd")).round()
    return frame.astype(dict(zip("abcd", kinds, strict=True)))


class Columns:
    """A table as other libraries have it: columns by name, no array as a whole."""

    def __init__(self, columns):
        self._columns = columns
        self.columns = list(columns)
        self.dtypes = [column.dtype for column in columns.values()]

    def __getitem__(self, name):
        return self._columns[name]


class Wrapped:
    """Anything that turns into an array."""

    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return self._array


def sparse(form):
    return lambda x: getattr(pytest.importorskip("scipy.sparse"), form)(x)


STAND_INS = {
    "a list of one": (lambda x: [x], lambda y: [y]),
    "a tuple of one": (lambda x: (x,), lambda y: (y,)),
    "a dictionary": (lambda x: {"features": x}, lambda y: {"kind": y}),
    "lists": (lambda x: x.tolist(), lambda y: y.tolist()),
    "tuples": (lambda x: tuple(map(tuple, x.tolist())), lambda y: tuple(y)),
    "foreign bytes": (lambda x: x.astype(">f4"), lambda y: y.astype(">i8")),
    "foreign unsigned": (lambda x: x.astype(">f8"), lambda y: y.astype(">u2")),
    "long double": (lambda x: x.astype(np.longdouble), lambda y: y.astype(np.longdouble)),
    "nothing masked": (lambda x: np.ma.array(x, mask=False), lambda y: np.ma.array(y)),
    "memory": (memoryview, lambda y: y[:, None].astype(np.uint8)),
    "wrapped": (Wrapped, Wrapped),
    "columns": (lambda x: Columns(dict(zip("abcd", x.T, strict=True))), lambda y: y.astype(np.int8)),
    "sparse": (sparse("csr_array"), lambda y: sparse("csr_array")(y[:, None])),
    "sparse in a list": (lambda x: [sparse("coo_array")(x)], lambda y: sparse("csc_array")(y[:, None])),
}


@pytest.mark.parametrize("kind", STAND_INS)
@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_what_stands_for_an_array_gives_its_numbers(entry, kind):
    wrap_x, wrap_y = STAND_INS[kind]
    expected = ENTRY_POINTS[entry](network(), X, Y)
    actual = ENTRY_POINTS[entry](network(), wrap_x(X), wrap_y(Y))
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        expected, actual = list(expected.values()), list(actual.values())
    np.testing.assert_array_equal(np.asarray(actual), np.asarray(expected))


def test_weights_of_rows_may_stand_in_lists_too():
    weights = np.linspace(0, 2, 12)
    expected = network().train_on_batch(X, Y, sample_weight=weights)
    for form in (
        [weights],
        (weights,),
        {"kind": weights},
        weights.tolist(),
        weights[:, None],
        weights.astype(">f8"),
    ):
        assert network().train_on_batch(X, Y, sample_weight=form) == expected
    for form in ([weights], {"kind": weights}):
        assert network().evaluate(iter([(X, Y, form)]), verbose=0) == network().evaluate(
            X, Y, sample_weight=weights, verbose=0
        )


@pytest.mark.parametrize(
    "kinds",
    [
        ["float32", "bool", "int8", "float64"],
        ["float32", "Int64", "boolean", "Float32"],
        ["UInt8", "UInt8", "UInt8", "UInt8"],
        ["bool", "bool", "boolean", "bool"],
        ["uint64", "int64", "float32", "float16"],
    ],
)
@pytest.mark.parametrize("entry", ["fit", "validation", "predict", "generator", "train_on_batch"])
def test_tables_train_column_by_column(entry, kinds):
    frame = table(["int8"] * 4).abs().clip(0, 1).astype(dict(zip("abcd", kinds, strict=True)))
    numbers = np.column_stack([np.asarray(frame[name], dtype=np.float64) for name in frame])
    call = ENTRY_POINTS[entry]
    assert call(network(), frame, Y) == call(network(), numbers, Y)


def test_targets_and_weights_may_be_columns_of_any_index():
    pandas = pytest.importorskip("pandas")
    index = range(50, 62)
    weights = pandas.Series(np.linspace(0, 1, 12), index=index)
    expected = network().train_on_batch(X, Y, sample_weight=weights.to_numpy())
    for target in (
        pandas.Series(Y, index=index),
        pandas.Series(Y, index=index, dtype="Int8"),
        pandas.Series(Y).astype("category"),
        pandas.DataFrame({"kind": Y}),
        pandas.Index(Y),
    ):
        assert network().train_on_batch(pandas.DataFrame(X), target, sample_weight=weights) == expected


def test_columns_of_the_same_name_all_count():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "a", "b", "b"]).astype({"b": "float64"})
    np.testing.assert_array_equal(network().predict(frame, verbose=0), network().predict(X, verbose=0))


# What is refused.


def changed(value, row=5, column=2):
    array = X.astype(object)
    array[row, column] = value
    return array


def frame_with(values):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=list("abcd")).assign(c=values)


def days(count):
    return np.datetime64("2024-01-01") + np.arange(count)


REFUSED = {
    "objects": (lambda: changed(1.0), r"object.* row 0, column 0.*astype\('float32'\)"),
    "a text among objects": (lambda: changed("n/a"), "'n/a' in row 5, column 2"),
    "nothing among objects": (lambda: changed(None), "None in row 5, column 2"),
    "texts": (lambda: np.full((12, 4), "a"), "'a' in row 0, column 0.*[Tt]exts"),
    "dates": (lambda: np.tile(days(12)[:, None], 4), r"datetime64.*2024-01-01 in row 0.*astype\('int64'\)"),
    "durations": (lambda: np.full((12, 4), np.timedelta64(3, "s")), "timedelta64.*division"),
    "complex numbers": (lambda: X.astype(complex), r"complex128.*\.real"),
    "fields": (lambda: np.rec.fromarrays(list(X.T)), "structured_to_unstructured"),
    "masked": (lambda: np.ma.masked_less(X, -1.0), r"no number in row \d+, column \d.*filled"),
    "rows of other lengths": (
        lambda: [[1.0] * 4] * 11 + [[1.0] * 3],
        "row 0 of length 4, row 11 of length 3",
    ),
    "rows within rows": (lambda: [[[1.0], [2.0, 3.0]]] * 12, "x must be an array"),
    "two arrays": (lambda: (X, X), r"one input.*2 arrays, of shapes \(12, 4\), \(12, 4\)"),
    "rows as arrays": (lambda: list(X), r"12 arrays.*np\.stack\(x\)"),
    "another name": (lambda: {"wrong": X}, "one input, named 'features'.*wrong"),
    "two names": (lambda: {"features": X, "more": X}, "one input"),
    "one number": (lambda: 3.0, "one axis"),
    "nothing": (lambda: None, "x must be an array.* None"),
    "a function": (lambda: len, "x must be an array"),
    "no rows": (lambda: X[:0], "no samples"),
    "no sparse rows": (lambda: sparse("csr_array")(X[:0]), "no samples"),
    "sparse complex numbers": (lambda: sparse("csr_array")(X.astype(complex)), "complex128"),
    "a column of texts": (lambda: frame_with(list("abcabcabcabc")), "column 'c'.*'a' in row 0"),
    "a column of dates": (lambda: frame_with(days(12)), "column 'c'.*datetime64"),
    "a column of objects": (
        lambda: frame_with(X[:, 0].astype(object)),
        r"column 'c'.*object.*astype\('float32'\)",
    ),
    "a flag that is missing": (
        lambda: frame_with(pytest.importorskip("pandas").array([True] * 3 + [None] * 9, dtype="boolean")),
        r"column 'c'.* no number in row 3.*fillna",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize(
    "entry", ["fit", "predict", "generator", "evaluate", "train_on_batch", "predict_on_batch"]
)
def test_what_is_no_array_of_numbers_is_refused(entry, kind):
    make, message = REFUSED[kind]
    with pytest.raises((TypeError, ValueError), match=message):
        ENTRY_POINTS[entry](network(), make(), Y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array(list("abcabcabcabc")), "y must hold real numbers.*'a' in row 0"),
        ([Y, Y], "y must be one array, for there is one output"),
        ({"other": Y}, "y must be one array, for there is one output, named 'kind'"),
        (np.array([0, None] * 6, dtype=object), "y must hold real numbers.*None in row 1"),
        (np.ma.masked_equal(Y, 2), "y has no number in row 2"),
        (np.eye(3)[Y], "categorical_crossentropy"),
        (Y[:-1], "equally many"),
    ],
)
def test_targets_that_are_no_numbers_are_refused_by_name(y, message):
    for entry in ("fit", "validation", "evaluate", "train_on_batch", "generator"):
        with pytest.raises((TypeError, ValueError), match=message):
            ENTRY_POINTS[entry](network(), X, y)


# Weights of time steps.

SEQUENCES = np.random.default_rng(1).normal(size=(6, 5, 3)).astype(np.float32)
LABELS = np.random.default_rng(2).integers(0, 4, (6, 5))
BY_STEP = (np.random.default_rng(3).random((6, 5)) < 0.6) * np.float32(2)


@pytest.mark.parametrize("form", [BY_STEP, BY_STEP[..., None], BY_STEP.astype(np.float16), BY_STEP > 0])
def test_steps_of_sequences_have_weights_of_their_own(form):
    """As Keras: the mean over all steps of loss times weight; weighted metrics divide by the weights."""
    lamella.utils.set_random_seed(0)
    model = Sequential([layers.Input((5, 3)), layers.Dense(4, activation="softmax")])
    model.compile(
        lamella.optimizers.SGD(0.0), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"]
    )
    predicted = model.predict(SEQUENCES, verbose=0).astype(np.float64)
    losses = -np.log(np.take_along_axis(predicted, LABELS[..., None], -1))[..., 0]
    weights = form.reshape(6, 5).astype(np.float64)
    hits = predicted.argmax(-1) == LABELS
    expected = [(losses * weights).mean(), (hits * weights).sum() / weights.sum()]
    triple = (SEQUENCES, LABELS, form)
    batches = [tuple(array[i : i + 3] for array in triple) for i in (0, 3)]
    fitted = model.fit(
        *triple[:2], sample_weight=form, validation_data=triple, batch_size=4, verbose=0
    ).history
    streamed = model.fit(iter(batches), validation_data=iter(batches), verbose=0).history
    split = model.fit(*(np.concatenate([array, array]) for array in triple[:2]), verbose=0, shuffle=False,
                      sample_weight=np.concatenate([form, form]), validation_split=0.5).history  # fmt: skip
    for results in (
        model.evaluate(*triple[:2], sample_weight=form, verbose=0),
        model.test_on_batch(*triple),
        model.train_on_batch(*triple),
        model.evaluate(iter(batches), verbose=0),
        *([history[name][0] for name in ("loss", "accuracy")] for history in (fitted, streamed, split)),
        *(
            [history[name][0] for name in ("val_loss", "val_accuracy")]
            for history in (fitted, streamed, split)
        ),
    ):
        assert results == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(6, 4), (6, 5, 2), (5,), (6, 1, 5)])
def test_weights_of_other_shapes_are_refused(shape):
    model = Sequential([layers.Input((5, 3)), layers.Dense(4, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="sample_weight"):
        model.fit(SEQUENCES, LABELS, sample_weight=np.ones(shape), verbose=0)


# NaN and infinity in the data.


def regression():
    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def spoilt(array, value, *index, dtype=None):
    array = array.astype(dtype or array.dtype)
    array[index] = value
    return array


TARGETS = X.sum(1)
SPOILT = {
    "x": (spoilt(X, np.nan, 7, 2), TARGETS, None, "x holds nan in row 7, column 2"),
    "infinite x": (spoilt(X, -np.inf, 7, 2), TARGETS, None, "x holds -inf in row 7, column 2"),
    "too large for float32": (
        spoilt(X, 1e300, 7, 2, dtype=np.float64),
        TARGETS,
        None,
        r"x holds 1e\+300, which is infinite in float32, in row 7, column 2",
    ),
    "y": (X, spoilt(TARGETS, np.inf, 11), None, "y holds inf in row 11"),
    "column of y": (X, spoilt(TARGETS[:, None], np.nan, 11, 0), None, "y holds nan in row 11, column 0"),
    "weights": (X, TARGETS, spoilt(np.ones(12), np.nan, 0), "sample_weight holds nan in row 0"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_numbers_in_the_data_that_are_not_finite_are_named(kind):
    x, y, weights, message = SPOILT[kind]
    batch = tuple(array for array in (x, y, weights) if array is not None)
    for call in (
        lambda: regression().fit(x, y, sample_weight=weights, batch_size=5, epochs=2, verbose=0),
        lambda: regression().fit(iter([(X, TARGETS), batch]), verbose=0),
        lambda: regression().train_on_batch(*batch),
        lambda: regression().evaluate(x, y, sample_weight=weights, verbose=0),
        lambda: regression().evaluate(iter([(X, TARGETS), batch]), verbose=0),
        lambda: regression().test_on_batch(*batch),
        lambda: regression().fit(X, TARGETS, validation_data=batch, verbose=0),
    ):
        with pytest.warns(RuntimeWarning, match=message) as caught:
            call()
        assert len(caught) == 1
        assert "learning rate" not in str(caught[0].message)


def test_a_loss_that_grows_beyond_all_bounds_is_not_blamed_on_the_data():
    model = regression()
    model.compile(lamella.optimizers.SGD(1e30), "mse")
    with pytest.warns(RuntimeWarning, match="smaller learning rate"):
        model.fit(X, TARGETS, epochs=9, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(model.evaluate(X, TARGETS, verbose=0))


def test_double_precision_holds_larger_numbers():
    lamella.config.set_floatx("float64")
    try:
        model = regression()
        x = spoilt(X, 1e100, 7, 2, dtype=np.float64)
        assert np.isfinite(model.evaluate(x, TARGETS, verbose=0))
    finally:
        lamella.config.set_floatx("float32")
