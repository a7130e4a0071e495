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


@pytest.mark.parametrize("value", ["a", None, 10**400, [[10**400]]])
@pytest.mark.parametrize(
    ("what", "name"),
    [
        (regularizers.L1L2(0.1, 0.1), "x"),
        (regularizers.OrthogonalRegularizer(0.1), "x"),
        (constraints.MaxNorm(1.0), "w"),
        (constraints.NonNeg(), "w"),
    ],
)
def test_penalties_and_constraints_are_of_real_numbers(what, name, value):
    with pytest.raises(TypeError, match=f"{name} must"):
        what(value)


@pytest.mark.parametrize("shape", [10**400, (2**70,), (2**20, 2**20, 2**20)])
def test_initial_values_that_fit_into_no_memory(shape):
    with pytest.raises(MemoryError, match="GlorotUniform: an array of this shape takes"):
        initializers.GlorotUniform()(shape)


@pytest.mark.parametrize("state", [None, 3, [], {1: 2}])
def test_states_of_metrics_are_dictionaries(state):
    with pytest.raises(ValueError, match="Mean: 'state' must be a dictionary of get_state"):
        metrics.Mean().set_state(state)


@pytest.mark.parametrize("layer", [layers.Dense(3), layers.BatchNormalization(), layers.Reshape((2,))])
def test_shapes_have_a_batch_axis(layer):
    for method in (layer.build, layer.compute_output_shape):
        with pytest.raises(ValueError, match="'input_shape' must be a shape with its batch axis"):
            method([])


@pytest.mark.parametrize(
    "given",
    [
        {"loss": ["mse"]},
        {"loss": {"out": "mse"}},
        {"loss": "mse", "loss_weights": [1.0]},
        {"loss": "mse", "metrics": {"out": ["mae"]}},
        {"loss": "mse", "metrics": [["mae"]]},
        {"loss": "mse", "weighted_metrics": {"out": "mae"}},
    ],
)
def test_what_is_for_the_one_output_may_be_in_a_list_or_dictionary(given, tmp_path):
    model = lamella.Sequential([layers.Input((3,)), layers.Dense(1, name="out")])
    model.compile("sgd", **given)
    results = model.evaluate(np.ones((4, 3)), np.ones((4, 1)), verbose=0, return_dict=True)
    assert set(results) == ({"loss", "mae"} if len(given) == 2 and "loss_weights" not in given else {"loss"})
    model.save(tmp_path / "model.safetensors")
    assert saving.load_model(tmp_path / "model.safetensors").loss == "mse"


@pytest.mark.parametrize("loss", [["mse", "mae"], [], {}, {"other": "mse"}, {"out": "mse", "other": "mse"}])
def test_losses_of_several_outputs_are_refused(loss):
    model = lamella.Sequential([layers.Input((3,)), layers.Dense(1, name="out")])
    with pytest.raises(ValueError, match="compile: 'loss' must be for one output, named 'out'"):
        model.compile("sgd", loss)


def test_metrics_of_another_output_are_refused():
    model = lamella.Sequential([layers.Input((3,)), layers.Dense(1)])
    named = f"compile: 'metrics' must be for one output, named '{model.layers[-1].name}'"
    for metric_list in ({"out": "mae"}, [{"out": "mae"}]):
        with pytest.raises(ValueError, match=named):
            model.compile("sgd", "mse", metrics=metric_list)
        with pytest.raises(ValueError, match=named):
            model.compile("sgd", "mse", weighted_metrics=metric_list)


def test_a_model_without_layers_says_so_to_dictionaries_too():
    for x in (np.ones((2, 3)), {"x": np.ones((2, 3))}):
        with pytest.raises(ValueError, match="has no layers"):
            lamella.Sequential().predict(x)
