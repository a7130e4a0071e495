"""Public names: what `dir` lists, and what is said of those that are missing."""

import importlib
import subprocess
import sys

import pytest

import lamella
from lamella import layers, optimizers
from lamella.keras_names import TABLE

MODULES = [
    f"lamella.{name}".rstrip(".")
    for name in (
        *("", "activations", "backend", "callbacks", "config", "constraints", "datasets", "diagnostics"),
        *("dtype_policies", "initializers", "layers", "losses", "metrics", "mixed_precision", "models"),
        *("ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy"),
        *("optimizers", "optimizers.schedules", "preprocessing", "preprocessing.sequence", "random"),
        *("regularizers", "saving", "utils", "wrappers"),
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_lists_its_public_names_alone(name):
    module = importlib.import_module(name)
    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, public) for public in module.__all__)
    assert not hasattr(module, "nonsense")
    assert not hasattr(module, "_nonsense")


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        ("lamella.layers", "Lambda", "left out.*Instead.*forward"),
        ("lamella.layers", "LSTM", "planned.*Until then.*Conv1D"),
        ("lamella.layers", "Add", "Residual"),
        ("lamella.config", "set_backend", "there is one backend"),
        ("lamella.optimizers", "legacy", "lamella.optimizers itself"),
        ("lamella", "applications", "Residual"),
        ("lamella", "KerasTensor", "no symbolic graph"),
    ],
)
def test_missing_names_of_keras_say_what_to_do(module, name, words):
    home = importlib.import_module(module)
    assert not hasattr(home, name)
    with pytest.raises(AttributeError, match=f"{module}.{name} is .*{words}"):
        getattr(home, name)
    with pytest.raises(ImportError, match=f"{module}.{name} is .*{words}"):
        exec(f"from {module} import {name}")


@pytest.mark.parametrize(
    "code", ["import lamella.applications.vgg16", "from lamella.applications import VGG16"]
)
def test_modules_of_keras_that_are_missing_say_what_to_do(code):
    with pytest.raises(ImportError, match=r"lamella\.applications is left out.*Instead"):
        exec(code)


def test_other_imports_fail_as_they_do():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'lamella\.nonsense'"):
        import lamella.nonsense  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'nonsense'"):
        from lamella.layers import nonsense  # noqa: F401
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"):
        import no_such_module  # noqa: F401


def test_misspelt_names_say_what_is_near():
    with pytest.raises(AttributeError, match=r"has no attribute 'Denze'\. Did you mean 'Dense'\?"):
        layers.Denze  # noqa: B018


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (lambda: layers.Dense(1), "add_loss", "left out.*regularizers"),
        (lambda: lamella.Sequential(), "train_step", "left out.*train_on_batch"),
        (lambda: optimizers.SGD(), "apply_gradients", "left out.*native core.*fit"),
        (lambda: lamella.metrics.Mean(), "stateless_result", "left out.*result"),
    ],
)
def test_attributes_that_objects_lack_say_what_to_do(make, name, words):
    thing = make()
    assert not hasattr(thing, name)
    with pytest.raises(
        AttributeError, match=f"'{type(thing).__name__}' object has no attribute '{name}', which.*{words}"
    ):
        getattr(thing, name)


def test_other_attributes_are_missing_as_they_are():
    with pytest.raises(AttributeError, match=r"^'Dense' object has no attribute 'nonsense'$"):
        layers.Dense(1).nonsense  # noqa: B018
    with pytest.raises(AttributeError, match="is not built and has no input shape"):
        layers.Dense(1).input_shape  # noqa: B018


def test_the_table_is_not_loaded_by_programs_that_ask_for_nothing_missing():
    code = (
        "import sys, lamella; lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)]);"
        "hasattr(lamella, '__wrapped__'); print('lamella.keras_names' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_every_missing_name_has_a_message():
    owners = {"Sequential": lamella.Sequential(), "layers.Layer": layers.Dense(1)}
    owners |= {
        "losses.Loss": lamella.losses.Hinge(),
        "optimizers.Optimizer": optimizers.SGD(),
        "metrics.Metric": lamella.metrics.Mean(),
    }
    for entry in TABLE:
        thing = owners.get(entry.owner) or importlib.import_module(f"lamella.{entry.owner}".rstrip("."))
        for name in entry.names.split():
            with pytest.raises(AttributeError, match=f"is {entry.status}: "):
                getattr(thing, name)
