"""Functions and classes of the user's in files: saved by their names, loaded with `custom_objects`."""

import numpy as np
import pytest

import lamella
from lamella import constraints, initializers, layers, losses, metrics, optimizers, regularizers
from lamella.saving import custom_object_scope, load_model, register_serializable

X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = X[:, :1]
SUFFIXES = [".safetensors", ".keras"]


def own_loss(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(axis=-1), 2 * error / error.shape[-1]


def own_metric(y_true, y_pred):
    return abs(y_true - y_pred).mean(axis=-1)


def own_start(shape, dtype=None):
    return np.full(shape, 0.25, dtype)


class OwnPenalty(regularizers.Regularizer):
    def __init__(self, factor=0.1):
        self.factor = factor

    def __call__(self, x):
        return self.factor * float(np.sum(x**4))

    def gradient(self, x):
        return 4 * self.factor * x**3

    def get_config(self):
        return {"factor": self.factor}


class OwnStart(initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return np.full(shape, 0.5, dtype)


class OwnLimit(constraints.NonNeg):
    pass


class OwnSchedule(optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 / (1 + step)

    def get_config(self):
        return {}


class Doubled(layers.Layer):
    def forward(self, x):
        return 2 * x

    def backward(self, x, y, gradient):
        return 2 * gradient


class OwnMetric(metrics.Metric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count += len(y_true)

    def result(self):
        return self.count

    def reset_state(self):
        self.count = 0.0


class OwnError(losses.MeanSquaredError):
    pass


def compiled(loss="mse", optimizer="sgd", own_layers=(), **options):
    model = lamella.Sequential([layers.Input((3,)), *own_layers, layers.Dense(1)])
    model.compile(optimizer, loss, **options)
    return model


def dense(**options):
    return lambda: compiled(own_layers=[layers.Dense(2, **options)])


CASES = {
    "own_loss": lambda: compiled(own_loss),
    "own_metric": lambda: compiled(metrics=[own_metric]),
    "OwnMetric": lambda: compiled(metrics=[OwnMetric()]),
    "OwnError": lambda: compiled(OwnError()),
    "OwnSchedule": lambda: compiled(optimizer=optimizers.SGD(OwnSchedule())),
    "own_start": dense(kernel_initializer=own_start),
    "OwnStart": dense(bias_initializer=OwnStart()),
    "OwnPenalty": dense(kernel_regularizer=OwnPenalty(0.2), activity_regularizer=OwnPenalty()),
    "OwnLimit": dense(kernel_constraint=OwnLimit()),
    "Doubled": lambda: compiled(own_layers=[Doubled()]),
}
IN_COMPILE = ("own_loss", "own_metric", "OwnMetric", "OwnError", "OwnSchedule")


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    if request.param != ".safetensors":
        pytest.importorskip("h5py")
    return tmp_path / f"model{request.param}"


@pytest.mark.parametrize("name", CASES)
def test_the_name_is_saved_and_asked_for(name, path):
    model = CASES[name]()
    model.fit(X, Y, verbose=0)
    model.save(path)
    own = {name: globals()[name]}
    loaded = load_model(path, custom_objects=own)
    assert loaded.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    for each in (loaded, model):
        each.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
    with custom_object_scope(own):
        load_model(path)
    with pytest.raises(ValueError, match=f"(?s)model.*{name}.*custom_objects"):
        load_model(path)
    if name in IN_COMPILE:
        assert not load_model(path, compile=False).compiled


@pytest.mark.parametrize("name", CASES)
def test_clones_need_no_custom_objects(name):
    model = CASES[name]()
    clone = lamella.models.clone_model(model)
    assert [type(layer) for layer in clone.layers] == [type(layer) for layer in model.layers]


def test_what_is_registered_needs_no_custom_objects(path):
    @register_serializable("tests_of_files")
    def registered_loss(y_true, y_pred):
        return own_loss(y_true, y_pred)

    model = compiled(registered_loss)
    model.save(path)
    assert load_model(path).get_compile_config()["loss"]["config"] == "tests_of_files>registered_loss"


def test_name_and_reduction_of_a_loss_are_kept(path):
    model = compiled(losses.FunctionLoss(own_loss, reduction="sum", name="mine"))
    model.save(path)
    loss = load_model(path, custom_objects={"own_loss": own_loss}).loss
    assert (loss.name, loss.reduction, loss.function) == ("mine", "sum", own_loss)


def test_names_of_metrics_and_their_arguments_are_kept(path):
    def scaled(y_true, y_pred, factor):
        return factor * own_metric(y_true, y_pred)

    model = compiled(metrics=[metrics.MeanMetricWrapper(scaled, name="mine", factor=3)])
    model.fit(X, Y, verbose=0)
    model.save(path)
    loaded = load_model(path, custom_objects={"scaled": scaled})
    assert loaded.evaluate(X, Y, verbose=0, return_dict=True) == model.evaluate(
        X, Y, verbose=0, return_dict=True
    )


def test_functions_without_a_name_are_saved_with_a_warning(path):
    model = compiled(lambda y_true, y_pred: own_loss(y_true, y_pred))
    model.fit(X, Y, verbose=0)
    with pytest.warns(UserWarning, match="(?s)model.*<lambda>.*compile=False"):
        model.save(path)
    load_model(path, compile=False)
    with pytest.raises(ValueError, match=r"<lambda>.*custom_objects"):
        load_model(path)


def test_two_functions_of_the_same_name_are_refused(path):
    model = compiled(lambda t, p: own_loss(t, p), metrics=[lambda t, p: own_metric(t, p)])
    with pytest.raises(ValueError, match="both named '<lambda>'"):
        model.save(path)
    assert not path.exists()


def test_a_function_with_the_name_of_a_built_in_is_refused(path):
    def mse(y_true, y_pred):
        return own_loss(y_true, y_pred)

    with pytest.raises(ValueError, match="'mse' has the name of a built-in loss"):
        compiled(mse).save(path)


def test_a_class_with_the_name_of_a_built_in_stays_apart(path):
    class Dropout(Doubled):
        pass

    model = compiled(own_layers=[Dropout(), layers.Dropout(0.5)])
    model.save(path)
    loaded = load_model(path, custom_objects={"Dropout": Dropout})
    assert [type(layer) for layer in loaded.layers[:2]] == [Dropout, layers.Dropout]


@pytest.mark.parametrize("wrong", [3, "text", own_metric, dict])
def test_custom_objects_of_another_kind_are_refused(wrong, path):
    CASES["Doubled"]().save(path)
    with pytest.raises(ValueError, match="'Doubled' must be a class derived from Layer"):
        load_model(path, custom_objects={"Doubled": wrong})
    with pytest.raises(ValueError, match="custom_objects"):
        load_model(path, custom_objects=[Doubled])


@pytest.mark.parametrize("loss", ["own", "lambda"])
def test_callbacks_do_not_end_training(loss, path):
    model = compiled(own_loss if loss == "own" else lambda t, p: own_loss(t, p))
    callbacks = [
        lamella.callbacks.ModelCheckpoint(path),
        lamella.callbacks.BackupAndRestore(path.parent / "backup"),
    ]
    if loss == "own":
        model.fit(X, Y, epochs=2, verbose=0, callbacks=callbacks)
    else:
        with pytest.warns(UserWarning, match="<lambda>"):
            model.fit(X, Y, epochs=2, verbose=0, callbacks=callbacks)
    assert len(model.history.epoch) == 2
    assert path.exists()
