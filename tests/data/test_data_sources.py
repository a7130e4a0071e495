"""Generators, PyDataset, sparse matrices, data frames, files mapped into memory: the same training."""

import itertools

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers
from lamella.callbacks import LambdaCallback

X = np.random.default_rng(4).normal(size=(24, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)
BATCHES = [(X[start : start + 6], Y[start : start + 6]) for start in range(0, 24, 6)]


def compiled(features=3, outputs=1, loss="mse", **options):
    model = Sequential([Input((features,)), layers.Dense(outputs, kernel_initializer="zeros")])
    model.compile("sgd", loss, **options)
    return model


def trained(x, y=None, features=3, **options):
    """History and weights after training without shuffling."""
    model = compiled(features, metrics=["mae"])
    history = model.fit(x, y, shuffle=False, verbose=0, **options)
    return history.history, model.get_weights()


def assert_same(left, right):
    assert left[0] == right[0]
    for a, b in zip(left[1], right[1], strict=True):
        np.testing.assert_array_equal(a, b)


class Four(lamella.utils.PyDataset):
    def __init__(self, **options):
        super().__init__(**options)
        self.asked, self.hooks = [], []

    def __len__(self):
        return 4

    def __getitem__(self, index):
        self.asked.append(index)
        return BATCHES[index]

    def on_epoch_begin(self):
        self.hooks.append("begin")

    def on_epoch_end(self):
        self.hooks.append("end")


SOURCES = {
    "list": lambda: BATCHES,
    "lists": lambda: iter([list(batch) for batch in BATCHES * 2]),
    "endless": lambda: itertools.cycle(BATCHES),
    "dataset": Four,
}


@pytest.mark.parametrize("kind", SOURCES)
def test_batches_train_as_the_arrays_they_are_cut_from(kind):
    expected = trained(X, Y, batch_size=6, epochs=2)
    assert_same(trained(SOURCES[kind](), epochs=2, steps_per_epoch=4), expected)
    if kind in ("list", "dataset"):
        assert_same(trained(SOURCES[kind](), epochs=2), expected)


@pytest.mark.parametrize("kind", SOURCES)
def test_batches_evaluate_and_predict_as_arrays(kind):
    model = compiled(metrics=["mae"])
    model.set_weights([np.ones((3, 1)), np.ones(1)])
    assert model.evaluate(SOURCES[kind](), steps=4, verbose=0) == pytest.approx(
        model.evaluate(X, Y, batch_size=6, verbose=0), rel=1e-6
    )
    outputs = model.predict(SOURCES[kind](), steps=4, verbose=0)
    np.testing.assert_array_equal(outputs, model.predict(X, verbose=0))


def test_sample_weights_may_come_with_the_batches():
    weights = np.linspace(0, 2, 24).astype(np.float32)
    triples = [(*batch, weights[6 * i : 6 * i + 6]) for i, batch in enumerate(BATCHES)]
    assert_same(trained(triples), trained(X, Y, sample_weight=weights, batch_size=6))


def test_class_weights_apply_to_batches():
    labels = (X[:, 0] > 0).astype(int)
    batches = [(X[i : i + 6], labels[i : i + 6]) for i in range(0, 24, 6)]
    results = []
    for data in ((X, labels), (batches, None)):
        model = compiled(outputs=2, loss=lamella.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(*data, batch_size=6, class_weight={0: 5.0}, shuffle=False, verbose=0)
        results.append(model.get_weights()[0])
    np.testing.assert_array_equal(*results)
    plain = compiled(outputs=2, loss=lamella.losses.SparseCategoricalCrossentropy(from_logits=True))
    plain.fit(X, labels, batch_size=6, shuffle=False, verbose=0)
    assert (plain.get_weights()[0] != results[0]).any()


def test_epochs_of_some_steps_go_on_where_the_last_one_ended():
    seen = []
    generator = (seen.append(index) or BATCHES[index % 4] for index in itertools.count())
    history = compiled().fit(generator, steps_per_epoch=3, epochs=3, verbose=0)
    assert len(history.epoch) == 3
    assert history.params["steps"] == 3
    assert seen == list(range(9))  # and not a batch more


def test_data_that_can_begin_again_does_in_the_middle_of_training():
    dataset = Four()
    compiled().fit(dataset, steps_per_epoch=2, epochs=4, shuffle=False, verbose=0)
    assert dataset.asked == [0, 1, 2, 3, 0, 1, 2, 3]


def test_a_generator_that_ends_within_an_epoch_of_fixed_length_is_reported():
    model = compiled()
    with pytest.warns(UserWarning, match=r"steps_per_epoch=9, after 4 steps"):
        model.fit(iter(BATCHES), steps_per_epoch=9, verbose=0)
    assert model.optimizer.iterations == 4


def test_a_generator_knows_one_pass():
    model = compiled()
    with pytest.warns(UserWarning, match="data ran out, and training ended"):
        history = model.fit(iter(BATCHES), epochs=3, verbose=0)
    assert history.epoch == [0]
    assert model.optimizer.iterations == 4


def test_hooks_of_batches_count_the_batches_of_a_generator():
    batches = []
    callback = LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch))
    compiled().fit(iter(BATCHES), verbose=0, callbacks=[callback])
    assert batches == [0, 1, 2, 3]


