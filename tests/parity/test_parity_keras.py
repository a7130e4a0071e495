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


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The processes that compute with Keras, by the file that each writes: one a numeric type, all at once.

    Numeric type and back end are global in Keras.
    """
    script = Path(keras_scenarios.__file__)
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    folder = tmp_path_factory.mktemp("keras")
    processes = {}
    for dtype in TOLERANCE:
        path = folder / f"{dtype}.npz"
        command = [sys.executable, script, dtype, path]
        processes[dtype] = path, subprocess.Popen(command, env=environment)
    yield processes
    for _, process in processes.values():
        process.kill()
        process.wait()


@pytest.fixture(scope="module", params=TOLERANCE)
def reference(request, running):
    """What Keras computes in a numeric type."""
    path, process = running[request.param]
    assert process.wait() == 0
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
