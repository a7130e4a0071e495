"""The same training runs in Keras 3 and lamella, from the same weights and batches (extra `parity`)."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import keras_scenarios
import lamella

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="needs the extra `parity`: Keras and PyTorch"
)
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}


@pytest.fixture(scope="module", params=["float64", "float32"])
def reference(request, tmp_path_factory):
    """What Keras computes, in a process of its own: its numeric type and back end are global."""
    path = tmp_path_factory.mktemp("keras") / "reference.npz"
    script = Path(keras_scenarios.__file__)
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, script, request.param, path], env=environment, check=True)
    with np.load(path) as arrays:
        return request.param, dict(arrays)


@pytest.mark.parametrize("name", keras_scenarios.SCENARIOS)
def test_training_follows_keras(reference, name):
    dtype, expected = reference
    lamella.config.set_floatx(dtype)
    actual = keras_scenarios.SCENARIOS[name](lamella, dtype)
    assert {f"{name}/{key}" for key in actual} == {key for key in expected if key.startswith(f"{name}/")}
    for key, value in actual.items():
        np.testing.assert_allclose(
            value, expected[f"{name}/{key}"], rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], err_msg=key
        )