def test_a_dataset_is_shuffled_batch_by_batch():
    lamella.utils.set_random_seed(1)
    dataset = Four()
    compiled().fit(dataset, epochs=8, verbose=0)
    passes = [tuple(order) for order in np.reshape(dataset.asked, (8, 4))]
    assert all(sorted(order) == [0, 1, 2, 3] for order in passes)
    assert len(set(passes)) > 1
    assert dataset.hooks == ["begin", "end"] * 8


@pytest.mark.parametrize("steps", [2, 3, 4, None])
def test_hooks_of_a_dataset_come_with_epochs_validations_and_predictions(steps):
    model = compiled()
    for call, epochs in (
        (lambda data: model.evaluate(data, steps=steps, verbose=0), 1),
        (lambda data: model.predict(data, steps=steps, verbose=0), 1),
        (lambda data: model.fit(X, Y, validation_data=data, validation_steps=steps, epochs=3, verbose=0), 3),
    ):
        dataset = Four()
        call(dataset)
        assert dataset.hooks == ["begin", "end"] * epochs
        assert dataset.asked == list(range(steps or 4)) * epochs
    dataset = Four()
    dataset.hooks = dataset.asked  # in one list: when the hooks come
    model.fit(dataset, steps_per_epoch=2, epochs=3, shuffle=False, verbose=0)
    assert dataset.asked == ["begin", 0, 1, "end", "begin", 2, 3, "end", "begin", 0, 1, "end"]


def test_an_endless_dataset_needs_steps():
    class Endless(Four):
        num_batches = None

        def __getitem__(self, index):
            return super().__getitem__(index % 4)

    model = compiled()
    model.fit(Endless(), steps_per_epoch=6, verbose=0)
    assert model.optimizer.iterations == 6


@pytest.mark.parametrize("frequency", [1, 2])
def test_validation_on_batches(frequency):
    expected = trained(X, Y, batch_size=6, epochs=2, validation_data=(X, Y), validation_freq=frequency)
    for data in (BATCHES, Four()):
        history, _ = trained(X, Y, batch_size=6, epochs=2, validation_data=data, validation_freq=frequency)
        assert history.keys() == expected[0].keys()
        assert history["val_loss"] == pytest.approx(expected[0]["val_loss"], rel=1e-6)


