"""Pictures against Keras itself, where it is installed (extra `parity`)."""

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import lamella
import picture_cases

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="needs the extra `parity`: Keras and PyTorch"
)


@pytest.mark.filterwarnings("ignore")
def test_pictures_are_those_of_keras(tmp_path):
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    path = tmp_path / "answers"
    command = [sys.executable, picture_cases.__file__, path]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    theirs, ours = pickle.loads(path.read_bytes()), picture_cases.answers(lamella)
    assert list(ours) == list(theirs)
    for key, expected in theirs.items():
        assert ours[key].dtype == expected.dtype, key
        # PyTorch interpolates bytes in whole numbers, so that halves fall to either side.
        away = 1 if key.startswith("smart") and expected.dtype == "uint8" else 1e-4
        np.testing.assert_allclose(ours[key].astype(float), expected, rtol=1e-5, atol=away, err_msg=key)
