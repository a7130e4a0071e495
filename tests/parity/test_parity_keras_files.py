"""Files that Keras writes are loaded here, and files that lamella writes in Keras (extra `parity`)."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import keras_files
import lamella

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch") and find_spec("h5py")),
    reason="needs the extra `parity`: Keras, PyTorch and h5py",
)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    """A folder with files of both sides, what comes out of lamella's models, and what Keras says."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "keras").mkdir()
    (folder / "lamella").mkdir()
    own = {}
    for name in keras_files.CASES:
        model, x, y = keras_files.prepared(lamella, name)
        model.save(folder / "lamella" / f"{name}.keras")
        model.save_weights(folder / "lamella" / f"{name}.weights.h5")
        if name.startswith(keras_files.OLD_FORMAT):
            model.save(folder / "lamella" / f"{name}.h5")
        own[name] = keras_files.results(name, model, x, y)
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, Path(keras_files.__file__), folder], env=environment, check=True)
    with np.load(folder / "results.npz") as arrays:
        return folder, own, dict(arrays)


def close(actual, expected, key="before"):
    """Outputs to 1e-5, losses and metrics, which depend on all of them, to 1e-6."""
    atol = 1e-6 if key == "steps" else 1e-5
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=atol, err_msg=key)


@pytest.mark.parametrize("name", keras_files.CASES)
def test_keras_goes_on_where_lamella_stopped(exchange, name):
    _, own, arrays = exchange
    for key, value in own[name].items():
        close(arrays[f"lamella/{name}/{key}"], value, key)
    if name.startswith(keras_files.OF_WEIGHTS):
        close(arrays[f"weights/{name}"], own[name]["before"])


def test_keras_makes_the_same_models_of_files(exchange):
    """No option is lost: the configs are those of the models that Keras makes itself."""
    _, _, arrays = exchange
    pairs = {name: pair for name, pair in arrays.items() if name.startswith("configs/")}
    assert len(pairs) > 100
    assert [name for name, (made, loaded) in pairs.items() if made != loaded] == []


def goes_on(name, path, arrays):
    model = lamella.saving.load_model(path)
    _, x, y = keras_files.CASES[name](lamella)
    for key, value in keras_files.results(name, model, x, y).items():
        close(value, arrays[f"keras/{name}/{key}"], key)
    return model, x


@pytest.mark.parametrize("name", keras_files.CASES)
def test_lamella_goes_on_where_keras_stopped(exchange, name):
    folder, _, arrays = exchange
    model, x = goes_on(name, folder / "keras" / f"{name}.keras", arrays)
    if name.startswith(keras_files.OF_WEIGHTS):
        model.load_weights(folder / "keras" / f"{name}.weights.h5")
        close(model.predict_on_batch(x), arrays[f"keras/{name}/before"])


OLD_FORMAT = [name for name in keras_files.CASES if name.startswith(keras_files.OLD_FORMAT)]


@pytest.mark.parametrize("name", OLD_FORMAT)
def test_keras_reads_files_of_the_old_format(exchange, name):
    _, own, arrays = exchange
    close(arrays[f"old/{name}"], own[name]["before"])


@pytest.mark.parametrize("name", OLD_FORMAT)
def test_lamella_goes_on_from_files_of_the_old_format(exchange, name):
    folder, _, arrays = exchange
    goes_on(name, folder / "keras" / f"{name}.h5", arrays)
