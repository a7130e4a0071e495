"""Helpers around training, against the values Keras 3.15 gives."""

import subprocess
import sys

import numpy as np
import pytest

import lamella
from lamella import backend
from lamella.utils import pad_sequences

SEQUENCES = [[1], [2, 3], [4, 5, 6], []]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6], [0, 0, 0]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6], [0, 0, 0]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6], [0, 0]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5], [0, 0]]),
        ({"maxlen": 4, "value": 9}, [[9, 9, 9, 1], [9, 9, 2, 3], [9, 4, 5, 6], [9, 9, 9, 9]]),
        ({"maxlen": 0}, [[], [], [], []]),
    ],
)
def test_pad_sequences(arguments, expected):
    padded = pad_sequences(SEQUENCES, **arguments)
    assert padded.dtype == "int32"
    assert padded.tolist() == expected


def test_pad_sequences_of_vectors_and_texts():
    vectors = pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], dtype="float32")
    assert vectors.tolist() == [[[0, 0], [1, 2]], [[3, 4], [5, 6]]]
    texts = pad_sequences([["a"], ["b", "c"]], dtype=object, value="-")
    assert texts.tolist() == [["-", "a"], ["b", "c"]]
    assert lamella.preprocessing.sequence.pad_sequences is pad_sequences


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"sequences": 3}, "sequences"),
        ({"sequences": [1, 2]}, "entry 0"),
        ({"sequences": [[[1, 2]], [[1]]]}, "entry 1"),
        ({"sequences": [[1]], "padding": "left"}, "padding"),
        ({"sequences": [[1]], "truncating": "left"}, "truncating"),
        ({"sequences": [[1]], "maxlen": -1}, "maxlen"),
        ({"sequences": [[1]], "value": "x"}, "value"),
    ],
)
def test_what_cannot_be_padded_is_refused(arguments, named):
    with pytest.raises(ValueError, match=named):
        pad_sequences(**arguments)


def test_backend_tells_the_settings():
    assert (backend.image_data_format(), backend.epsilon(), backend.floatx()) == (
        "channels_last",
        1e-7,
        "float32",
    )
    with pytest.raises(ValueError, match="transpose"):
        backend.set_image_data_format("channels_first")


def test_backend_reads_and_writes_variables():
    model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    kernel, bias = model.weights
    backend.batch_set_value([(kernel, [[1], [2]]), (bias, np.array([3.0]))])
    assert [value.tolist() for value in backend.batch_get_value([kernel, bias])] == [[[1], [2]], [3]]
    model.compile("sgd", "mse")
    assert backend.get_value(model.optimizer.learning_rate) == pytest.approx(0.01)
    backend.set_value(model.optimizer.learning_rate, 0.5)
    assert backend.get_value(model.optimizer.learning_rate) == 0.5
    with pytest.raises(TypeError, match="'x' must be a Variable, or the learning rate"):
        backend.set_value(0.01, 0.5)
    with pytest.raises(ValueError, match="shape"):
        backend.set_value(bias, [1, 2])


def test_import_stays_lean():
    """What only downloads, files and pictures need is imported where it is used."""
    code = "import sys, numpy; before = set(sys.modules); import lamella; print(*set(sys.modules) - before)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in result.stdout.split()}
    assert not loaded & {"hashlib", "inspect", "json", "pathlib", "pickle", "tarfile", "urllib", "zipfile"}


def test_second_names_of_saving_are_its_own():
    for name in ("serialize_keras_object", "deserialize_keras_object", "get_custom_objects"):
        assert getattr(lamella.utils, name) is getattr(lamella.saving, name)


@pytest.mark.parametrize(
    ("x", "options", "expected"),
    [
        ([[3.0, 4.0], [0.0, 0.0]], {}, [[0.6, 0.8], [0.0, 0.0]]),
        ([[3.0, 0.0], [4.0, 2.0]], {"axis": 0}, [[0.6, 0.0], [0.8, 1.0]]),
        ([[3.0, -1.0]], {"order": 1}, [[0.75, -0.25]]),
        ([3.0, 4.0], {}, [0.6, 0.8]),
    ],
)
def test_normalize(x, options, expected):
    assert lamella.utils.normalize(np.array(x), **options).tolist() == expected


@pytest.mark.parametrize("options", [{"axis": 2}, {"axis": None}, {"order": 0.5}, {"order": "two"}])
def test_what_cannot_be_normalized_is_refused(options):
    with pytest.raises(ValueError, match=r"normalize: '(axis|order)'"):
        lamella.utils.normalize(np.ones((2, 2)), **options)


def test_batches_are_packed_and_unpacked():
    for parts in ((1,), (1, 2), (1, 2, 3)):
        packed = lamella.utils.pack_x_y_sample_weight(*parts)
        assert lamella.utils.unpack_x_y_sample_weight(packed) == (*parts, None, None)[:3]
    with pytest.raises(ValueError, match="'data' must be x"):
        lamella.utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_names_of_types():
    assert backend.standardize_dtype("int64") == lamella.utils.standardize_dtype(np.int64) == "int64"
    assert backend.result_type("float32", float, np.float64) == "float64"
    assert backend.result_type("int8", np.dtype("float32"), int) == "float32"
    with pytest.raises((TypeError, ValueError), match="nonsense"):
        backend.standardize_dtype("nonsense")
