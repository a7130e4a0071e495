"""Whole models in Keras's old format, `.h5`: written, read again, and refused where they mean harm."""

import json

import numpy as np
import pytest

import lamella
from lamella import layers, losses, optimizers
from lamella.callbacks import ModelCheckpoint
from lamella.saving import load_model
from small_keras_file import rows, small_model, trained

h5py = pytest.importorskip("h5py")


def frozen():
    inner = lamella.Sequential([layers.Dense(4), layers.BatchNormalization(), layers.Dense(4)])
    inner.layers[0].trainable = False
    return [inner, layers.Dense(4)]


STACKS = {
    "plain": lambda: [
        layers.Dense(4, activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
    ],
    "nested": lambda: [lamella.Sequential([layers.Dense(4), layers.BatchNormalization()]), layers.PReLU()],
    "frozen": frozen,
    "blocks": lambda: [
        layers.Residual([layers.Dense(4), layers.Dense(4)]),
        layers.Branches([[layers.Dense(3)], [layers.Dense(2), layers.Dense(4)]]),
    ],
    "same names": lambda: [
        lamella.Sequential([layers.Dense(4, name="a")], name="b"),
        lamella.Sequential([layers.Dense(4, name="a")], name="c"),
    ],
}
OPTIMIZERS = {
    "adam": lambda: "adam",
    "nadam": lambda: optimizers.Nadam(),
    "schedule": lambda: optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 20), momentum=0.9),
    "averages": lambda: optimizers.RMSprop(momentum=0.5, centered=True, use_ema=True),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("stack", STACKS)
def test_a_model_goes_on_where_it_was_saved(stack, optimizer, tmp_path):
    model = lamella.Sequential([lamella.Input((4,)), *STACKS[stack](), layers.Dropout(0.2), layers.Dense(2)])
    model.compile(
        OPTIMIZERS[optimizer](), "mse", metrics=["mae", "cosine_similarity"], weighted_metrics=["mse"]
    )
    trained(model)
    model.save(tmp_path / "model.h5")
    loaded = load_model(tmp_path / "model.h5")
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    for _ in range(2):  # before and after a step
        for left, right in zip(loaded.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)
        assert loaded.optimizer.iterations == model.optimizer.iterations
        results = [m.evaluate(rows(), rows((2,), 1), verbose=0, return_dict=True) for m in (loaded, model)]
        assert results[0] == results[1]
        trained(model, 1)
        trained(loaded, 1)


def test_a_model_that_was_not_compiled(tmp_path):
    model = lamella.Sequential([lamella.Input((4,)), layers.Dense(2)])
    model.save(tmp_path / "model.h5")
    assert not load_model(tmp_path / "model.h5").compiled
    with h5py.File(tmp_path / "model.h5") as root:
        assert set(root.attrs) == {"keras_version", "backend", "model_config"}
        assert set(root) == {"model_weights"}


def test_a_model_that_was_not_compiled_again(tmp_path):
    trained(small_model()).save(tmp_path / "model.h5")
    assert not load_model(tmp_path / "model.h5", compile=False).compiled


@pytest.mark.parametrize("loss", ["mse", "crossentropy", losses.Huber(0.5, reduction="sum"), None])
def test_losses_and_metrics_keep_their_names(loss, tmp_path):
    model = lamella.Sequential([lamella.Input((4,)), layers.Dense(2)])
    model.compile("sgd", loss, metrics=["acc", "mae", "accuracy"])
    model.save(tmp_path / "model.h5")
    loaded = load_model(tmp_path / "model.h5")
    for each in (model, loaded):
        if loss is not None:
            each.test_on_batch(rows(), np.eye(2)[[0, 1] * 4])
    assert loaded.metrics_names == model.metrics_names
    if isinstance(loss, losses.Loss):
        assert loaded.loss.get_config() == loss.get_config()


def test_checkpoints(tmp_path):
    model = small_model()
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}.h5")
    model.fit(rows(), rows((2,), 1), epochs=2, verbose=0, callbacks=[checkpoint])
    np.testing.assert_array_equal(load_model(tmp_path / "2.h5").get_weights()[0], model.get_weights()[0])


