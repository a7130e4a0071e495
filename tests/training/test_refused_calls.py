"""Calls that are refused leave no trace: the right call afterwards gives the bits of a fresh model."""

import threading

import numpy as np
import pytest

import lamella
from lamella import callbacks, layers, losses, metrics

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
LABELS = RNG.integers(0, 3, 48)
ONE_HOT = np.eye(3, dtype="float32")[LABELS]


class Raising(callbacks.Callback):
    """Raises in one hook."""

    def __init__(self, hook, error):
        super().__init__()
        self.error = error
        setattr(self, hook, self._raise)

    def _raise(self, *arguments):
        raise self.error("told to")


class Fussy(metrics.Metric):
    """Counts batches, and raises when it is told to."""

    raises = False

    def update_state(self, y_true, y_pred, sample_weight=None):
        if Fussy.raises:
            raise ValueError("told to")
        self.batches += 1

    def result(self):
        return self.batches

    def reset_state(self):
        self.batches = 0


class Passing(layers.Layer):
    """Hands its input on, and raises when it is told to."""

    raises = False

    def build(self, input_shape):
        self.factor = self.add_weight((), "ones", name="factor")

    def forward(self, x):
        if Passing.raises:
            raise ValueError("told to")
        return x * self.factor.numpy()

    def backward(self, x, y, gradient):
        return gradient * self.factor.numpy(), [np.sum(gradient * x)]


