"""Keras's files without Keras: round trips, and what is refused."""

import io
import json
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lamella
from lamella import layers, optimizers
from small_keras_file import MEMBERS, dense_config, repack, rewrite, rows, small_model, trained

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    """A `.keras` file of a small model that was trained."""
    path = tmp_path / "model.keras"
    trained(small_model()).save(path)
    return path


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "model.weights.h5"
    small_model().save_weights(path)
    return path


# Round trips.

ENTRIES = st.one_of(
    st.builds(lambda: layers.Dense(4, activation="relu", kernel_regularizer="l2")),
    st.builds(lambda rate: layers.Dropout(rate), st.floats(0, 0.5)),
    st.builds(layers.BatchNormalization),
    st.builds(lambda: layers.Dense(4, kernel_constraint="max_norm", use_bias=False)),
    st.builds(lambda: layers.PReLU(trainable=False)),
)


def blocks(inner):
    stacks = st.lists(inner, max_size=3)
    dense = st.builds(lambda stack: [*stack, layers.Dense(4)], stacks)
    return st.one_of(
        st.builds(layers.Residual, dense, st.none() | dense),
        st.builds(
            lambda a, b, c: lamella.Sequential(
                [layers.Branches([a, [*b, layers.Dense(3)], c]), layers.Dense(4)]
            ),
            stacks,
            stacks,
            dense,
        ),
        st.builds(lambda a, b: layers.Branches([a, b], merge="add"), dense, dense),
        st.builds(lambda stack: lamella.Sequential([*stack, layers.Dense(4)]), stacks),
    )


STACKS = st.lists(st.recursive(ENTRIES, blocks, max_leaves=6), min_size=1, max_size=4)
OPTIMIZERS = st.one_of(
    st.builds(optimizers.SGD, momentum=st.sampled_from([0.0, 0.9])),
    st.builds(optimizers.Adam, amsgrad=st.booleans(), use_ema=st.booleans()),
    st.builds(optimizers.Nadam, gradient_accumulation_steps=st.sampled_from([None, 2])),
    st.builds(optimizers.RMSprop, momentum=st.sampled_from([0.0, 0.5]), centered=st.booleans()),
    st.builds(lambda: optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 20))),
)


@given(stack=STACKS, optimizer=OPTIMIZERS, steps=st.integers(0, 3))
def test_a_model_is_the_same_after_a_round_trip(stack, optimizer, steps, tmp_path_factory):
    model = lamella.Sequential([lamella.Input((4,)), *stack, layers.Dense(2)])
    model.compile(optimizer, "mse", metrics=["mae"])
    trained(model, steps)
    path = tmp_path_factory.mktemp("round") / "model.keras"
    model.save(path)
    loaded = lamella.saving.load_model(path)
    assert [v.path.rpartition("/")[2] for v in loaded.weights] == [
        v.path.rpartition("/")[2] for v in model.weights
    ]
    for _ in range(2):  # before and after a step
        for left, right in zip(loaded.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)
        assert loaded.optimizer.iterations == model.optimizer.iterations
        assert loaded.optimizer.get_config() == model.optimizer.get_config()
        trained(model, 1)
        trained(loaded, 1)
    copy = path.parent / "copy.keras"
    loaded.save(copy)
    np.testing.assert_array_equal(
        lamella.saving.load_model(copy).predict(rows(), verbose=0), model.predict(rows(), verbose=0)
    )


def test_weights_go_through_their_own_file_and_out_of_a_whole_model(path, weights):
    model = small_model()
    for source in (path, weights):
        model.load_weights(source)
    np.testing.assert_array_equal(model.get_weights()[0].shape, (4, 3))
    expected = lamella.saving.load_model(path)
    model.load_weights(path)
    np.testing.assert_array_equal(model.predict(rows(), verbose=0), expected.predict(rows(), verbose=0))


def test_weights_of_a_single_layer(tmp_path):
    dense, other = layers.Dense(3), layers.Dense(3)
    dense.build((None, 2))
    other.build((None, 2))
    lamella.saving.save_weights(dense, tmp_path / "dense.weights.h5")
    lamella.saving.load_weights(other, tmp_path / "dense.weights.h5")
    np.testing.assert_array_equal(dense.get_weights()[0], other.get_weights()[0])