def test_weights_of_a_whole_model(tmp_path):
    model = trained(small_model())
    model.save(tmp_path / "model.h5")
    other = small_model()
    other.load_weights(tmp_path / "model.h5")
    np.testing.assert_array_equal(other.predict(rows(), verbose=0), model.predict(rows(), verbose=0))


def test_many_layers_are_listed_in_parts(tmp_path):
    stack = [layers.Rescaling(1.0) for _ in range(4500)]
    model = lamella.Sequential([lamella.Input((4,)), *stack, layers.Dense(2)])
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as root:
        assert len(root["model_weights"].attrs["layer_names1"]) == 501
    np.testing.assert_array_equal(load_model(tmp_path / "model.h5").get_weights()[0], model.get_weights()[0])


# Files that mean harm.


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.h5"
    trained(small_model()).save(path)
    return path


def first_layer(root):
    return root["model_weights"][root["model_weights"].attrs["layer_names"][0]]


def replace(root, make):
    group = first_layer(root)
    name = group.attrs["weight_names"][0]
    values = group[name][()]
    del group[name]
    make(group, name, values)


DAMAGE = {
    "soft link": lambda root: replace(root, lambda g, n, v: g.__setitem__(n, h5py.SoftLink("/"))),
    "external link": lambda root: replace(
        root, lambda g, n, v: g.__setitem__(n, h5py.ExternalLink("/etc/passwd", "x"))
    ),
    "chunked": lambda root: replace(root, lambda g, n, v: g.create_dataset(n, data=v, chunks=True)),
    "another shape": lambda root: replace(root, lambda g, n, v: g.create_dataset(n, data=v.T)),
    "nothing": lambda root: replace(root, lambda g, n, v: None),
    "no names of layers": lambda root: root["model_weights"].attrs.pop("layer_names"),
    "names that are numbers": lambda root: root["model_weights"].attrs.__setitem__("layer_names", [1, 2]),
    "one name": lambda root: root["model_weights"].attrs.__setitem__("layer_names", "dense"),
    "a name twice": lambda root: first_layer(root).attrs.__setitem__(
        "weight_names", [first_layer(root).attrs["weight_names"][0]] * 2
    ),
    "names of nothing": lambda root: root["model_weights"].attrs.__setitem__("layer_names", ["x", "y"]),
    "a way out": lambda root: root["model_weights"].attrs.__setitem__("layer_names", ["..", "/etc"]),
    "no weights": lambda root: root.pop("model_weights"),
    "no layers": lambda root: root.attrs.__setitem__("model_config", '{"class_name": "Sequential"}'),
    "a list": lambda root: root.attrs.__setitem__("model_config", "[]"),
    "half a text": lambda root: root.attrs.__setitem__("model_config", "{"),
    "many texts": lambda root: root.attrs.__setitem__("model_config", ["{}", "{}"]),
    "a number": lambda root: root.attrs.__setitem__("model_config", 3.0),
    "no optimizer": lambda root: root.attrs.__setitem__("training_config", "{}"),
    "a seed": lambda root: root.attrs.__setitem__("lamella_seed", "-1"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_files_are_refused(path, name):
    with h5py.File(path, "r+") as root:
        DAMAGE[name](root)
    with pytest.raises(ValueError, match=r"model\.h5' cannot be loaded"):
        load_model(path)


@pytest.mark.parametrize("count", [1, 9, 10])
def test_an_optimizer_that_does_not_fit_starts_anew(path, count):
    with h5py.File(path, "r+") as root:
        held = root["optimizer_weights"].attrs
        held["weight_names"] = [held["weight_names"][0]] * count
    with pytest.warns(UserWarning, match="starts anew"):
        assert load_model(path).optimizer.iterations == 0


def test_what_is_not_understood_in_compile_says_how_to_load_it(path):
    with h5py.File(path, "r+") as root:
        training = json.loads(root.attrs["training_config"])
        training["optimizer_config"]["class_name"] = "Sophia"
        root.attrs["training_config"] = json.dumps(training)
    with pytest.raises(ValueError, match=r"Unknown optimizer 'Sophia'.*compile=False"):
        load_model(path)
    load_model(path, compile=False)
