"""The same comparison against Keras itself, where it is installed (extra `parity`)."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

import keras_api

pytestmark = pytest.mark.skipif(
    not (find_spec("keras") and find_spec("torch")), reason="needs the extra `parity`: Keras and PyTorch"
)

SCRIPT = """
import importlib, inspect, json, keras
names = {}
for path in json.loads(input()):
    thing = keras
    for part in path.split("."):
        thing = getattr(thing, part, None)
    if not callable(thing):
        continue
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        continue
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names[path] = [
        (p.name, "" if p.default is p.empty else repr(p.default))
        for p in signature.parameters.values()
        if p.kind not in kinds and p.name != "self"
    ]
print(json.dumps(names))
"""


def members(path):
    """The public names under a path of lamella's."""
    return [f"{path}.{name}".lstrip(".") for name in getattr(keras_api.find(path), "__all__", [])]


def test_what_exists_has_the_parameters_of_the_installed_keras():
    sections = [
        "layers",
        "losses",
        "metrics",
        "optimizers",
        "optimizers.schedules",
        "initializers",
        "regularizers",
        "constraints",
        "callbacks",
        "activations",
        "ops",
    ]
    paths = [path for section in sections for path in members(section)]
    paths += [f"Sequential.{name}" for name in dir(keras_api.find("Sequential")) if not name.startswith("_")]
    environment = {**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(paths),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    signatures = json.loads(result.stdout.splitlines()[-1])
    assert len(signatures) > 250
    documented = keras_api.read_differences()
    names = [
        keras_api.Name(path, tuple(keras_api.Parameter(*pair) for pair in parameters))
        for path, parameters in signatures.items()
    ]
    wrong = [
        f"{name.path}: {', '.join(differences)}"
        for name in names
        if (differences := keras_api.parameter_differences(name)) and name.path not in documented.different
    ]
    assert not wrong
