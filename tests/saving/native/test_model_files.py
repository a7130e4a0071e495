"""Models and weights in safetensors files: what is loaded, and what is refused."""

import copy
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from safetensors.numpy import load_file, save_file

import drawn_models
import lamella
from lamella import layers
from lamella.saving import load_model, register_serializable
from lamella.saving.native import model_file
from lamella.saving.native.tensor_file import open_tensors


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def description(path):
    with open_tensors(path) as file:
        return json.loads(file.metadata["lamella"])


def rewrite(path, change):
    """Write the file again, under a right checksum, after `change(content, tensors)`."""
    tensors, content = load_file(path), description(path)
    change(content, tensors)
    model_file.write(path, content, tensors)


@given(drawn_models.trained_models())
def test_drawn_models_come_back_to_the_bit(tmp_path_factory, drawn):
    model, x, y = drawn
    path = tmp_path_factory.mktemp("drawn") / "model.safetensors"
    model.save(path)
    loaded = load_model(path)
    assert loaded.get_config() == model.get_config()
    assert loaded.get_compile_config() == model.get_compile_config()
    drawn_models.assert_goes_on_alike(model, loaded, x, y)


def test_tensors_have_the_names_of_their_layers(path):
    drawn_models.small_model().save(path)
    names = set(load_file(path))
    assert {"layers.0.first.kernel", "layers.1.last.bias"} <= names
    assert "optimizer.layers.0.first.kernel.velocity" in names


def test_float64_models_keep_every_bit(path, float64):
    model = drawn_models.small_model()
    model.save(path)
    x = np.linspace(0, 1, 6).reshape(2, 3)
    np.testing.assert_array_equal(load_model(path).predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("loss", ["mse", "crossentropy", lamella.losses.Huber(2.0)])
def test_the_loss_comes_back_as_it_was_given(path, loss):
    model = drawn_models.small_model()
    model.compile("sgd", loss)
    model.save(path)
    again = load_model(path)
    assert type(again.loss) is type(model.loss)
    assert again.loss == loss or again.loss.delta == 2.0
    assert again.get_compile_config() == model.get_compile_config()


def test_loading_without_compiling(path):
    drawn_models.small_model().save(path)
    assert not load_model(path, compile=False).compiled


def test_a_model_that_is_not_built_comes_back_unbuilt(path):
    lamella.Sequential([layers.Dense(3)]).save(path)
    assert not load_model(path).built


def test_a_frozen_layer_stays_frozen(path):
    model = drawn_models.small_model()
    model.layers[0].trainable = False
    model.save(path)
    assert [layer.trainable for layer in load_model(path).layers] == [False, True]


def test_a_layer_that_is_in_a_model_twice_is_refused(path):
    dense = layers.Dense(3)
    model = lamella.Sequential([lamella.Input((3,)), dense, dense])
    with pytest.raises(ValueError, match=r"holds layer 'dense.*' twice"):
        model.save(path)
    model.save_weights(path)


def test_weights_go_into_a_model_with_other_names(path):
    model = drawn_models.small_model()
    model.save_weights(path)
    other = lamella.Sequential([lamella.Input((3,)), layers.Dense(2), layers.Dense(1)])
    other.load_weights(path)
    for value, loaded in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(value, loaded)


def test_weights_of_another_shape_leave_the_model_as_it_was(path):
    drawn_models.small_model().save_weights(path)
    other = lamella.Sequential([lamella.Input((3,)), layers.Dense(2), layers.Dense(4)])
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"'layers.1.last.kernel' has type F32 and shape \(2, 1\)"):
        other.load_weights(path)
    for value, now in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)
    with pytest.warns(UserWarning, match="is left as it is"):
        other.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], load_file(path)["layers.0.first.kernel"])


# Classes and functions of the user.


