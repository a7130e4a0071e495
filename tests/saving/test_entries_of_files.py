"""Entries of files that are absent, or hold something else: a default, or an error with file and cause."""

import copy
import json
import re

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import lamella
from lamella import _core, layers, losses, metrics, optimizers
from lamella.saving import load_model
from lamella.saving.native import model_file, tensor_file
from small_keras_file import rewrite, rows, trained

ABSURD = [None, True, 10**12, "x", [], [0], {"class_name": 3, "config": []}]
PYTHON = re.compile(r"\b(Key|Type|Attribute|Index|Assertion|Recursion|Overflow)Error\b")
"""Errors that say nothing to a user; what they say may be part of a message, their names must not."""


def model_of():
    model = lamella.Sequential(
        [
            lamella.Input((4,)),
            layers.Dense(3, kernel_regularizer="l2", kernel_constraint="max_norm"),
            layers.Residual([layers.Dense(3)]),
            lamella.Sequential([layers.BatchNormalization()]),
            layers.Branches([[layers.Dense(2)], [layers.Dropout(0.1)]]),
        ]
    )
    schedule = optimizers.schedules.CosineDecay(0.1, 10)
    model.compile(optimizers.Adam(schedule), losses.Huber(), metrics=["mae", metrics.AUC(), "accuracy"])
    return trained(model, 1)


def places(tree, path=()):
    if path:
        yield path
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield from places(tree[key], (*path, key))


def changed(tree, path, value):
    """A copy with another value at a place; without the place, where the value is Ellipsis."""
    tree = copy.deepcopy(tree)
    target = tree
    for key in path[:-1]:
        target = target[key]
    if value is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return tree


def variants(tree):
    """Every place left out, and every place with one of the absurd values, another one at each."""
    for index, path in enumerate(places(tree)):
        yield path, changed(tree, path, ...)
        yield path, changed(tree, path, ABSURD[index % len(ABSURD)])


def require_refusal_or_success(load, name, what):
    """A refusal names the file, and is no error of Python's."""
    message = None
    try:
        load()
    except ValueError as error:
        message = str(error)
    assert message is None or (name in message and not PYTHON.search(message)), (what, message)


def test_json():
    tree = json.loads(model_of().to_json())
    for path, variant in variants(tree):
        text = json.dumps(variant)
        require_refusal_or_success(lambda: lamella.models.model_from_json(text), "The text", path)  # noqa: B023


@pytest.mark.filterwarnings("ignore:.*starts anew")
def test_keras_files(tmp_path):
    pytest.importorskip("h5py")
    path = tmp_path / "model.keras"
    model_of().save(path)
    trees = []
    rewrite(path, trees.append)
    for place, variant in variants(trees[0]):
        rewrite(path, lambda tree: variant)  # noqa: B023
        require_refusal_or_success(lambda: load_model(path), str(path), place)


@pytest.mark.filterwarnings("ignore:.*starts anew")
def test_hdf5_files(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "model.h5"
    model_of().save(path)
    with h5py.File(path) as root:
        tree = json.loads(root.attrs["training_config"])
    for place, variant in variants(tree):
        with h5py.File(path, "r+") as root:
            root.attrs["training_config"] = json.dumps(variant)
        require_refusal_or_success(lambda: load_model(path), str(path), place)


def test_files_of_its_own(tmp_path):
    path = tmp_path / "model.safetensors"
    model_of().save(path)
    with safe_open(path, "np") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    parts = {n: (tensor_file.type_name(a), a.shape, _core.checksum(a)) for n, a in tensors.items()}
    for place, variant in variants(json.loads(metadata["lamella"])):
        text = json.dumps(variant)
        checksum = model_file.checksum_of(text, parts)
        save_file(tensors, path, {**metadata, "lamella": text, "checksum": checksum})
        require_refusal_or_success(lambda: load_model(path), str(path), place)


def test_names_and_all_that_has_a_default_may_be_absent(tmp_path):
    pytest.importorskip("h5py")
    path = tmp_path / "model.keras"
    inner = lamella.Sequential([layers.Dense(3), layers.BatchNormalization()])
    model = lamella.Sequential(
        [lamella.Input((4,)), layers.Dense(3), layers.Dropout(0.3), inner, layers.Dense(2)]
    )
    model.compile("adam", "mse")
    trained(model)
    model.save(path)

    def bare(tree):
        for key in (
            "build_config",
            "build_input_shape",
            "module",
            "registered_name",
            "name",
            "compile_config",
        ):
            tree.pop(key, None)
        config = tree.get("config", {})
        kept = ("layers", "batch_shape", "units", "rate")
        tree["config"] = {key: value for key, value in config.items() if key in kept}
        for layer in tree["config"].get("layers", ()):
            bare(layer)

    loaded = load_model(rewrite(path, bare))
    np.testing.assert_array_equal(loaded.predict(rows(), verbose=0), model.predict(rows(), verbose=0))
    assert all(layer.name for layer in loaded.layers)
    assert not loaded.compiled


def test_numbers_of_numpy_and_numbers_that_are_none(tmp_path):
    pytest.importorskip("h5py")
    start = lamella.initializers.Constant(np.float32(0.25))
    stack = [layers.Dense(np.int64(3), kernel_initializer=start), layers.ReLU(max_value=np.float64(2.0))]
    model = lamella.Sequential([lamella.Input((np.int32(4),)), *stack])
    model.compile(optimizers.SGD(np.float32(0.5)), losses.Huber(np.float64(2.0)))
    for suffix in ("safetensors", "keras", "h5"):
        model.save(tmp_path / f"model.{suffix}")
        loaded = load_model(tmp_path / f"model.{suffix}")
        np.testing.assert_array_equal(loaded.predict(rows(), verbose=0), model.predict(rows(), verbose=0))
        assert loaded.optimizer.learning_rate == 0.5
