"""A small Keras file, and what is done to it."""

import io
import json
import warnings
import zipfile
from contextlib import contextmanager, suppress

import numpy as np
import pytest

import lamella
from lamella import layers

h5py = pytest.importorskip("h5py")

MEMBERS = ["metadata.json", "config.json", "model.weights.h5"]


def small_model():
    model = lamella.Sequential([lamella.Input((4,)), layers.Dense(3, activation="tanh"), layers.Dense(2)])
    model.compile("adam", "mse")
    return model


def rows(shape=(4,), seed=0):
    return np.random.default_rng(seed).normal(size=(8, *shape)).astype("float32")


def trained(model, steps=3):
    for _ in range(steps):
        model.train_on_batch(rows(model.input_shape[1:]), rows(model.output_shape[1:], 1))
    return model


@contextmanager
def only_refusals(path):
    """Let through what a damaged file may lead to: success, or a ValueError that names the file."""
    with suppress(ValueError):
        try:
            yield
        except ValueError as error:
            if str(path) not in str(error):
                raise AssertionError("the error does not name the file") from error
            raise


def rewrite(path, change_config=None, change_weights=None, keep_checksum=False):
    """Change a file as somebody would who means it: with fitting sums, or none."""
    with zipfile.ZipFile(path) as archive:
        metadata, config, weights = (archive.read(name) for name in MEMBERS)
    if change_config:
        tree = json.loads(config)
        changed = change_config(tree)
        config = json.dumps(tree if changed is None else changed).encode()
    if change_weights:
        buffer = io.BytesIO(weights)
        with h5py.File(buffer, "r+") as root:
            change_weights(root)
        weights = buffer.getvalue()
    if not keep_checksum:
        metadata = b"{}"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in zip(MEMBERS, (metadata, config, weights), strict=True):
            archive.writestr(name, data)
    return path


def dense_config(tree):
    return tree["config"]["layers"][1]["config"]


def repack(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path) as archive:
        data = {name: archive.read(name) for name in MEMBERS}
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in members(data):
            archive.writestr(name, content)
