"""Every argument of every public class and function is checked: nothing absurd ends in another error."""

import types

import numpy as np
import pytest

import lamella
from absurd_arguments import CASES, complaints, write_data_sets
from lamella import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
    saving,
)


def test_every_module_is_covered():
    modules = {name for name in lamella.__all__ if isinstance(getattr(lamella, name), types.ModuleType)}
    assert {name.partition(".")[0] for name, _, _ in CASES} == modules


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "valid"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_absurd_is_refused_by_name(function, valid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1, name="out")]).save("model.safetensors")
    write_data_sets()
    function(**valid)
    assert complaints(function, valid) == []


@pytest.mark.parametrize("value", [object(), 3, "adam", {}, [1]], ids=repr)
@pytest.mark.parametrize(
    "module",
    [constraints, initializers, layers, losses, metrics, optimizers, optimizers.schedules, regularizers],
    ids=lambda module: module.__name__,
)
def test_only_objects_of_its_kind_are_serialised(module, value):
    with pytest.raises(TypeError, match=r"Expected a .*: an instance of"):
        module.serialize(value)


@pytest.mark.parametrize("value", ["adam", b"x", 3, None, ["adam"]], ids=repr)
def test_a_config_of_compile_is_a_dictionary(value):
    model = lamella.Sequential([lamella.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="compile_from_config: 'config' must be a dictionary"):
        model.compile_from_config(value)


def test_names_of_registered_objects():
    for value in (None, 3, "Dense"):
        with pytest.raises(ValueError, match="get_registered_name: 'obj' must be a class or a function"):
            saving.get_registered_name(value)
    for argument in ("custom_objects", "module_objects"):
        with pytest.raises(ValueError, match=f"get_registered_object: '{argument}' must be a dictionary"):
            saving.get_registered_object("Mine", **{argument: ["Mine"]})


def test_activations_are_of_real_numbers():
    for value in (1j, np.array([1j]), "a", 10**400, None):
        with pytest.raises(TypeError, match="x must"):
            activations.relu(value)


def test_a_model_without_layers_says_so_to_dictionaries_too():
    for x in (np.ones((2, 3)), {"x": np.ones((2, 3))}):
        with pytest.raises(ValueError, match="has no layers"):
            lamella.Sequential().predict(x)
