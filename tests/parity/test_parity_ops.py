"""Operations against those of Keras itself, where it is installed (extra `parity`)."""

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import ops_cases
from lamella import ops

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="needs the extra `parity`: Keras and PyTorch"
)

OTHER_TYPES = {  # where PyTorch has another type than Keras's other back ends
    "top_k": "int32",
    "sum": "uint32",
    "prod": "uint32",
}


def flat(answer):
    return [one for part in answer for one in flat(part)] if isinstance(answer, list) else [answer]


def differences(key, ours, theirs):
    """What is not as Keras has it, one line each."""
    if isinstance(ours, str) or isinstance(theirs, str):
        yield f"{key}: {ours} instead of {theirs}"
        return
    pairs = list(zip(flat(ours), flat(theirs), strict=True))
    for x, y in pairs:
        if x.shape != y.shape:
            yield f"{key}: shape {x.shape} instead of {y.shape}"
        elif x.dtype not in (y.dtype, OTHER_TYPES.get(key.split()[1].partition("(")[0])):
            yield f"{key}: {x.dtype} instead of {y.dtype}"
        elif not np.allclose(x, y, rtol=2e-5, atol=2e-6, equal_nan=True):
            yield f"{key}: {x} instead of {y}"


@pytest.fixture(scope="module")
def of_keras(tmp_path_factory):
    """The names of Keras's operations, and its answers to the calls."""
    path = tmp_path_factory.mktemp("keras") / "answers"
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run(
        [sys.executable, ops_cases.__file__, path], env=environment, check=True, capture_output=True
    )
    return pickle.loads(path.read_bytes())


def test_answers_are_those_of_keras(of_keras):
    theirs, ours = of_keras[1], ops_cases.answers(ops)
    assert len(theirs) > 800
    assert list(theirs) == list(ours)
    assert [line for key in ours for line in differences(key, ours[key], theirs[key])] == []


def test_names_are_here_or_say_what_to_use_instead(of_keras):
    names = of_keras[0]
    assert len(names) > 300
    for name in set(names) - set(ops.__all__):
        with pytest.raises(AttributeError, match=r"is (planned|left out)"):
            getattr(ops, name)
    assert set(ops.__all__) <= set(names)