def test_the_container_is_the_one_of_keras(path):
    with zipfile.ZipFile(path) as archive:
        assert [(m.filename, m.compress_type) for m in archive.infolist()] == [(m, 0) for m in MEMBERS]
        metadata, config = (json.loads(archive.read(name)) for name in MEMBERS[:2])
        assert {"keras_version", "date_saved"} <= set(metadata)
        dense = config["config"]["layers"][1]
        assert dense["config"] == {
            "name": dense["config"]["name"],
            "units": 3,
            "activation": "tanh",
            "dtype": "float32",
        }
        with h5py.File(io.BytesIO(archive.read(MEMBERS[2]))) as root:
            assert set(root) == {"vars", "layers", "optimizer"}
            assert set(root["layers"]) == {"dense", "dense_1"}
            assert root["layers/dense/vars"].attrs["name"] == dense["config"]["name"]
            assert root["layers/dense/vars/0"].chunks is None
            assert len(root["optimizer/vars"]) == 2 + 2 * 4


def test_a_learning_rate_that_was_changed_after_compiling_is_kept(tmp_path):
    model = trained(small_model())
    model.optimizer.learning_rate = 0.25
    model.save(tmp_path / "model.keras")
    assert lamella.saving.load_model(tmp_path / "model.keras").optimizer.learning_rate == 0.25


def test_an_optimizer_of_another_kind_starts_anew(path):
    def change(tree):
        tree["compile_config"]["optimizer"]["config"]["amsgrad"] = True

    with pytest.warns(UserWarning, match="starts anew"):
        loaded = lamella.saving.load_model(rewrite(path, change))
    assert loaded.optimizer.iterations == 0


def test_an_optimizer_in_another_order_starts_anew(path):
    def change(root):
        root["optimizer/vars"].move("2", "x")
        root["optimizer/vars"].move("4", "2")
        root["optimizer/vars"].move("x", "4")

    with pytest.warns(UserWarning, match="starts anew"):
        loaded = lamella.saving.load_model(rewrite(path, change_weights=change))
    assert loaded.optimizer.iterations == 0


def test_weights_that_two_layers_share(tmp_path):
    shared = layers.Dense(4)
    model = lamella.Sequential([lamella.Input((4,)), shared, layers.ReLU(), shared])
    model.save_weights(tmp_path / "model.weights.h5")
    before = model.get_weights()
    model.set_weights([weight * 0 for weight in before])
    model.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    with pytest.raises(ValueError, match="twice"):
        model.save(tmp_path / "model.keras")


def test_without_compiling(path):
    assert not lamella.saving.load_model(path, compile=False).compiled


def test_an_unbuilt_model(tmp_path):
    lamella.Sequential([layers.Dense(3)]).save(tmp_path / "model.keras")
    assert not lamella.saving.load_model(tmp_path / "model.keras").built


@lamella.saving.register_serializable("tests")
class Halve(layers.Layer):
    def forward(self, x):
        return x / 2

    def backward(self, x, y, gradient):
        return gradient / 2


class Third(Halve):
    pass


def test_layers_of_the_user(tmp_path):
    model = lamella.Sequential([lamella.Input((4,)), Halve(), Third(), layers.Dense(2)])
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="Unknown layer 'Third'"):
        lamella.saving.load_model(tmp_path / "model.keras")
    loaded = lamella.saving.load_model(tmp_path / "model.keras", custom_objects={"Third": Third})
    np.testing.assert_array_equal(loaded.predict(rows(), verbose=0), model.predict(rows(), verbose=0))


def test_without_h5py_the_extra_is_named(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"lamella\[keras\]"):
        lamella.saving.load_model(path)


# What is refused.


def test_weights_have_other_names_than_models(tmp_path):
    with pytest.raises(ValueError, match=r"\.weights\.h5"):
        small_model().save_weights(tmp_path / "model.keras")


def test_a_model_is_one_file(tmp_path):
    with pytest.raises(ValueError, match="zipped"):
        small_model().save(tmp_path / "model.keras", zipped=False)
    with pytest.raises(ValueError, match="max_shard_size"):
        small_model().save_weights(tmp_path / "model.weights.h5", max_shard_size=1)