def stack(*front):
    return [
        *front,
        layers.Dense(6, activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        Passing(),
        layers.Dropout(0.3),
        layers.Dense(3, activation="softmax"),
    ]


def declared(loss="crossentropy"):
    model = lamella.Sequential(stack(layers.Input((4,))))
    model.compile("adam", loss, metrics=["accuracy", "crossentropy", Fussy()], weighted_metrics=["accuracy"])
    return model


def undeclared(loss="crossentropy"):
    model = lamella.Sequential(stack())
    model.compile("adam", loss, metrics=["accuracy", Fussy()])
    return model


def nested():
    inner = lamella.Sequential(stack()[:2])
    model = lamella.Sequential([inner, layers.Residual([layers.Dense(6)]), *stack()[2:]])
    model.compile("adam", "crossentropy", metrics=["accuracy", Fussy()])
    return model


def results(model):
    """What it does in every entry point, from its first use on."""
    history = model.fit(X, LABELS, epochs=2, batch_size=8, validation_split=0.25, verbose=0).history
    score = model.evaluate(X, LABELS, verbose=0)
    step = model.train_on_batch(X[:8], LABELS[:8])
    outputs = model.predict(X, verbose=0)
    names = [model.metrics_names, [weight.path for weight in model.weights]]
    return [*history.values(), score, step, outputs, *model.get_weights()], [list(history), *names]


def assert_fresh(make, refuse):
    """A model that refused calls is like one that did not."""
    lamella.utils.clear_session()
    lamella.utils.set_random_seed(0)
    fresh, fresh_names = results(make())
    lamella.utils.clear_session()
    lamella.utils.set_random_seed(0)
    model = make()
    refuse(model)
    again, names = results(model)
    assert names == fresh_names
    for left, right in zip(fresh, again, strict=True):
        np.testing.assert_array_equal(left, right)


def endless_error():
    yield X[:8], LABELS[:8, None][:, [0, 0]]


def broken(error):
    raise error("told to")
    yield


WRONG_DATA = [
    (X, LABELS[:-1]),
    (np.ones((48, 5, 2, 2)), LABELS),
    (X, LABELS.astype(str)),
    (X, np.ones((48, 7))),
    (X, LABELS + 5),
    (X, np.ones((48, 2, 2))),
    ([X, X], LABELS),
    (X[:0], LABELS[:0]),
    (X, None),
    (X, LABELS, np.ones(3)),
]
CALLS = ["fit", "evaluate", "train_on_batch", "test_on_batch"]


@pytest.mark.parametrize("make", [declared, undeclared, nested])
@pytest.mark.parametrize("call", CALLS)
def test_wrong_data(make, call):
    def refuse(model):
        for x, y, *weights in WRONG_DATA:
            options = {"sample_weight": weights[0]} if weights else {}
            with pytest.raises((ValueError, TypeError)):
                getattr(model, call)(x, y, **options)

    assert_fresh(make, refuse)


WRONG_ARGUMENTS = [
    {"batch_size": 0},
    {"validation_split": 2.0},
    {"validation_data": (X, np.ones((48, 7)))},
    {"validation_data": (X, LABELS[:3])},
    {"validation_data": (X, LABELS), "validation_freq": 0},
    {"callbacks": [object()]},
    {"steps_per_epoch": -1},
    {"verbose": "loud"},
    {"class_weight": {"a": 1.0}},
]


@pytest.mark.parametrize("make", [declared, undeclared])
def test_wrong_arguments_of_fit(make):
    def refuse(model):
        for options in WRONG_ARGUMENTS:
            with pytest.raises((ValueError, TypeError)):
                model.fit(X, ONE_HOT, **options)

    assert_fresh(make, refuse)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("make", [declared, undeclared])
def test_errors_before_the_first_step(make, error):
    def refuse(model):
        for hook in ("on_train_begin", "on_epoch_begin", "on_train_batch_begin"):
            with pytest.raises(error):
                model.fit(X, ONE_HOT, verbose=0, callbacks=[Raising(hook, error)])
        for hook in ("on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"):
            with pytest.raises(error):
                model.evaluate(X, ONE_HOT, verbose=0, callbacks=[Raising(hook, error)])
        with pytest.raises(error):
            model.fit(broken(error), verbose=0)
        with pytest.raises(error):
            model.evaluate(broken(error), verbose=0)

    assert_fresh(make, refuse)


@pytest.mark.parametrize("culprit", [Fussy, Passing])
@pytest.mark.parametrize("make", [declared, undeclared])
def test_code_of_the_user_that_raises(make, culprit):
    def refuse(model):
        culprit.raises = True
        try:
            for call in ("evaluate", "test_on_batch"):
                with pytest.raises(ValueError, match="told to"):
                    getattr(model, call)(X, ONE_HOT)
            if culprit is Passing:
                with pytest.raises(ValueError, match="told to"):
                    model.fit(X, ONE_HOT, verbose=0)
                with pytest.raises(ValueError, match="told to"):
                    model.predict(X, verbose=0)
        finally:
            culprit.raises = False

    assert_fresh(make, refuse)


def test_streams():
    def refuse(model):
        for stream in ([], [(X, ONE_HOT[:-1])], [(X[:8, :, None, None], ONE_HOT[:8])], [(X, ONE_HOT, 1, 2)]):
            for call in (model.fit, model.evaluate):
                with pytest.raises((ValueError, TypeError)):
                    call(iter(stream), verbose=0)

    assert_fresh(declared, refuse)
    assert_fresh(undeclared, refuse)


def test_prediction_and_calls():
    def refuse(model):
        for call in (lambda x: model.predict(x, verbose=0), model.predict_on_batch, model):
            for x in ("a", np.ones((2, 3, 4, 5, 6, 7))[..., :0], [[1.0], [2.0, 3.0]], np.array([["a"]])):
                with pytest.raises((ValueError, TypeError)):
                    call(x)

    assert_fresh(declared, refuse)
    assert_fresh(undeclared, refuse)


def test_compiling_weights_and_files(tmp_path):
    other = lamella.Sequential([layers.Input((2,)), layers.Dense(1)])
    other.save_weights(tmp_path / "other.safetensors")

    def refuse(model):
        for arguments in (
            ("no such optimizer", "mse"),
            ("adam", "no such loss"),
            ("adam", "mse", None, ["no such metric"]),
            ("adam", 3),
        ):
            with pytest.raises((ValueError, TypeError)):
                model.compile(*arguments)
        for weights in ([], [np.ones(2)] * 9, None, 3):
            with pytest.raises((ValueError, TypeError)):
                model.set_weights(weights)
        with pytest.raises((ValueError, OSError)):
            model.load_weights(tmp_path / "other.safetensors")
        with pytest.raises((ValueError, OSError)):
            model.load_weights(tmp_path / "none.safetensors")

    assert_fresh(declared, refuse)


@pytest.mark.parametrize("make", [declared, undeclared])
def test_layers_that_cannot_be_added(make):
    def refuse(model):
        for layer in (object(), layers.Input((4,)), layers.Flatten(name=model.layers[0].name)):
            with pytest.raises(ValueError, match=r"layer|Input"):
                model.add(layer)
        if model.built:
            with pytest.raises(ValueError, match="pooling"):
                model.add(layers.MaxPooling2D(3, name="pooling"))
            with pytest.raises(ValueError, match="takes inputs"):
                model.build((None, 7))

    assert_fresh(make, refuse)


def test_models_that_cannot_be_built():
    lamella.utils.set_random_seed(0)
    model = lamella.Sequential([layers.Dense(3), layers.Conv1D(2, 2, name="conv"), layers.Dense(1)])
    for attempt in (
        lambda: model.build((None, 4)),
        lambda: model.predict(X, verbose=0),
        lambda: model(X),
        lambda: lamella.Sequential([layers.Input((4,)), *model.layers]),
    ):
        with pytest.raises(ValueError, match="conv"):
            attempt()
        assert not model.built
        assert model.weights == []
    steps = np.ones((2, 5, 4), "float32")
    outputs = model.predict(steps, verbose=0)
    lamella.utils.set_random_seed(0)
    fresh = lamella.Sequential([layers.Dense(3), layers.Conv1D(2, 2), layers.Dense(1)])
    np.testing.assert_array_equal(outputs, fresh.predict(steps, verbose=0))


def test_the_training_goes_on_after_an_error_in_its_middle():
    model = declared()
    with pytest.raises(ValueError, match="told to"):
        model.fit(X, LABELS, batch_size=8, verbose=0, callbacks=[Raising("on_train_batch_end", ValueError)])
    assert model.optimizer.iterations == 1
    model.fit(X, LABELS, batch_size=8, verbose=0)
    assert model.optimizer.iterations == 7


def test_targets_of_another_kind_are_refused_by_name():
    model = declared()
    before = model.evaluate(X, LABELS, verbose=0)
    with pytest.raises(ValueError, match=r"shape"):
        model.evaluate(X, ONE_HOT, verbose=0)
    assert model.evaluate(X, LABELS, verbose=0) == before
    model.compile("adam", "crossentropy", metrics=["accuracy"])
    assert np.isclose(model.evaluate(X, ONE_HOT, verbose=0)[0], before[0])


def test_two_trainings_at_once_are_refused():
    model = declared()
    entered, over = threading.Event(), threading.Event()

    class Waiting(callbacks.Callback):
        def on_train_begin(self, logs=None):
            entered.set()
            over.wait()

    thread = threading.Thread(target=lambda: model.fit(X, LABELS, verbose=0, callbacks=[Waiting()]))
    thread.start()
    entered.wait()
    try:
        for call in (model.fit, model.train_on_batch):
            with pytest.raises(RuntimeError, match="is being trained"):
                call(X, LABELS)
    finally:
        over.set()
        thread.join()
    assert model.optimizer.iterations == 2


def test_a_loss_of_the_user_that_raises():
    raises = True

    def squared(y_true, y_pred):
        if raises:
            raise ValueError("told to")
        error = y_pred - y_true
        return (error**2).mean(axis=-1), 2 * error / error.shape[-1]

    lamella.utils.set_random_seed(0)
    model = lamella.Sequential([layers.Dense(3)])
    model.compile("adam", losses.FunctionLoss(squared))
    for call in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises(ValueError, match="told to"):
            call(X, ONE_HOT)
    raises = False
    history = model.fit(X, ONE_HOT, verbose=0).history
    lamella.utils.set_random_seed(0)
    fresh = lamella.Sequential([layers.Dense(3)])
    fresh.compile("adam", losses.FunctionLoss(squared))
    assert history == fresh.fit(X, ONE_HOT, verbose=0).history


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(2, kernel_regularizer="l2"), (None, 4)),
        (layers.Conv2D(2, 3), (None, 8, 8, 3)),
        (layers.BatchNormalization(), (None, 4)),
        (layers.PReLU(), (None, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_that_is_built_again_gets_no_second_weights(layer, shape):
    layer.build(shape)
    before = layer.weights
    with pytest.raises(ValueError, match=f"{layer.name}' is built and has the weight"):
        layer.build(shape)
    assert [id(variable) for variable in layer.weights] == [id(variable) for variable in before]
