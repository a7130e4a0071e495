"""The same comparison against Keras itself, where it is installed (extra `parity`)."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from inspect import ismodule

import pytest

import keras_api
import lamella

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


NAMES = """
import importlib, json, keras
modules = [""] + [f".{name}" for name in json.loads(input())]
names = {module.lstrip("."): dir(importlib.import_module(f"keras{module}")) for module in modules}
print(json.dumps({module: [n for n in found if not n.startswith("_")] for module, found in names.items()}))
"""


def asked_of_keras(script, question):
    """What a script prints that runs with Keras."""
    result = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(question),
        env={**os.environ, "KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def test_every_public_name_of_the_installed_keras_is_here_or_in_the_table():
    own = ("diagnostics",)
    modules = [name for name in dir(lamella) if ismodule(getattr(lamella, name)) and name not in own]
    modules += ["export", "ops.image", "optimizers.schedules", "preprocessing.sequence"]
    documented = keras_api.read_differences()
    paths = [
        f"{module}.{name}".lstrip(".")
        for module, names in asked_of_keras(NAMES, modules).items()
        for name in names
    ]
    assert len(paths) > 900
    lacking = [path for path in paths if keras_api.find(path) is None and not documented.is_absent(path)]
    assert not lacking
    classes = ("Sequential.", "layers.Layer.", "optimizers.Optimizer.", "metrics.Metric.", "losses.Loss.")
    older = ("preprocessing.text", "preprocessing.image.")  # Keras 2's, which many programs still import
    absent = {p for p in documented.planned | documented.left_out if not p.startswith((*classes, *older))}
    assert sorted(absent - set(paths)) == []


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
    signatures = asked_of_keras(SCRIPT, paths)
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