class Doubled(layers.Layer):
    def __init__(self, times=2.0, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def forward(self, x):
        return x * self.times

    def backward(self, x, y, gradient):
        return gradient * self.times

    def get_config(self):
        return {**super().get_config(), "times": self.times}


def own_loss(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(axis=-1), 2 * error / error.shape[-1]


def own_metric(y_true, y_pred):
    return abs(y_true - y_pred).mean(axis=-1)


def own_model(layer):
    model = lamella.Sequential([lamella.Input((2,)), layer, layers.Dense(1)])
    model.compile("sgd", own_loss, metrics=[own_metric])
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    return model


def test_classes_of_the_user_are_loaded_where_they_are_passed(path):
    model = own_model(Doubled(3.0))
    model.save(path)
    with pytest.raises(ValueError, match=r"model\.safetensors' cannot be loaded: Unknown layer 'Doubled'"):
        load_model(path)
    objects = {"Doubled": Doubled, "own_loss": own_loss, "own_metric": own_metric}
    loaded = load_model(path, custom_objects=objects)
    drawn_models.assert_goes_on_alike(model, loaded, np.ones((6, 2)), np.ones(6))


def test_classes_of_the_user_are_loaded_where_they_are_registered(path):
    registered = register_serializable("tests")(type("Registered", (Doubled,), {}))
    model = lamella.Sequential([lamella.Input((2,)), registered(4.0)])
    model.save(path)
    assert description(path)["model"]["config"]["layers"][1]["registered_name"] == "tests>Registered"
    assert load_model(path).predict(np.ones((1, 2)), verbose=0).tolist() == [[4.0, 4.0]]
    with pytest.raises(ValueError, match="'tests>Registered' is registered already"):
        register_serializable("tests", "Registered")(own_loss)


# Damage and malice.


def test_a_file_cut_off_anywhere_is_refused(path):
    drawn_models.small_model().save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"model\.safetensors' cannot be loaded"):
            load_model(path)


def test_any_changed_byte_is_noticed(path):
    drawn_models.small_model().save(path)
    whole = bytearray(path.read_bytes())
    for position in range(0, len(whole), 5):
        whole[position] ^= 0x10
        path.write_bytes(whole)
        with pytest.raises(ValueError, match="cannot be loaded"):
            load_model(path)
        whole[position] ^= 0x10


def write_raw(path, header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def floats(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("header", "size", "message"),
    [
        ({"a": floats([1 << 40], 0, 4)}, 4, "does not fill"),
        ({"a": floats([1], 0, 4), "b": floats([1], 2, 6)}, 6, "does not fill"),
        ({"a": floats([1], 4, 8)}, 8, "does not fill"),
        ({"a": floats([-1], 0, 4)}, 4, "sizes"),
        ({"a": floats([1], 0, 4, "F99")}, 4, "unknown type"),
        ({"a": floats([1], 0, 4, ["F32"])}, 4, "unknown type"),
        ({"a": floats([1], 0, 4)}, 8, "it holds 8"),
        ({"a": 3}, 0, "entry of tensor 'a'"),
        ({"__metadata__": {"format": 3}}, 0, "not texts"),
        ([], 0, "not a JSON object"),
        (b'{"a":1,"a":2}', 0, "a key appears twice"),
        (b"[" * 100_000, 0, "nested too deeply"),
        (b"[" + b"[]," * 300_000 + b"1]", 0, "holds more than .* values"),
        ({"__metadata__": {"format": "pt"}}, 0, "not written by lamella"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_headers_are_refused(path, header, size, message):
    write_raw(path, header, bytes(size))
    with pytest.raises(ValueError, match=f"model\\.safetensors' cannot be loaded: .*{message}"):
        load_model(path)


def test_a_header_larger_than_the_file_is_refused(path):
    path.write_bytes((1 << 50).to_bytes(8, "little") + b"{}")
    with pytest.raises(ValueError, match="cut off"):
        load_model(path)
    path.write_bytes((9 << 20).to_bytes(8, "little") + b" " * (9 << 20))
    with pytest.raises(ValueError, match="its header takes"):
        load_model(path)


def set_units(content, tensors):
    content["model"]["config"]["layers"][1]["config"]["units"] = 1 << 40


def set_class(content, tensors):
    content["model"]["config"]["layers"][1] |= {
        "module": "os",
        "class_name": "system",
        "registered_name": "os>system",
    }


def set_version(content, tensors):
    content["version"] = 99


def drop_layers(content, tensors):
    del content["model"]["config"]["layers"]


def drop_tensor(content, tensors):
    del tensors["layers.0.first.kernel"]


def drop_slot(content, tensors):
    del tensors["optimizer.layers.0.first.kernel.velocity"]


def change_slot(content, tensors):
    tensors["optimizer.layers.0.first.kernel.velocity"] = np.zeros(5)


def change_steps(content, tensors):
    content["optimizer"]["iterations"] = -1


def set_compile(content, tensors):
    content["compile"]["run_eagerly"] = True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_units, "is larger than what the file holds"),
        (set_class, "Unknown layer 'system'"),
        (set_version, "its format has version 99"),
        (drop_layers, "layers"),
        (drop_tensor, "no tensor 'layers.0.first.kernel'"),
        (drop_slot, "velocity"),
        (change_slot, "does not have the variable's type and shape"),
        (change_steps, "cannot have taken -1 steps"),
        (set_compile, "does not support the entry 'run_eagerly'"),
    ],
)
def test_contents_that_make_no_sense_are_refused(path, change, message):
    drawn_models.small_model().save(path)
    rewrite(path, change)
    with pytest.raises(ValueError, match=f"model\\.safetensors' cannot be loaded: .*{message}"):
        load_model(path)


def test_weights_without_a_model_are_refused_as_a_model(path):
    drawn_models.small_model().save_weights(path)
    with pytest.raises(ValueError, match="weights without a model"):
        load_model(path)


def test_files_of_other_programs_are_refused(path):
    save_file({"a": np.zeros(3)}, path)
    with pytest.raises(ValueError, match="not written by lamella"):
        load_model(path)


def test_names_and_overwriting(path, tmp_path):
    model = drawn_models.small_model()
    with pytest.raises(ValueError, match=r"must end in \.safetensors"):
        model.save(tmp_path / "model.pkl")
    model.save(path)
    with pytest.raises(ValueError, match="exists"):
        model.save(path, overwrite=False)
    with pytest.raises(OSError, match="missing"):
        model.save(tmp_path / "missing" / "model.safetensors")


MEMORY = """
import resource, sys, lamella
lamella.saving.load_model(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lamella.saving.load_model(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_loading_takes_hardly_more_memory_than_the_file(tmp_path):
    drawn_models.small_model().save(tmp_path / "small.safetensors")
    large = tmp_path / "large.safetensors"
    lamella.Sequential([lamella.Input((2000,)), layers.Dense(4000)]).save(large)
    arguments = [sys.executable, "-c", MEMORY, tmp_path / "small.safetensors", large]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 1.5 * large.stat().st_size


def test_what_is_left_out_of_weight_decay_stays_out(path):
    lamella.utils.set_random_seed(1)
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(2, bias_initializer="ones")])
    optimizer = lamella.optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")
    x, y = np.ones((8, 3)), np.ones((8, 2))
    for trained in (False, True):
        if trained:
            model.fit(x, y, verbose=0)
        model.save(path)
        drawn_models.assert_goes_on_alike(copy.deepcopy(model), load_model(path), x, y)


def test_large_arrays_in_configs_are_kept(path):
    values = np.arange(250_000.0).reshape(500, 500)
    constant = lamella.initializers.Constant(values)
    rescale = layers.Normalization(mean=list(np.arange(500.0)), variance=[2.0] * 500)
    model = lamella.Sequential(
        [lamella.Input((500,)), rescale, layers.Dense(500, kernel_initializer=constant)]
    )
    model.save(path)
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.layers[1].kernel_initializer.value, values)
    x = np.linspace(0, 1, 500)[None]
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_model_of_which_there_is_too_much_to_say_is_not_written(path):
    path.write_text("old")
    names = {str(index): index for index in range(300_000)}
    with pytest.raises(ValueError, match=r"model\.safetensors' cannot be written: its header"):
        model_file.write(path, {"weights": [], "names": names}, {})
    assert path.read_text() == "old"


def test_a_function_as_learning_rate_has_no_name(path):
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(2)])
    model.compile(lamella.optimizers.SGD(lambda: 0.1), "mse")
    with pytest.raises(ValueError, match="cannot be written into a file"):
        model.save(path)


def test_variables_that_share_a_name_are_kept_apart(path):
    class Three(Doubled):
        def build(self, input_shape):
            for name in ("a", "a", "a_1"):
                self.add_weight((1,), "glorot_uniform", name=name)

    model = lamella.Sequential([lamella.Input((3,)), Three()])
    model.save(path)
    loaded = load_model(path, custom_objects={"Three": Three})
    assert loaded.get_weights() == model.get_weights()


def test_a_file_may_be_read_by_whom_the_system_lets(path):
    drawn_models.small_model().save(path)
    other = path.with_name("other")
    other.write_text("")
    assert path.stat().st_mode == other.stat().st_mode
    path.chmod(0o640)
    drawn_models.small_model().save(path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_one(path):
    target = path.with_name("target.safetensors")
    target.write_text("")
    path.symlink_to(target)
    drawn_models.small_model().save(path)
    assert path.is_symlink()
    assert load_model(target).built
