"""State dicts of PyTorch in safetensors files: names, tables, errors; outputs are for the parity tests."""

import numpy as np
import pytest
from safetensors.numpy import save_file

import lamella
from lamella import layers
from lamella.saving import load_torch_state_dict

SHAPES = {"0.weight": (8, 3, 3, 3), "0.bias": (8,), "2.weight": (5, 8 * 4 * 4), "2.bias": (5,)}


def network():
    stack = [layers.Conv2D(8, 3, name="conv"), layers.Flatten(), layers.Dense(5, name="head")]
    return lamella.Sequential([layers.Input((6, 6, 3)), *stack], name="net")


def tensors(shapes=SHAPES, dtype="float32"):
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "torch.safetensors"


def load(path, values, model=None, **arguments):
    """Load these tensors into a model."""
    save_file(values, path)
    model = model or network()
    return model, load_torch_state_dict(model, path, **arguments)


def assert_refused(path, values, match, model=None, **arguments):
    """A ValueError that names the file and says why; no weight is changed."""
    model = model or network()
    before = model.get_weights()
    with pytest.raises(ValueError, match=match) as caught:
        load(path, values, model, **arguments)
    assert str(path) in str(caught.value)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_kernels_are_transposed_and_rows_reordered(path):
    values = tensors()
    model, _ = load(path, values)
    kernel, bias, head, head_bias = model.get_weights()
    np.testing.assert_array_equal(kernel, values["0.weight"].transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(bias, values["0.bias"])
    np.testing.assert_array_equal(
        head, values["2.weight"].reshape(5, 8, 4, 4).transpose(2, 3, 1, 0).reshape(-1, 5)
    )
    np.testing.assert_array_equal(head_bias, values["2.bias"])


def test_the_table_says_what_was_done(path):
    _, table = load(path, tensors())
    assert table[1] == ("0.weight", (8, 3, 3, 3), "net/conv/kernel", (3, 3, 3, 8), "transposed")
    assert table[1].variable == "net/conv/kernel"
    lines = str(table).splitlines()
    assert len(lines) == 4
    assert lines[3] == "2.weight  (5, 128)      ->  net/head/kernel  (128, 5)      transposed, reordered"


def test_modules_are_taken_in_natural_order(path):
    shapes = {f"stages.{index}.weight": (index + 1, index) for index in range(1, 13)}
    stack = [layers.Dense(index + 1, use_bias=False) for index in range(1, 13)]
    values = tensors(shapes)
    model, table = load(path, values, lamella.Sequential([layers.Input((1,)), *stack]))
    assert [row.tensor for row in table] == list(shapes)
    np.testing.assert_array_equal(model.get_weights()[9], values["stages.10.weight"].T)


def test_parameters_without_a_module_name(path):
    model = lamella.Sequential([layers.Input((4,)), layers.Dense(3, use_bias=False)])
    values = tensors({"weight": (3, 4)})
    load(path, values, model)
    np.testing.assert_array_equal(model.get_weights()[0], values["weight"].T)


def test_counted_batches_are_ignored(path):
    model = lamella.Sequential([layers.Input((4,)), layers.BatchNormalization()])
    names = ("weight", "bias", "running_mean", "running_var")
    values = tensors({f"bn.{name}": (4,) for name in names})
    _, table = load(path, values | {"bn.num_batches_tracked": np.array(7)}, model)
    assert len(table) == 4
    for weight, name in zip(model.get_weights(), names, strict=True):
        np.testing.assert_array_equal(weight, values[f"bn.{name}"])


def test_a_layer_of_ones_own_goes_by_its_variables_names(path):
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), name="factor")

        def forward(self, x):
            return x * self.factor

    model = lamella.Sequential([layers.Input((4,)), Scale(), layers.Dense(2)])
    values = tensors({"0.factor": (4,), "1.weight": (2, 4), "1.bias": (2,)})
    load(path, values, model)
    np.testing.assert_array_equal(model.get_weights()[0], values["0.factor"])


def test_statistics_of_inputs_are_not_expected(path):
    normalization = layers.Normalization()
    normalization.adapt(np.array([[[[1.0, 2.0, 3.0]]], [[[3.0, 4.0, 7.0]]]]))
    model = lamella.Sequential([layers.Input((6, 6, 3)), normalization, *network().layers])
    load(path, tensors(), model)
    np.testing.assert_array_equal(normalization.get_weights()[0], [2, 3, 5])


def test_a_file_in_another_order(path):
    shapes = {"stem.weight": (8, 3, 3, 3), "stem.bias": (8,), "fc.weight": (5, 128), "fc.bias": (5,)}
    values = tensors(shapes)
    assert_refused(path, values, r"'fc.bias' has shape \(5,\).*mapping")
    for mapping in ({"stem": "conv", "fc": "head"}, {"fc": "head", "stem": "conv"}):
        model, _ = load(path, values, mapping=mapping)
        np.testing.assert_array_equal(model.get_weights()[1], values["stem.bias"])
    model = network()
    load(path, values, model, mapping=dict(zip(("stem", "fc"), model.layers[::2], strict=True)))
    np.testing.assert_array_equal(model.get_weights()[3], values["fc.bias"])


