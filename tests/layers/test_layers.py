"""Layers: shapes, numbers against NumPy, names, configs and what they refuse."""

import copy
import math

import numpy as np
import pytest

import lamella
from lamella import layers
from lamella.utils import clear_session

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4)).astype(np.float32)


def run(layer, x=X, **kwargs):
    return layer(x, **kwargs)


def test_dense_is_a_product_on_the_last_axis_of_any_rank():
    x = RNG.normal(size=(3, 2, 5, 4)).astype(np.float32)
    layer = layers.Dense(6, activation="tanh", bias_initializer="random_normal")
    y = run(layer, x)
    kernel, bias = layer.get_weights()
    assert kernel.shape == (4, 6)
    assert layer.output_shape == (None, 2, 5, 6)
    np.testing.assert_allclose(y, np.tanh(x @ kernel + bias), rtol=1e-5, atol=1e-6)


def test_dense_without_bias_has_one_weight():
    layer = layers.Dense(3, use_bias=False)
    np.testing.assert_allclose(run(layer), X @ layer.get_weights()[0], rtol=1e-5, atol=1e-6)
    assert len(layer.weights) == 1
    assert layer.bias is None


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("relu", lambda x: np.maximum(x, 0)),
        ("leaky_relu", lambda x: np.where(x > 0, x, 0.2 * x)),
        ("elu", lambda x: np.where(x > 0, x, np.expm1(x))),
        ("gelu", lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))),
        ("silu", lambda x: x / (1 + np.exp(-x))),
        ("swish", lambda x: x / (1 + np.exp(-x))),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("tanh", np.tanh),
        ("softplus", lambda x: np.log1p(np.exp(x))),
        ("softmax", lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        ("linear", lambda x: x),
    ],
)
def test_activations_in_a_layer_in_dense_and_alone(name, function):
    expected = function(X.astype(np.float64))
    identity = layers.Dense(4, activation=name, kernel_initializer=lamella.initializers.Zeros())
    identity.build((None, 4))
    identity.set_weights([np.eye(4), np.zeros(4)])
    for y in (
        run(layers.Activation(name)),
        run(identity),
        lamella.activations.get(name)(X),
    ):
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (layers.ReLU(), lambda x: np.maximum(x, 0)),
        (layers.ReLU(negative_slope=0.25), lambda x: np.where(x > 0, x, 0.25 * x)),
        (layers.LeakyReLU(), lambda x: np.where(x > 0, x, 0.3 * x)),
        (layers.LeakyReLU(alpha=0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
        (layers.ELU(2.0), lambda x: np.where(x > 0, x, 2 * np.expm1(x))),
        (layers.Softmax(), lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        (layers.Rescaling(2.0, -1.0), lambda x: 2 * x - 1),
        (layers.Rescaling([1, 2, 3, 4], offset=[0, 1, 0, 1]), lambda x: x * [1, 2, 3, 4] + [0, 1, 0, 1]),
        (layers.Flatten(), lambda x: x),
        (layers.Reshape((2, -1)), lambda x: x.reshape(5, 2, 2)),
        (layers.Dropout(0.0), lambda x: x),
    ],
)
def test_layers_without_weights(layer, function):
    np.testing.assert_allclose(run(layer), function(X.astype(np.float64)), rtol=1e-5, atol=1e-6)
    assert layer.weights == []
    assert layer.output_shape[1:] == run(layer).shape[1:]


def test_flatten_and_reshape_are_row_major():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(run(layers.Flatten(), x), x.reshape(2, 12))
    np.testing.assert_array_equal(run(layers.Reshape((4, 3)), x), x.reshape(2, 4, 3))


def test_dropout_scales_what_it_keeps_and_only_in_training():
    x = np.ones((200, 50), dtype=np.float32)
    layer = layers.Dropout(0.25)
    np.testing.assert_array_equal(run(layer, x), x)
    first, second = run(layer, x, training=True), run(layer, x, training=True)
    assert set(np.unique(first)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs((first == 0).mean() - 0.25) < 0.02
    assert (first != second).any()


def test_batch_normalization_uses_the_batch_in_training_and_moving_statistics_otherwise():
    x = RNG.normal(2.0, 3.0, size=(64, 5)).astype(np.float32)
    layer = layers.BatchNormalization(epsilon=1e-3)
    inference = run(layer, x)
    np.testing.assert_allclose(inference, x / np.sqrt(1 + 1e-3), rtol=1e-5)
    expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3)
    np.testing.assert_allclose(run(layer, x, training=True), expected, rtol=1e-4, atol=1e-4)
    assert [v.name for v in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert len(layer.trainable_weights) == 2


def test_batch_normalization_follows_the_batches_of_fit():
    x = RNG.normal(2.0, 3.0, size=(32, 3)).astype(np.float64)
    model = lamella.Sequential([lamella.Input((3,)), layers.BatchNormalization(momentum=0.9, scale=False)])
    model.compile(lamella.optimizers.SGD(0.0), "mse")
    model.fit(x, x, batch_size=32, epochs=2, verbose=0)
    _, mean, variance = model.get_weights()
    np.testing.assert_allclose(mean, x.mean(0) * (1 - 0.9**2), rtol=1e-4)
    np.testing.assert_allclose(variance, 0.9**2 + x.var(0) * (1 - 0.9**2), rtol=1e-4)


def test_frozen_batch_normalization_keeps_its_statistics():
    x = RNG.normal(2.0, 3.0, size=(32, 3))
    layer = layers.BatchNormalization()
    layer.trainable = False
    model = lamella.Sequential([lamella.Input((3,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], verbose=0)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), np.zeros(3))
    np.testing.assert_array_equal(layer.gamma.numpy(), np.ones(3))


def test_names_count_per_class_and_start_again():
    clear_session()
    names = [layers.Dense(1).name, layers.Dense(1).name, layers.BatchNormalization().name, layers.ReLU().name]
    assert names == ["dense", "dense_1", "batch_normalization", "re_lu"]
    clear_session()
    assert layers.Dense(1).name == "dense"
    assert layers.Dense(1, name="mine").name == "mine"


def test_variables_as_users_see_them():
    model = lamella.Sequential([lamella.Input((4,)), layers.Dense(3, name="first")], name="net")
    kernel = model.weights[0]
    assert (kernel.name, kernel.path, kernel.shape, kernel.dtype) == (
        "kernel",
        "net/first/kernel",
        (4, 3),
        "float32",
    )
    kernel.assign(np.full((4, 3), 2))
    assert np.asarray(kernel).sum() == 24
    copy = kernel.numpy()
    copy[:] = 0
    assert kernel.numpy().sum() == 24
    with pytest.raises(ValueError, match=r"net/first/kernel.*\(4, 3\).*\(3, 4\)"):
        kernel.assign(np.ones((3, 4)))


def test_trainable_goes_down_to_the_variables():
    layer = layers.Dense(2)
    layer.build((None, 3))
    layer.trainable = False
    assert layer.trainable_weights == []
    assert layer.non_trainable_weights == layer.weights
    assert not layer.kernel.trainable
    layer.trainable = True
    assert layer.trainable_weights == layer.weights


def test_l2_counts_in_the_loss_and_in_the_gradient():
    model = lamella.Sequential(
        [
            lamella.Input((2,)),
            layers.Dense(1, kernel_initializer="ones", kernel_regularizer=lamella.regularizers.L2(0.5)),
        ]
    )
    model.compile(lamella.optimizers.SGD(0.1), "mse")
    x, y = np.zeros((4, 2)), np.zeros((4, 1))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(1.0)
    assert model.train_on_batch(x, y) == pytest.approx(1.0)
    np.testing.assert_allclose(model.get_weights()[0], np.full((2, 1), 0.9), rtol=1e-6)
    model.trainable = False
    assert model.evaluate(x, y, verbose=0) == 0.0


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(3, "relu", kernel_initializer="he_normal", kernel_regularizer="l2", name="d"),
        layers.BatchNormalization(momentum=0.5, center=False),
        layers.Dropout(0.3, seed=5),
        layers.Flatten(),
        layers.Reshape((2, -1)),
        layers.Rescaling([1.0, 2.0], 0.5),
        layers.Activation("gelu"),
        layers.ReLU(negative_slope=0.1),
        layers.LeakyReLU(0.2),
        layers.ELU(0.5),
        layers.Softmax(),
        lamella.Input((3, 4), name="in"),
    ],
)
def test_configs_make_the_same_layer(layer):
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert layers.deserialize(layers.serialize(layer)).get_config() == config