def test_a_file_of_weights_is_no_model(weights):
    with pytest.raises(ValueError, match="load_weights"):
        lamella.saving.load_model(weights)


def test_weights_of_another_model(weights):
    wider = lamella.Sequential([lamella.Input((4,)), layers.Dense(5), layers.Dense(2)])
    before = wider.get_weights()
    with pytest.raises(ValueError, match=r"shape \(4, 3\)"):
        wider.load_weights(weights)
    shorter = lamella.Sequential([lamella.Input((4,)), layers.Dense(3)])
    with pytest.raises(ValueError, match="'dense_1', which"):
        shorter.load_weights(weights)
    longer = lamella.Sequential([lamella.Input((4,)), layers.Dense(3), layers.Dense(2), layers.Dense(2)])
    with pytest.raises(ValueError, match="holds 0 variables"):
        longer.load_weights(weights)
    for left, right in zip(wider.get_weights(), before, strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_does_not_fit_can_be_left_out(weights):
    deeper = lamella.Sequential([lamella.Input((4,)), layers.Dense(3), layers.Dense(5)])
    last = deeper.layers[1].get_weights()[0]
    with pytest.warns(UserWarning, match="left as it is"):
        deeper.load_weights(weights, skip_mismatch=True)
    expected = small_model()
    expected.load_weights(weights)
    np.testing.assert_array_equal(deeper.get_weights()[0], expected.get_weights()[0])
    np.testing.assert_array_equal(deeper.layers[1].get_weights()[0], last)


CONFIGS = {
    "Unknown layer 'LSTM'": lambda tree: tree["config"]["layers"][1].update(class_name="LSTM"),
    "'quantization_config'": lambda tree: dense_config(tree).update(quantization_config={"bits": 4}),
    "'lora_rank'": lambda tree: dense_config(tree).update(lora_rank=3),
    "'shuffled': True": lambda tree: tree["config"].update(shuffled=True),
    "float16": lambda tree: dense_config(tree).update(dtype="float16"),
    "Unknown activation": lambda tree: dense_config(tree).update(activation="relu9"),
    "larger than what the file holds": lambda tree: dense_config(tree).update(units=10**9),
    "Unknown optimizer 'LossScaleOptimizer'": lambda tree: tree["compile_config"]["optimizer"].update(
        class_name="LossScaleOptimizer"
    ),
    "'loss_weights'": lambda tree: tree["compile_config"].update(loss_weights=[0.5]),
    "num_thresholds": lambda tree: tree["compile_config"].update(
        metrics=[{"class_name": "AUC", "config": {"num_thresholds": 10**12}}]
    ),
    "of class 'Subclassed'": lambda tree: tree.update(class_name="Subclassed"),
    "'config' of a Sequential": lambda tree: {"class_name": "Sequential"},
    "must be a dictionary": lambda tree: [],
}


@pytest.mark.parametrize("message", CONFIGS)
def test_configs_that_are_refused_by_name(path, message):
    rewrite(path, CONFIGS[message])
    with pytest.raises(ValueError, match="cannot be loaded") as error:
        lamella.saving.load_model(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("metadata", [b"[]", b'{"lamella_seed": -1}', b'{"lamella_seed": "x"}', b"{"])
def test_metadata_that_are_none(path, metadata):
    repack(path, lambda data: [(MEMBERS[0], metadata), *list(data.items())[1:]])
    with pytest.raises(ValueError, match="cannot be loaded"):
        lamella.saving.load_model(path)


def test_members_before_the_file_are_refused(path):
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06") + 16  # where the directory begins: later than it does
    data[end : end + 4] = (int.from_bytes(data[end : end + 4], "little") + 9).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"model\.keras' cannot be loaded: .*begins before the file does"):
        lamella.saving.load_model(path)


def test_broadcast_constants_count(path):
    def change(tree):
        layer = {"class_name": "Normalization", "config": {"name": "n", "mean": 0.0, "variance": 1.0}}
        tree["config"]["layers"][0]["config"]["batch_shape"] = [None, 10**12]
        tree["config"]["layers"].insert(1, layer)

    rewrite(path, change)
    with pytest.raises(ValueError, match="larger than what the file holds"):
        lamella.saving.load_model(path)


def test_options_that_change_nothing_are_no_reason_to_refuse(path):
    def change(tree):
        dense_config(tree).update(quantization_config=None, lora_alpha=None)
        tree["compile_config"].update(run_eagerly=True, steps_per_execution=7, jit_compile=True)
        tree["config"]["layers"][1]["shared_object_id"] = 7

    assert lamella.saving.load_model(rewrite(path, change)).compiled


# Functional models.


def node(kind, name, *sources, calls=1, **config):
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": [source, 0, 0]}}
        for source in sources
    ]
    arguments = [tensors] if kind in ("Add", "Concatenate") else tensors
    return {
        "class_name": kind,
        "config": {"name": name, **config},
        "name": name,
        "inbound_nodes": [{"args": arguments, "kwargs": {}}] * calls if sources else [],
    }