def test_an_unbuilt_model_is_built_by_the_first_batch():
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(iter(BATCHES), verbose=0)
    assert model.input_shape == (None, 3)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((iter(BATCHES), Y), {}, "y must be None"),
        ((BATCHES,), {"sample_weight": np.ones(24)}, "sample_weight must be None"),
        ((BATCHES,), {"validation_split": 0.5}, "validation_data"),
        ((iter([]),), {}, "no batches"),
        ((iter([(X, Y, Y, Y)]),), {}, "4 members"),
        ((iter([(X, Y[:5])]),), {}, "equally many"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        compiled().fit(*arguments, verbose=0, **options)


class Unknown:
    """Batches that have a length and do not know it, as data loaders over streams."""

    def __init__(self):
        self.passes = 0

    def __len__(self):
        raise TypeError("the length of a stream is not known")

    def __iter__(self):
        self.passes += 1
        return iter(BATCHES)


def test_a_stream_need_not_know_its_length():
    stream = Unknown()
    expected = trained(X, Y, batch_size=6, epochs=2)
    assert_same(trained(stream, epochs=2), expected)
    assert stream.passes == 2
    model = compiled(metrics=["mae"])
    assert model.fit(stream, verbose=0).params["steps"] is None
    assert model.evaluate(stream, verbose=0) == model.evaluate(BATCHES, verbose=0)
    assert model.predict(stream, verbose=0).shape == (24, 1)


def test_batches_may_be_dictionaries_and_lists_of_one():
    expected = trained(BATCHES)
    for wrap in (
        lambda x, y: ({"any": x}, {"any": y}),
        lambda x, y: ([x], (y,)),
        lambda x, y: [(x,), {"y": y}],
    ):
        assert_same(trained(iter([wrap(*batch) for batch in BATCHES])), expected)
        assert_same(trained([tuple(wrap(*batch)) for batch in BATCHES]), expected)
    outputs = compiled().predict(iter([{"any": x} for x, _ in BATCHES]), verbose=0)
    assert outputs.shape == (24, 1)


def test_predictions_do_not_look_at_targets():
    batches = [(x, np.array(["a", "b"])) for x, _ in BATCHES]
    np.testing.assert_array_equal(
        compiled().predict(iter(batches), verbose=0), compiled().predict(X, verbose=0)
    )


@pytest.mark.parametrize("steps", [None, 4])
def test_validation_data_that_runs_out_does_not_end_training(steps):
    model = compiled()
    with pytest.warns(UserWarning, match="validation_data ran out, and training goes on") as caught:
        history = model.fit(
            X, Y, epochs=3, verbose=0, validation_data=iter(BATCHES), validation_steps=steps
        ).history
    assert len(caught) == 1
    assert (len(history["loss"]), len(history["val_loss"])) == (3, 1)


def test_validation_goes_on_in_a_generator_where_it_ended():
    seen = []
    generator = (seen.append(index) or BATCHES[index % 4] for index in itertools.count())
    history = compiled().fit(X, Y, epochs=3, verbose=0, validation_data=generator, validation_steps=2)
    assert len(history.history["val_loss"]) == 3
    assert seen == list(range(6))


def test_steps_beyond_the_last_batch_are_warned_of():
    model = compiled()
    for call in (
        lambda: model.evaluate(iter(BATCHES), steps=5, verbose=0),
        lambda: model.predict(iter(BATCHES), steps=5, verbose=0),
        lambda: model.fit(X, Y, validation_data=BATCHES, validation_steps=5, verbose=0),
        lambda: model.fit(X, Y, validation_data=(X, Y), validation_steps=5, batch_size=6, verbose=0),
    ):
        with pytest.warns(UserWarning, match="steps=5 were asked for, it has 4"):
            call()


def test_errors_inside_a_generator_come_through():
    def broken():
        yield BATCHES[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compiled().fit(broken(), verbose=0)


# Sparse matrices.


@pytest.fixture
def matrix():
    sparse = pytest.importorskip("scipy.sparse")
    return sparse.random_array((24, 3), density=0.4, rng=np.random.default_rng(0), dtype=np.float32)


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_sparse_matrices_train_as_dense_ones(matrix, form):
    x = getattr(matrix, f"to{form}")()
    options = {"batch_size": 5, "epochs": 2, "validation_split": 0.25}
    left, right = trained(x, Y, **options), trained(matrix.toarray(), Y, **options)
    for name in left[0]:
        assert left[0][name] == pytest.approx(right[0][name], rel=1e-5)
    np.testing.assert_array_equal(left[1][0], right[1][0])
    model = compiled()
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(matrix.toarray(), verbose=0))
    assert model.evaluate(x, Y, verbose=0) == pytest.approx(model.evaluate(matrix.toarray(), Y, verbose=0))


def test_sparse_matrices_are_never_made_dense_as_a_whole():
    sparse = pytest.importorskip("scipy.sparse")
    rows = 200_000
    x = sparse.csr_array(
        (np.ones(rows, np.float32), np.arange(rows) % 5000, np.arange(rows + 1)), shape=(rows, 5000)
    )  # 4 GB when dense
    model = compiled(5000)
    before = own_kilobytes()
    model.fit(x, np.ones(rows), batch_size=200, steps_per_epoch=20, verbose=0)
    model.predict(x[:2000], verbose=0)
    assert own_kilobytes() - before < 100_000


def test_sparse_rows_stay_with_their_targets_when_shuffled(matrix):
    """A model that cannot learn from rows out of step reaches no small loss."""
    x = matrix.tocsr()
    model = compiled()
    model.compile(lamella.optimizers.SGD(0.3), "mse")
    history = model.fit(x, x.toarray().sum(1), epochs=200, batch_size=8, verbose=0)
    assert history.history["loss"][-1] < 1e-6


def test_sparse_targets_must_fit(matrix):
    with pytest.raises(ValueError, match="equally many"):
        compiled().fit(matrix, Y[:5], verbose=0)


# Data frames.


def test_data_frames_train_as_arrays():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c"], index=range(100, 124))
    target = pandas.Series(Y[:, 0], index=range(100, 124))
    assert_same(
        trained(frame, target, batch_size=5, validation_split=0.25),
        trained(X, Y, batch_size=5, validation_split=0.25),
    )
    model = compiled()
    np.testing.assert_array_equal(model.predict(frame, verbose=0), model.predict(X, verbose=0))


def test_anything_that_turns_into_an_array_trains_as_one():
    class Wrapped:
        def __init__(self, array):
            self.array = array

        def __array__(self, dtype=None, copy=None):
            return self.array

    assert_same(trained(Wrapped(X), Wrapped(Y)), trained(X, Y))


# Files mapped into memory.


def own_kilobytes():
    """Resident memory that belongs to the process: pages of mapped files belong to the file cache."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))


def test_a_mapped_file_is_read_batch_by_batch(tmp_path):
    rows, features = 100_000, 160  # 64 MB, of a type that has to be converted
    path = tmp_path / "x.npy"
    x = np.lib.format.open_memmap(path, mode="w+", dtype=np.int32, shape=(rows, features))
    x[:, 0] = np.arange(rows) % 7
    x.flush()
    del x
    x = np.load(path, mmap_mode="r")
    model = compiled(features)
    model.compile(lamella.optimizers.SGD(0.001), "mse")
    y = (np.arange(rows) % 7).astype(np.float32)
    model.fit(x[:1000], y[:1000], batch_size=500, verbose=0)
    before = own_kilobytes()
    history = model.fit(x, y, batch_size=500, epochs=2, validation_split=0.1, verbose=0)
    model.predict(x, batch_size=500, verbose=0)
    assert own_kilobytes() - before < 16_000
    assert history.history["loss"][1] < history.history["loss"][0]