def test_configs_of_keras_are_read():
    policy = {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": "float64"},
        "registered_name": None,
    }
    initializer = {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": 3, "input_axes": None, "output_axes": None},
        "registered_name": None,
    }
    config = {"name": "d", "dtype": policy, "units": 2, "kernel_initializer": initializer}
    layer = layers.Dense.from_config({**config, "quantization_config": None, "new_switch": False})
    assert (layer.name, layer.dtype, layer.kernel_initializer.seed) == ("d", "float64", 3)
    with pytest.raises(ValueError, match="new_feature"):
        layers.Dense.from_config({**config, "new_feature": 3})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.ReLU(max_value=-6.0), "ReLU.*max_value.*-6"),
        (lambda: layers.ReLU(threshold=-1.0), "ReLU.*threshold.*-1"),
        (lambda: layers.Softmax(axis=0).build((None, 3)), "Softmax.*axis=0"),
        (lambda: layers.Softmax(axis=2).build((None, 3)), "Softmax.*axis=2"),
        (lambda: layers.PReLU(shared_axes=[3]).build((None, 3, 4)), "shared_axes.*1 to 2.*3"),
        (lambda: layers.PReLU().build((None, None)), "PReLU.*known shape"),
        (lambda: layers.Permute((1, 3)), "'dims' must be 1 to 2.*1, 3"),
        (lambda: layers.Permute((2, 1)).build((None, 3)), "Permute.*2 axes.*None, 3"),
        (lambda: layers.LayerNormalization(axis=0).build((None, 3)), "LayerNormalization.*axis=0"),
        (lambda: layers.LayerNormalization(axis="x"), "'axis'.*'x'"),
        (lambda: layers.LayerNormalization(epsilon=0.0), "'epsilon'.*0.0"),
        (lambda: layers.GroupNormalization(3).build((None, 4)), "'groups'.*4 channels.*groups=3"),
        (lambda: layers.GroupNormalization(0), "'groups'.*0"),
        (lambda: layers.UnitNormalization(axis=4).build((None, 4)), "UnitNormalization.*axis=4"),
        (lambda: layers.AlphaDropout(1.0), "AlphaDropout.*'rate'.*1.0"),
        (lambda: layers.GaussianDropout(-0.1), "GaussianDropout.*'rate'.*-0.1"),
        (lambda: layers.GaussianNoise(-1.0), "GaussianNoise.*'stddev'.*-1.0"),
        (lambda: layers.GaussianNoise(1.0, seed=-1), "GaussianNoise.*'seed'.*-1"),
        (lambda: layers.RepeatVector(0), "RepeatVector.*'n'.*0"),
        (lambda: layers.RepeatVector(2).build((None, 3, 4)), "RepeatVector.*None, 3, 4"),
        (lambda: layers.Dense(3, "glu").build((None, 4)) or layers.Dense(3, "glu")(X), "glu.*even"),
        (lambda: layers.Dense(3, lora_rank=2), "Dense.*lora_rank"),
        (lambda: layers.Dense(0), "units"),
        (lambda: layers.Dense(2.5), "units"),
        (lambda: layers.Dense(3, unit=2), "Unrecognized.*unit"),
        (lambda: layers.Dense(3, activation="rellu"), "Did you mean 'relu'"),
        (lambda: layers.Dense(3, kernel_initializer="he_norml"), "Did you mean 'he_normal'"),
        (lambda: layers.Dense(3, dtype="float16"), "float16"),
        (lambda: layers.Dropout(1.5), "rate"),
        (lambda: layers.Dropout(0.5, noise_shape=(1, 2)), "noise_shape"),
        (lambda: layers.Reshape((-1, -1)), "target_shape"),
        (lambda: run(layers.Reshape((3, 5))), "do not fit"),
        (lambda: run(layers.Softmax(axis=0)), "Softmax.*axis"),
        (lambda: run(layers.BatchNormalization(axis=0)), "BatchNormalization.*axis"),
        (lambda: layers.BatchNormalization(renorm=True), "renorm"),
        (lambda: layers.Flatten(data_format="channels_first"), "data_format"),
        (lambda: layers.Rescaling([[1.0]]), "scale"),
        (lambda: layers.Dense(3).build((None, None)), "last axis"),
        (lambda: lamella.Input(), "shape"),
        (lambda: lamella.Input((0,)), "positive"),
        (lambda: layers.deserialize({"class_name": "Dens", "config": {}}), "Did you mean 'Dense'"),
        (lambda: lamella.regularizers.L2(-1.0), "l2"),
    ],
)
def test_what_is_not_supported_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_there_is_no_functional_api():
    with pytest.raises(TypeError, match="Sequential"):
        layers.Dense(3)(lamella.Input((4,)))


