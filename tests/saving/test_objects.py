"""Objects as configs and back, whatever they are: `serialize_keras_object` and its reverse."""

import numpy as np
import pytest

import lamella
from lamella import saving


class Mine(lamella.regularizers.L2):
    pass


def own_function(x):
    return x


BUILT_IN = [
    lamella.activations.relu,
    lamella.losses.mean_squared_error,
    lamella.metrics.binary_accuracy,
]


@pytest.mark.parametrize("function", BUILT_IN)
def test_functions_of_the_library_come_back_as_themselves(function):
    config = saving.serialize_keras_object(function)
    assert config["class_name"] == "function"
    assert saving.deserialize_keras_object(config) is function


@pytest.mark.parametrize("name", ["get", "deserialize", "Loss", "own_function", 3, None, ["relu"]])
def test_other_functions_are_refused_by_name(name):
    with pytest.raises(ValueError, match="Unknown function"):
        saving.deserialize_keras_object({"class_name": "function", "config": name})


def test_functions_of_the_user():
    config = saving.serialize_keras_object([own_function])
    assert saving.deserialize_keras_object(config, {"own_function": own_function}) == [own_function]


def test_lists_and_dictionaries_are_gone_through():
    things = {
        "a": [lamella.regularizers.L2(0.5), 1, "x"],
        "b": {"c": lamella.layers.Dense(3)},
        "d": (2, None),
    }
    again = saving.deserialize_keras_object(saving.serialize_keras_object(things))
    assert again["a"][0].l2 == 0.5
    assert again["a"][1:] == [1, "x"]
    assert again["b"]["c"].units == 3
    assert again["d"] == [2, None]


@pytest.mark.parametrize("number", [np.float32(1.5), np.float64(1.5), np.int64(3), np.bool_(True)])
def test_numbers_of_numpy_are_numbers(number):
    written = saving.serialize_keras_object(number)
    assert written == number
    assert type(written) in (float, int, bool)


@pytest.mark.parametrize(
    ("name", "config", "kind"),
    [
        ("L2", {"l2": 0.5}, lamella.regularizers.L2),
        ("Dense", {"units": 3}, lamella.layers.Dense),
        ("Huber", {}, lamella.losses.Huber),
        ("AUC", {}, lamella.metrics.AUC),
        ("Adam", {}, lamella.optimizers.Adam),
        ("Sequential", {"layers": []}, lamella.Sequential),
    ],
)
def test_without_a_module_a_class_is_looked_for_everywhere(name, config, kind):
    assert type(saving.deserialize_keras_object({"class_name": name, "config": config})) is kind


@pytest.mark.parametrize("name", ["Nothing", "Registry", "get", 3, None])
def test_classes_that_are_not_there_are_refused_by_name(name):
    with pytest.raises(ValueError, match=f"Unknown class {name!r}"):
        saving.deserialize_keras_object({"class_name": name, "config": {}})


def test_a_surrounding_scope_is_seen():
    config = saving.serialize_keras_object(Mine(0.5))
    with saving.CustomObjectScope({"Mine": Mine}):
        assert saving.get_registered_object("Mine") is Mine
        assert type(saving.deserialize_keras_object(config)) is Mine
    assert saving.get_registered_object("Mine") is None


@pytest.mark.parametrize("name", ["Sequential", "sequential"])
def test_a_model_is_found_among_the_layers_in_any_case(name):
    config = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)]).get_config()
    made = lamella.layers.deserialize({"class_name": name, "config": config})
    assert type(made) is lamella.Sequential


def test_the_model_of_a_file_is_built_in_whatever_the_user_calls_sequential(tmp_path):
    class Other(lamella.Sequential):
        pass

    lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)]).save(tmp_path / "model.safetensors")
    loaded = saving.load_model(tmp_path / "model.safetensors", custom_objects={"Sequential": Other})
    assert type(loaded) is lamella.Sequential
