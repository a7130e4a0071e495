"""Files of Keras 2: configs and weights in its forms, made here with h5py."""

import json

import numpy as np
import pytest

import lamella
from lamella import layers, losses, metrics, optimizers
from lamella.saving import load_model

h5py = pytest.importorskip("h5py")

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
KERNEL = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")
BIAS = np.float32([0.1, -0.2, 0.3])


def entry(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


DENSE = entry("Dense", "dense_1", units=3, batch_input_shape=[None, 4])
WEIGHTS = [("dense_1", [("dense_1/kernel:0", KERNEL), ("dense_1/bias:0", BIAS)])]


def write_weights(group, weights):
    group.attrs["layer_names"] = [name.encode() for name, _ in weights]
    for name, arrays in weights:
        layer = group.create_group(name)
        layer.attrs["weight_names"] = [place.encode() for place, _ in arrays]
        for place, values in arrays:
            layer[place] = values


def write(path, entries=(DENSE,), weights=WEIGHTS, training=None, kind="Sequential", **config):
    model = {"class_name": kind, "config": {"name": "old", "layers": list(entries), **config}}
    with h5py.File(path, "w") as root:
        root.attrs["keras_version"] = b"2.2.4"
        root.attrs["backend"] = b"tensorflow"
        root.attrs["model_config"] = json.dumps(model).encode()
        if training is not None:
            root.attrs["training_config"] = json.dumps(training).encode()
        write_weights(root.create_group("model_weights"), weights)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "old.h5"


def predicted(model):
    return model.predict(X, verbose=0)


def affine(x=X):
    return x @ KERNEL + BIAS


# Models.


def test_the_first_layer_says_the_shape(path):
    np.testing.assert_allclose(predicted(load_model(write(path))), affine(), rtol=1e-5)


def test_layers_without_a_model_around_them(path):
    """Before Keras 2.2.3 the config of a Sequential was the list of its layers."""
    write(path)
    with h5py.File(path, "r+") as root:
        root.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [DENSE]})
    np.testing.assert_allclose(predicted(load_model(path)), affine(), rtol=1e-5)


def test_names_of_a_model_that_was_loaded_and_saved_again(path):
    """TensorFlow made names of variables unique: `dense_1_1/kernel:0` of the layer `dense_1`."""
    weights = [("dense_1", [("dense_1_1/kernel:0", KERNEL), ("dense_1_1/bias:0", BIAS)])]
    np.testing.assert_allclose(predicted(load_model(write(path, weights=weights))), affine(), rtol=1e-5)


def test_arrays_are_told_apart_by_their_names(path):
    """A layer that was frozen or thawed in between has its variables in another order."""
    scales = {
        "gamma": np.float32([1, 2, 3, 4]),
        "beta": np.float32([5, 6, 7, 8]),
        "moving_mean": np.float32([9, 10, 11, 12]),
        "moving_variance": np.float32([13, 14, 15, 16]),
    }
    order = ["moving_mean", "moving_variance", "gamma", "beta"]
    norm = entry("BatchNormalization", "n", axis=[1], batch_input_shape=[None, 4])
    arrays = [(f"n/{name}:0", scales[name]) for name in order]
    model = load_model(write(path, [norm], [("n", arrays)]))
    assert {v.name: v.numpy().tolist() for v in model.weights} == {k: v.tolist() for k, v in scales.items()}


def test_a_variable_in_the_place_of_another_is_refused(path):
    square, row = np.ones((3, 3), "float32"), np.ones(3, "float32")
    inner = entry("Sequential", "inner")
    inner["config"]["layers"] = [entry("Dense", "a", units=3), entry("Dense", "b", units=3)]
    arrays = [("x/kernel:0", square), ("y/kernel:0", square), ("x/bias:0", row), ("y/bias:0", row)]
    write(path, [DENSE, inner], [*WEIGHTS, ("inner", arrays)])
    with pytest.raises(ValueError, match="kernel:0' in it stands in the place of"):
        load_model(path)


def test_models_inside_of_models(path):
    inner = entry("Sequential", "inner")
    inner["config"]["layers"] = [
        entry("Dense", "a", units=3, batch_input_shape=[None, 4], activation="tanh"),
        entry("BatchNormalization", "b", axis=[1]),
        entry("Dense", "c", units=2, use_bias=False),
    ]
    last = np.random.default_rng(2).normal(size=(3, 2)).astype("float32")
    ones, zeros = np.ones(3, "float32"), np.zeros(3, "float32")
    arrays = [("a/kernel:0", KERNEL), ("a/bias:0", BIAS), ("b/gamma:0", 2 * ones), ("b/beta:0", ones)]
    arrays += [("c/kernel:0", last), ("b/moving_mean:0", zeros), ("b/moving_variance:0", ones)]
    first = entry("InputLayer", "input_1", batch_input_shape=[None, 4])
    model = load_model(write(path, [first, inner], [("inner", arrays)]))
    expected = (2 * np.tanh(affine()) / np.sqrt(1.001) + 1) @ last
    np.testing.assert_allclose(predicted(model), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["Functional", "Model"])