def test_layers_compute_in_their_type(float64):
    layer = layers.Dense(3)
    y = run(layer, X.astype(np.float64))
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, X.astype(np.float64) @ layer.kernel.numpy(), rtol=1e-12)


def test_integers_and_booleans_are_inputs_too():
    x = np.arange(8, dtype=np.uint8).reshape(2, 4)
    np.testing.assert_allclose(run(layers.Rescaling(1 / 255), x), x / 255, rtol=1e-6)
    np.testing.assert_array_equal(run(layers.Flatten(), x > 3), x > 3)


def test_sparsemax_is_the_nearest_distribution():
    """Against the closed form on sorted values (Martins and Astudillo 2016, algorithm 1)."""
    z = RNG.normal(0, 2, (50, 9))
    ordered = -np.sort(-z, axis=1)
    sums = np.cumsum(ordered, axis=1)
    count = np.sum(1 + np.arange(1, 10) * ordered > sums, axis=1)
    tau = (sums[np.arange(50), count - 1] - 1) / count
    result = lamella.activations.sparsemax(z)
    np.testing.assert_allclose(result, np.maximum(z - tau[:, None], 0), atol=1e-12)
    np.testing.assert_allclose(result.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.PReLU("ones", shared_axes=[1], alpha_constraint="non_neg"), (None, 3, 4)),
        (layers.ReLU(2.0, 0.1, 0.5), (None, 4)),
        (layers.Softmax(axis=1), (None, 3, 4)),
        (layers.Permute((2, 1)), (None, 3, 4)),
        (layers.RepeatVector(3), (None, 4)),
        (layers.Identity(), (None, 4)),
        (layers.LayerNormalization(axis=[1, 2], beta_constraint="non_neg"), (None, 3, 4)),
        (layers.GroupNormalization(2, gamma_regularizer="l1"), (None, 3, 4)),
        (layers.RMSNormalization(epsilon=0.1), (None, 4)),
        (layers.UnitNormalization(axis=1), (None, 3, 4)),
        (layers.AlphaDropout(0.2, seed=3), (None, 4)),
        (layers.GaussianNoise(0.2, seed=3), (None, 4)),
        (layers.GaussianDropout(0.2), (None, 4)),
        (layers.Activation("mish"), (None, 4)),
        (layers.Dense(4, "glu"), (None, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_layers_are_rebuilt_from_their_config(layer, shape):
    config = layers.serialize(layer)
    again = layers.deserialize(config)
    assert layers.serialize(again) == config
    again.build(shape)
    x = RNG.normal(size=(2, *shape[1:]))
    assert again(x).shape == (2, *again.output_shape[1:])


ONES = np.ones((400, 257))  # 102,800 numbers: several chunks, and a tail
RANDOM = {
    "noise": layers.GaussianNoise(0.5, seed=7),
    "gaussian": layers.GaussianDropout(0.2, seed=7),
    "alpha": layers.AlphaDropout(0.3, seed=7),
}


@pytest.mark.parametrize("name", RANDOM)
def test_random_layers_rest_at_inference(name):
    layer = RANDOM[name]
    np.testing.assert_array_equal(layer(X), X)
    assert not np.array_equal(layer(X, training=True), X)


def test_noise_is_normal(float64):
    """Mean, variance, quartiles and tails of 102,800 numbers, at five standard errors."""
    z = (layers.GaussianNoise(0.5, seed=7)(ONES, training=True) - 1) / 0.5
    error = 5 / math.sqrt(z.size)
    assert abs(z.mean()) < error
    assert abs(z.var() - 1) < math.sqrt(2) * error
    assert abs(np.mean(z**4) - 3) < math.sqrt(96) * error
    for limit, share in [(-0.6745, 0.25), (0.6745, 0.75), (1.96, 0.975), (-3.0, 0.00135)]:
        assert abs(np.mean(z < limit) - share) < error / 2
    assert abs(np.mean(z[:, :-1] * z[:, 1:])) < error
    assert abs(np.mean(z[:, :-16] * z[:, 16:])) < error
    assert len(np.unique(z)) > 0.99 * z.size


def test_factors_of_gaussian_dropout_have_the_variance_of_dropout(float64):
    factors = layers.GaussianDropout(0.2, seed=7)(ONES, training=True)
    assert abs(factors.mean() - 1) < 5 * 0.5 / math.sqrt(factors.size)
    assert factors.var() == pytest.approx(0.25, rel=0.03)


def test_alpha_dropout_keeps_mean_and_variance_of_standard_numbers(float64):
    x = np.random.default_rng(1).normal(size=ONES.shape)
    y = layers.AlphaDropout(0.3, seed=7)(x, training=True)
    assert abs(y.mean()) < 0.02
    assert y.var() == pytest.approx(1, rel=0.02)
    values, counts = np.unique(y, return_counts=True)
    assert counts.max() / y.size == pytest.approx(0.3, abs=0.01)
    assert values[counts.argmax()] < -1


@pytest.mark.parametrize("name", RANDOM)
def test_random_layers_draw_the_same_on_any_threads(name):
    x = np.ones((300, 130), "float32")
    results = []
    for threads in (1, 3):
        lamella.config.set_num_threads(threads)
        results.append(copy.deepcopy(RANDOM[name])(x, training=True))  # each call of one layer draws anew
    np.testing.assert_array_equal(*results)