START = node("InputLayer", "start", batch_shape=[None, 4])


def functional(*nodes, inputs="start", output=None):
    layers = [START, *nodes]
    config = {"name": "graph", "layers": layers, "input_layers": [inputs, 0, 0]}
    return {
        "class_name": "Functional",
        "config": {**config, "output_layers": [output or nodes[-1]["name"], 0, 0]},
    }


def dense(name, source, **options):
    return node("Dense", name, source, units=4, **options)


GRAPHS = {
    "used 2 times": functional(node("Dense", "a", "start", calls=2, units=4)),
    "is in several branches": functional(
        dense("a", "start"),
        dense("b", "a"),
        dense("c", "a"),
        node("Add", "d", "b", "c", "start"),
    ),
    "does not lead to the output": functional(dense("a", "start"), dense("b", "start")),
    "has 2 inputs": functional(dense("a", "start"), node("Multiply", "b", "a", "start")),
    "along the last axis": functional(dense("a", "start"), node("Concatenate", "b", "a", "start", axis=0)),
    "stands before a layer": functional(dense("a", "b"), dense("b", "a")),
    "two layers are named 'a'": functional(dense("a", "start"), dense("a", "start")),
    "not the layer 'a'": functional(dense("a", "start"), dense("b", "start"), inputs="a"),
    "more than one output": functional(dense("a", "start"), output=["a"]),
    "merges 1 values": functional(node("Add", "a", "start")),
}


@pytest.mark.parametrize("cause", GRAPHS)
def test_graphs_that_are_no_stacks_of_blocks(path, cause):
    rewrite(path, lambda tree: GRAPHS[cause])
    with pytest.raises(ValueError, match="functional model that is not a stack") as error:
        lamella.saving.load_model(path)
    assert cause in str(error.value)


def test_calls_with_arguments_are_refused(path):
    graph = functional(dense("a", "start"))
    graph["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": True}
    rewrite(path, lambda tree: graph)
    with pytest.raises(ValueError, match="is called with"):
        lamella.saving.load_model(path)


def test_a_block_keeps_its_names(tmp_path):
    ways = [layers.Dense(4, name="a")], [layers.Dense(4, name="b")]
    block = layers.Residual(*ways, activity_regularizer="l2", name="block")
    other = layers.Branches([[layers.Dense(4, name="a")], []], name="other")
    lamella.Sequential([lamella.Input((4,)), block, other]).save(tmp_path / "model.keras")
    loaded = lamella.saving.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in loaded.layers] == ["block", "other"]
    assert [layer.name for layer in loaded.layers[0].layers] == ["a", "b"]
    assert loaded.layers[0].activity_regularizer.l2 == 0.01
    assert [layer.name for layer in loaded.layers[1].layers] == ["other_a"]


def test_what_keras_reads_of_a_config_is_written_though_it_has_its_default(tmp_path):
    stack = [
        layers.Input((2,)),
        layers.Rescaling(2.0),
        layers.Dense(2, bias_initializer=lamella.initializers.Constant()),
    ]
    lamella.Sequential(stack).save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        _, rescaling, dense = json.loads(archive.read("config.json"))["config"]["layers"]
    assert rescaling["config"]["offset"] == 0.0
    assert dense["config"]["bias_initializer"]["config"] == {"value": 0.0}