def test_functional_models_that_are_stacks(path, kind):
    nodes = [
        {**entry("InputLayer", "in", batch_input_shape=[None, 4]), "name": "in", "inbound_nodes": []},
        {**entry("Dense", "dense_1", units=3), "name": "dense_1", "inbound_nodes": [[["in", 0, 0, {}]]]},
    ]
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [["dense_1", 0, 0]]}
    model = load_model(write(path, nodes, kind=kind, **ends))
    np.testing.assert_allclose(predicted(model), affine(), rtol=1e-5)


OLD_LAYERS = {
    "LeakyReLU": ({"alpha": 0.25}, {"negative_slope": 0.25}),
    "ELU": ({"alpha": 0.5}, {"alpha": 0.5}),
    "ReLU": ({"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}, {"max_value": 6.0}),
    "Softmax": ({"axis": [-1]}, {"axis": -1}),
    "Dropout": ({"rate": 0.5, "noise_shape": None, "seed": None}, {"rate": 0.5}),
    "BatchNormalization": ({"axis": [1], "momentum": 0.9}, {"momentum": 0.9}),
    "LayerNormalization": ({"axis": [1], "epsilon": 0.01}, {"epsilon": 0.01}),
    "Activation": ({"activation": "swish"}, {}),
}


@pytest.mark.parametrize("kind", OLD_LAYERS)
def test_entries_of_layers(kind, path):
    old, new = OLD_LAYERS[kind]
    config = lamella.models.model_from_json(
        json.dumps({"class_name": "Sequential", "config": {"layers": [DENSE, entry(kind, "b", **old)]}})
    ).get_config()["layers"][-1]["config"]
    assert {key: config[key] for key in new} == new


PICTURES = {
    "DepthwiseConv2D": {"kernel_size": [2, 2], "depthwise_initializer": "ones"},
    "SeparableConv2D": {"filters": 2, "kernel_size": [2, 2], "pointwise_initializer": "ones"},
    "Conv2DTranspose": {"filters": 2, "kernel_size": [2, 2], "output_padding": None},
    "MaxPooling2D": {"pool_size": [2, 2], "strides": [2, 2]},
    "UpSampling2D": {"size": [2, 2], "interpolation": "bilinear"},
    "GlobalAveragePooling2D": {"keepdims": False},
    "Flatten": {},
}


@pytest.mark.parametrize("kind", PICTURES)
def test_layers_for_pictures(kind):
    convolution = {"groups": 1, "dilation_rate": [1, 1], "strides": [1, 1]} if "Conv" in kind else {}
    if kind.startswith(("Depthwise", "Separable")):
        convolution |= {
            "kernel_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": None,
        }
    options = {"data_format": "channels_last", **convolution, **PICTURES[kind]}
    old = entry(kind, "a", batch_input_shape=[None, 4, 4, 2], **options)
    config = {"class_name": "Sequential", "config": {"name": "old", "layers": [old]}}
    assert lamella.models.model_from_json(json.dumps(config)).input_shape == (None, 4, 4, 2)
    if kind.startswith("Depthwise"):
        old["config"]["groups"] = 2
        with pytest.raises(ValueError, match="groups"):
            lamella.models.model_from_json(json.dumps(config))


def test_initializers_of_the_first_versions(path):
    start = {
        "class_name": "VarianceScaling",
        "config": {"scale": 2.0, "distribution": "normal", "dtype": "float32"},
    }
    dense = entry("Dense", "dense_1", units=3, batch_input_shape=[None, 4], kernel_initializer=start)
    initializer = load_model(write(path, [dense])).layers[0].kernel_initializer
    assert (initializer.scale, initializer.distribution) == (2.0, "truncated_normal")


# What they were compiled with.

ADAM = {"class_name": "Adam", "config": {"lr": 0.002, "beta_1": 0.8, "epsilon": None, "decay": 0.0}}


def training(**changes):
    return {
        "optimizer_config": ADAM,
        "loss": "mse",
        "metrics": [],
        "sample_weight_mode": None,
        "loss_weights": None,
        **changes,
    }


def loaded(path, **changes):
    return load_model(write(path, training=training(**changes)))


def test_an_optimizer_of_the_first_versions(path):
    optimizer = loaded(path).optimizer
    assert type(optimizer) is optimizers.Adam
    assert (optimizer.learning_rate, optimizer.beta_1, optimizer.epsilon) == (0.002, 0.8, 1e-7)


def test_an_optimizer_of_the_last_versions(path):
    config = {"name": "SGD", "learning_rate": 0.5, "momentum": 0.9, "is_legacy_optimizer": False}
    optimizer = loaded(path, optimizer_config={"class_name": "Custom>SGD", "config": config}).optimizer
    assert (type(optimizer), optimizer.momentum, optimizer.learning_rate) == (optimizers.SGD, 0.9, 0.5)


def test_a_decay_is_a_schedule(path):
    config = {"name": "SGD", "learning_rate": 0.5, "decay": 0.25, "momentum": 0.0, "nesterov": False}
    model = loaded(path, optimizer_config={"class_name": "SGD", "config": config})
    kernel = model.layers[0].kernel
    y = np.zeros((6, 3), "float32")
    for rate in (0.5, 0.5 / 1.25, 0.5 / 1.5):
        before = kernel.numpy().copy()
        gradient = X.T @ (predicted(model) - y) * 2 / y.size
        model.train_on_batch(X, y)
        np.testing.assert_allclose(before - kernel.numpy(), rate * gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "kind", "options"),
    [
        ("kullback_leibler_divergence", losses.KLDivergence, {}),
        ("logcosh", losses.LogCosh, {}),
        (["mean_absolute_error"], losses.MeanAbsoluteError, {}),
        ({"dense_1": "mse"}, losses.MeanSquaredError, {}),
        (
            {
                "class_name": "CategoricalCrossentropy",
                "config": {
                    "reduction": "auto",
                    "name": "own",
                    "from_logits": True,
                    "label_smoothing": 0.1,
                    "axis": -1,
                    "fn": "categorical_crossentropy",
                },
            },
            losses.CategoricalCrossentropy,
            {"name": "own", "from_logits": True, "label_smoothing": 0.1, "reduction": "sum_over_batch_size"},
        ),
    ],
)
def test_losses(loss, kind, options, path):
    found = lamella.losses.get(loaded(path, loss=loss).loss)
    assert type(found) is kind
    assert {key: getattr(found, key) for key in options} == options


def wrapped(name, fn):
    return {"class_name": "MeanMetricWrapper", "config": {"name": name, "dtype": "float32", "fn": fn}}


@pytest.mark.parametrize(
    "given",
    [
        ["mae", "categorical_accuracy"],
        [["mae", wrapped("categorical_accuracy", "categorical_accuracy")]],
        {"dense_1": [wrapped("mae", "mean_absolute_error"), "categorical_accuracy"]},
        [[wrapped("mae", "mean_absolute_error")], [{"class_name": "CategoricalAccuracy", "config": {}}]],
    ],
)
def test_metrics(given, path):
    model = loaded(path, metrics=given)
    model.test_on_batch(X, np.eye(3)[[0, 1, 2] * 2])
    assert model.metrics_names == ["loss", "mae", "categorical_accuracy"]
    assert [type(metric) for metric in model.metrics] == [
        metrics.MeanAbsoluteError,
        metrics.CategoricalAccuracy,
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer_config": {"class_name": "TFOptimizer", "config": {}}},
        {"optimizer_config": {"class_name": "Adam", "config": {"schedule_decay": 0.1}}},
        {"optimizer_config": {"class_name": "SGD", "config": {"decay": 0.1}}},
        {"optimizer_config": None},
        {"loss": "mine"},
        {"loss": ["mse", "mae"]},
        {"metrics": [{"class_name": "Mine", "config": {}}]},
        {"metrics": 3},
        {"loss_weights": [0.5]},
        {"sample_weight_mode": "temporal"},
    ],
)
def test_what_is_not_understood_is_left_out_on_demand(changes, path):
    with pytest.raises(ValueError, match=r"old\.h5' cannot be loaded: .*compile=False"):
        loaded(path, **changes)
    assert not load_model(path, compile=False).compiled


