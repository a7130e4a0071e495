"""Losses and metrics against Keras 3, on random and on edge inputs (extra `parity`)."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import keras_scores
import lamella


@pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="needs the extra `parity`: Keras and PyTorch"
)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-6), ("float64", 1e-6)])
def test_losses_and_metrics_are_those_of_keras(dtype, tolerance):
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, str(Path(keras_scores.__file__)), dtype]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    expected = json.loads(out.splitlines()[-1])
    actual = keras_scores.compute(lamella, dtype)
    assert actual.keys() == expected.keys()
    for name, value in actual.items():
        np.testing.assert_allclose(value, expected[name], rtol=tolerance, atol=tolerance, err_msg=name)