def test_mappings_that_do_not_fit(path):
    refused = [
        ({"0": "conv", "3": "head"}, "no module '3'; its modules: 0, 2"),
        ({"0": "conv", "2": "heat"}, "'heat', which is no layer .*: conv, head"),
        ({"0": "conv", "2": layers.Dense(5, name="mine")}, "'mine', which is no layer"),
        ({"0": "conv", "2": "conv"}, "'conv' more often"),
        ({"0": "conv"}, r"no variables for 2.bias, 2.weight; it has no tensors for net/head/kernel"),
    ]
    for mapping, match in refused:
        assert_refused(path, tensors(), match, mapping=mapping)
    parts = [lamella.Sequential([layers.Dense(4, name="same")]) for _ in range(2)]
    model = lamella.Sequential([layers.Input((4,)), *parts])
    values = tensors({"0.weight": (4, 4), "0.bias": (4,)})
    assert_refused(path, values, "2 layers have this name", model, mapping={"0": "same"})


def test_what_is_left_over(path):
    headless = tensors({name: SHAPES[name] for name in ("0.weight", "0.bias")})
    assert_refused(path, headless, "no tensors for net/head/kernel, net/head/bias. Pass mapping")
    model = network()
    head = model.get_weights()[2:]
    _, table = load(path, headless, model, strict=False)
    np.testing.assert_array_equal(model.get_weights()[1], headless["0.bias"])
    for now, then in zip(model.get_weights()[2:], head, strict=True):
        np.testing.assert_array_equal(now, then)
    assert [row.change for row in table] == ["as it is", "transposed", "left", "left"]
    assert table[2] == ("", None, "net/head/kernel", (128, 5), "left")

    more = tensors({**SHAPES, "3.weight": (2, 5)})
    assert_refused(path, more, "no variables for 3.weight")
    _, table = load(path, more, strict=False)
    assert table[4] == ("3.weight", (2, 5), "", None, "left")
    assert str(table).splitlines()[4].split() == ["3.weight", "(2,", "5)", "->", "-", "left"]


def test_a_bias_on_one_side_only(path):
    model = lamella.Sequential([layers.Input((4,)), layers.Dense(3, use_bias=False, name="d")], name="m")
    values = tensors({"0.weight": (3, 4), "0.bias": (3,)})
    assert_refused(path, values, "no variables for 0.bias", model)
    model = lamella.Sequential([layers.Input((4,)), layers.Dense(3, name="d")], name="m")
    assert_refused(path, tensors({"0.weight": (3, 4)}), "no tensors for m/d/bias", model)


@pytest.mark.parametrize("shape", [(128, 5), (5, 127), (5, 8, 4, 4), (640,), ()], ids=str)
def test_wrong_shapes(shape, path):
    values = tensors({**SHAPES, "2.weight": shape})
    match = r"'2.weight' has shape .*'net/head/kernel' of shape \(128, 5\) \(5, 128\) is expected"
    assert_refused(path, values, match)
    assert_refused(path, values, match, strict=False)


def test_whole_numbers_are_not_weights(path):
    assert_refused(path, tensors(dtype="int32"), "'0.bias' has type I32")


def test_files_that_are_damaged(path):
    save_file(tensors(), path)
    content = path.read_bytes()
    model = network()
    before = model.get_weights()
    rng = np.random.default_rng(0)
    cut = [content[:length] for length in (0, 7, 8, 100, len(content) - 1)]
    header = [bytearray(content) for _ in range(100)]
    for damaged in header:
        damaged[rng.integers(0, 200)] = rng.integers(0, 256)
    refused = 0
    for damaged in [*cut, *header]:
        path.write_bytes(bytes(damaged))
        try:
            load_torch_state_dict(model, path)
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017  # some bytes may be changed without harm
            refused += 1
            np.testing.assert_array_equal(model.get_weights()[0], before[0])
        model.set_weights(before)
    assert refused > 90


def test_a_model_that_is_not_built(path):
    save_file(tensors(), path)
    model = lamella.Sequential([layers.Dense(3)], name="net")
    with pytest.raises(ValueError, match="'net' is not built"):
        load_torch_state_dict(model, path)


def test_a_file_that_is_not_there(path):
    with pytest.raises(FileNotFoundError):
        load_torch_state_dict(network(), path)


def test_it_trains_on(path):
    """What was loaded is what is trained, also where the model has trained before."""
    model = network()
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, 6, 6, 3))
    model.fit(x, np.zeros((8, 5)), verbose=0)
    values = tensors()
    load(path, values, model)
    outputs = model.predict(x, verbose=0)
    assert model.train_on_batch(x, outputs) == pytest.approx(0, abs=1e-9)