# Files of weights.


def model_of(*units):
    stack = [layers.Dense(unit) for unit in units]
    return lamella.Sequential([lamella.Input((4,)), *stack])


@pytest.mark.parametrize("nesting", ["", "model_weights"])
def test_weights_go_to_the_layers_in_their_order(nesting, path):
    second = [("dense_2/kernel:0", KERNEL.T @ KERNEL), ("dense_2/bias:0", BIAS)]
    with h5py.File(path, "w") as root:
        group = root.create_group(nesting) if nesting else root
        write_weights(group, [("dense_1", WEIGHTS[0][1]), ("flatten", []), ("dense_2", second)])
    model = lamella.Sequential([lamella.Input((4,)), layers.Dense(3), layers.ReLU(), layers.Dense(3)])
    model.load_weights(path)
    for actual, expected in zip(model.get_weights(), [KERNEL, BIAS, KERNEL.T @ KERNEL, BIAS], strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_weights_that_do_not_fit(path):
    with h5py.File(path, "w") as root:
        write_weights(root, WEIGHTS)
    for model, cause in (
        (model_of(3, 3), "weights of 1 layers"),
        (model_of(5), r"shape \(4, 3\)"),
        (lamella.Sequential([lamella.Input((4,)), layers.Dense(3, use_bias=False)]), "holds 2 weights"),
    ):
        before = model.get_weights()
        with pytest.raises(ValueError, match=cause):
            model.load_weights(path)
        np.testing.assert_array_equal(model.get_weights()[0], before[0])
    model = model_of(5)
    with pytest.warns(UserWarning, match="left as it is"):
        model.load_weights(path, skip_mismatch=True)
    with pytest.raises(ValueError, match="is none"):
        lamella.saving.load_weights(layers.Dense(3), path)
    with pytest.raises(ValueError, match="weights without a model"):
        load_model(path)
