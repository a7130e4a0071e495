"""Models inside of models, and of many layers: described, made again, written and read, or refused."""

import numpy as np
import pytest

import lamella
from lamella import layers
from lamella.saving import load_model

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def nested(depth, wrap=lambda inner: lamella.Sequential([inner])):
    inner = layers.Dense(3)
    for _ in range(depth):
        inner = wrap(inner)
    return lamella.Sequential([layers.Input((3,)), inner])


WRAPS = {
    "models": lambda inner: lamella.Sequential([inner]),
    "blocks": lambda inner: layers.Residual([inner]),
}


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("suffix", [".safetensors", ".keras", ".h5"])
def test_files_of_80_models_inside_of_each_other(suffix, wrap, tmp_path):
    if suffix != ".safetensors":
        pytest.importorskip("h5py")
    model = nested(80 if wrap == "models" else 20, WRAPS[wrap])
    model.save(tmp_path / f"model{suffix}")
    loaded = load_model(tmp_path / f"model{suffix}")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("suffix", [".safetensors", ".keras", ".h5"])
def test_files_of_500_layers(suffix, tmp_path):
    if suffix != ".safetensors":
        pytest.importorskip("h5py")
    model = lamella.Sequential([layers.Input((3,)), *(layers.Dense(3) for _ in range(500))])
    model.save(tmp_path / f"model{suffix}")
    loaded = load_model(tmp_path / f"model{suffix}")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


CALLS = {
    "get_config": lambda model, folder: model.get_config(),
    "serialize": lambda model, folder: layers.serialize(model),
    "to_json": lambda model, folder: model.to_json(),
    "safetensors": lambda model, folder: model.save(folder / "model.safetensors"),
    "keras": lambda model, folder: model.save(folder / "model.keras"),
    "h5": lambda model, folder: model.save(folder / "model.h5"),
}


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("call", CALLS)
def test_models_that_are_nested_too_deeply_are_refused(call, wrap, tmp_path):
    if call in ("keras", "h5"):
        pytest.importorskip("h5py")
    model = nested(300, WRAPS[wrap])
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    with pytest.raises(ValueError, match="nested"):
        CALLS[call](model, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_clones_of_deep_models():
    model = nested(80)
    assert lamella.models.clone_model(model).count_params() == model.count_params()


def test_weights_know_no_depth(tmp_path):
    model, other = nested(300), nested(300)
    model.save_weights(tmp_path / "w.safetensors")
    other.load_weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_configs_that_are_nested_too_deeply_are_refused():
    config = layers.serialize(layers.Dense(3))
    for _ in range(900):
        config = {"class_name": "Sequential", "config": {"layers": [config]}}
    with pytest.raises(ValueError, match="nested too deeply"):
        layers.deserialize(config)


def test_exports_of_deep_models(tmp_path):
    nested(300).export(tmp_path / "model.c")
    lines = []
    nested(50).summary(print_fn=lines.append, expand_nested=True)
    assert len(lines) > 50
