"""Arguments of layers, initializers, regularizers, constraints: what cannot be meant is refused by name."""

import functools
import json

import numpy as np
import pytest

import lamella
from lamella import constraints, initializers, layers, regularizers

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: layers.Dense(None), "units"),
        (lambda: layers.Dense(INF), "units"),
        (lambda: layers.Dense(2**60), "units"),
        (lambda: layers.Dense(2, use_bias="no"), "use_bias"),
        (lambda: layers.Dense(2, kernel_regularizer=3), "kernel_regularizer"),
        (lambda: layers.Dense(2, bias_initializer="zeross"), "bias_initializer"),
        (lambda: layers.Dense(2, kernel_constraint=[1]), "kernel_constraint"),
        (lambda: layers.Dense(2, activity_regularizer=1.0), "activity_regularizer"),
        (lambda: layers.Dense(2, autocast="yes"), "autocast"),
        (lambda: layers.Dense(2, lora_rank=np.ones(2)), "lora_rank"),
        (lambda: layers.Conv1D(b"x", 3), "filters"),
        (lambda: layers.Conv1D(3, b"x"), "kernel_size"),
        (lambda: layers.Conv2D(3, (2, NAN)), "kernel_size"),
        (lambda: layers.Conv2D(3, 2, padding=0), "padding"),
        (lambda: layers.Conv2D(3, 2, data_format=np.ones(2)), "data_format"),
        (lambda: layers.Conv2D(3, 2, groups=[1]), "groups"),
        (lambda: layers.Conv2D(3, 2, dilation_rate="2"), "dilation_rate"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0.5), "depth_multiplier"),
        (lambda: layers.Conv2DTranspose(3, 3, output_padding=-1), "output_padding"),
        (lambda: layers.MaxPooling2D("2"), "pool_size"),
        (lambda: layers.MaxPooling2D(2, strides=INF), "strides"),
        (lambda: layers.GlobalMaxPooling1D(keepdims="no"), "keepdims"),
        (lambda: layers.ZeroPadding2D((1, (1, "2"))), "padding"),
        (lambda: layers.Cropping1D("1"), "cropping"),
        (lambda: layers.UpSampling2D(None), "size"),
        (lambda: layers.UpSampling2D(interpolation=3), "interpolation"),
        (lambda: layers.Resizing(2, 2, crop_to_aspect_ratio="no"), "crop_to_aspect_ratio"),
        (lambda: layers.Resizing(2, 2, fill_mode="reflect"), "fill_mode"),
        (lambda: layers.Resizing(2, 2, fill_value=NAN), "fill_value"),
        (lambda: layers.Resizing(2, 2, antialias=2), "antialias"),
        (lambda: layers.CenterCrop(2, "2"), "width"),
        (lambda: layers.RandomCrop(None, 2), "height"),
        (lambda: layers.RandomRotation("0.1"), "factor"),
        (lambda: layers.RandomRotation((0.1, 0.2, 0.3)), "factor"),
        (lambda: layers.RandomZoom((-1.0, 0.0)), "height_factor"),
        (lambda: layers.RandomTranslation(0.1, NAN), "width_factor"),
        (lambda: layers.RandomTranslation(0.1, 0.1, interpolation="cubic"), "interpolation"),
        (lambda: layers.RandomFlip(np.ones(2)), "mode"),
        (lambda: layers.RandomBrightness(0.1, value_range=(0, "1")), "value_range"),
        (lambda: layers.RandomContrast(-0.1), "factor"),
        (lambda: layers.RandomFlip(seed=0.5), "seed"),
        (lambda: layers.Dropout("a"), "rate"),
        (lambda: layers.Dropout([0.1]), "rate"),
        (lambda: layers.Dropout(0.5, seed=True), "seed"),
        (lambda: layers.AlphaDropout(1.0), "rate"),
        (lambda: layers.SpatialDropout1D(NAN), "rate"),
        (lambda: layers.GaussianNoise("0.1"), "stddev"),
        (lambda: layers.BatchNormalization(center="no"), "center"),
        (lambda: layers.BatchNormalization(momentum="a"), "momentum"),
        (lambda: layers.BatchNormalization(axis="last"), "axis"),
        (lambda: layers.BatchNormalization(epsilon=None), "epsilon"),
        (lambda: layers.LayerNormalization(axis=[]), "axis"),
        (lambda: layers.LayerNormalization(scale=0.5), "scale"),
        (lambda: layers.GroupNormalization(0), "groups"),
        (lambda: layers.RMSNormalization(epsilon=NAN), "epsilon"),
        (lambda: layers.Normalization(mean="a", variance=1.0), "mean"),
        (lambda: layers.Normalization(mean=0.0, variance=-1.0), "variance"),
        (lambda: layers.Normalization(invert="no"), "invert"),
        (lambda: layers.ReLU(threshold=None), "threshold"),
        (lambda: layers.ReLU(threshold="x"), "threshold"),
        (lambda: layers.ReLU(negative_slope=None), "negative_slope"),
        (lambda: layers.LeakyReLU(NAN), "negative_slope"),
        (lambda: layers.Softmax(axis=1.0), "axis"),
        (lambda: layers.PReLU(shared_axes=[1.5]), "shared_axes"),
        (lambda: layers.Rescaling(NAN), "scale"),
        (lambda: layers.Rescaling([1.0, None]), "scale"),
        (lambda: layers.Rescaling(1.0, "0"), "offset"),
        (lambda: layers.Reshape("12"), "target_shape"),
        (lambda: layers.Reshape((2, 0)), "target_shape"),
        (lambda: layers.Permute((0, 1)), "dims"),
        (lambda: layers.RepeatVector(10**400), "n"),
        (lambda: layers.Residual(3), "layers"),
        (lambda: layers.Branches([[], []], merge=None), "merge"),
        (lambda: layers.Input(1.5), "shape"),
        (lambda: layers.Input((2,), batch_size=0), "batch_size"),
        (lambda: layers.Input(batch_shape=()), "batch_shape"),
        (lambda: layers.Input(batch_shape=(4, 2), batch_size=4), "batch_size"),
        (lambda: layers.Input((2,), sparse=True), "sparse"),
        (lambda: layers.Input((2,), ragged=True), "ragged"),
        (lambda: initializers.GlorotUniform(seed=INF), "seed"),
        (lambda: initializers.RandomNormal(stddev=-1), "stddev"),
        (lambda: initializers.TruncatedNormal(stddev=NAN), "stddev"),
        (lambda: initializers.RandomUniform("0"), "minval"),
        (lambda: initializers.VarianceScaling(scale="1"), "scale"),
        (lambda: initializers.VarianceScaling(mode=3), "mode"),
        (lambda: initializers.HeNormal(input_axes=[0]), "output_axes"),
        (lambda: initializers.Orthogonal(gain=None), "gain"),
        (lambda: initializers.Constant(NAN), "value"),
        (lambda: initializers.Constant([1.0, "a"]), "value"),
        (lambda: initializers.FunctionInitializer(3), "function"),
        (lambda: initializers.Zeros()("ab"), "shape"),
        (lambda: initializers.HeNormal()((2, -1)), "shape"),
        (lambda: regularizers.L2("a"), "l2"),
        (lambda: regularizers.L1(True), "l1"),
        (lambda: regularizers.OrthogonalRegularizer(mode=None), "mode"),
        (lambda: constraints.MaxNorm("2"), "max_value"),
        (lambda: constraints.MaxNorm(NAN), "max_value"),
        (lambda: constraints.UnitNorm(axis=None), "axis"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_by_name(make, argument):
    with pytest.raises((ValueError, TypeError), match=f"'{argument}'"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Conv2D(np.int64(3), [3, 3], strides=np.array([1, 2])),
        lambda: layers.Dense(3.0, use_bias=0),
        lambda: layers.MaxPooling1D([2], strides=(1,)),
        lambda: layers.Dropout(np.float32(0.5), seed=np.int64(3)),
        lambda: layers.ReLU(max_value=np.float64(6)),
        lambda: layers.BatchNormalization(axis=[-1]),
        lambda: layers.RandomContrast(np.array([0.1, 0.2])),
        lambda: layers.Rescaling(np.array([1.0, 2.0]), offset=(0, 1)),
        lambda: layers.Permute([np.int64(2), 1]),
        lambda: layers.PReLU(shared_axes=[]),
        lambda: layers.Normalization(axis=()),
        lambda: constraints.MaxNorm(INF, axis=np.array([0, 1])),
        lambda: initializers.VarianceScaling(distribution="Normal"),
    ],
)
def test_numbers_of_numpy_and_lists_are_taken_and_written_as_json(make):
    made = make()
    again = type(made).from_config(json.loads(json.dumps(made.get_config())))
    assert json.dumps(again.get_config()) == json.dumps(made.get_config())


def test_arrays_as_initializers():
    values = np.arange(6.0).reshape(3, 2)
    layer = layers.Dense(2, kernel_initializer=values, bias_initializer=initializers.Constant([1.0, 2.0]))
    layer.build((None, 3))
    np.testing.assert_array_equal(layer.kernel.numpy(), values)
    np.testing.assert_array_equal(layer.bias.numpy(), [1, 2])
    again = layers.Dense.from_config(json.loads(json.dumps(layer.get_config())))
    again.build((None, 3))
    np.testing.assert_array_equal(again.kernel.numpy(), values)
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(4, 2\)"):
        layers.Dense(2, kernel_initializer=values).build((None, 4))
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        initializers.get(np.ones(2))((3,))
    with pytest.raises(ValueError, match=r"\(1,\).*\(3,\)"):  # of this shape, not broadcast
        initializers.get(np.ones(1))((3,))


def test_constants_are_written_as_keras_writes_them():
    array = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float64"}}
    assert initializers.Constant([1.0, 2.0]).get_config() == {"value": array}
    config = {"class_name": "Constant", "config": {"value": array}}
    assert initializers.deserialize(config)((2, 2)).tolist() == [[1.0, 2.0]] * 2
    assert initializers.Constant(np.float32(0.5)).get_config() == {"value": 0.5}


def test_without_an_initializer_it_is_the_one_of_keras():
    assert initializers.get(None) is None
    layer = layers.Dense(50, kernel_initializer=None, bias_initializer=None)
    assert layer.get_config()["bias_initializer"] is None
    layer.build((None, 50))
    limit = np.sqrt(6 / 100)  # Glorot's, also of a bias
    for variable in layer.weights:
        assert 0.8 * limit < np.abs(variable.numpy()).max() <= limit
    assert layers.Dense.from_config(layer.get_config()).kernel_initializer is None


def test_input_tells_shape_dtype_and_name():
    declared = lamella.Input((3,), dtype="int32", name="codes")
    assert (declared.shape, declared.dtype, declared.name) == ((None, 3), "int32", "codes")
    assert lamella.Input((3,), batch_size=4).shape == (4, 3)
    assert layers.InputLayer(input_shape=[28, 28]).shape == (None, 28, 28)
    assert layers.InputLayer(batch_input_shape=(5, 2)).shape == (5, 2)


def test_rows_of_one_number():
    assert lamella.Input(()).shape == (None,)
    model = lamella.Sequential([lamella.Input(()), layers.Reshape((1,)), layers.Dense(2, use_bias=False)])
    kernel = model.get_weights()[0]
    np.testing.assert_allclose(model.predict(np.arange(3.0), verbose=0), np.arange(3)[:, None] * kernel)


@pytest.mark.parametrize("shape", [(None, 0), (None, 3, 0)])
def test_nothing_has_no_outputs(shape):
    with pytest.raises(ValueError, match="Dense 'empty' needs inputs"):
        layers.Dense(2, name="empty").build(shape)
    with pytest.raises(ValueError, match="Conv1D 'empty' needs"):
        layers.Conv1D(2, 1, name="empty").build((None, 3, 0))


def test_softmax_over_several_axes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    for axis in ([1, 3], (-1, 1), [2, 3], [1, 2, 3]):
        exponentials = np.exp(x.astype("float64"))
        expected = exponentials / exponentials.sum(axis=tuple(axis), keepdims=True)
        np.testing.assert_allclose(layers.Softmax(axis)(x), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="'axis' must be among"):
        layers.Softmax([0, 1])(x)


def test_seeds_of_any_size():
    ones = np.ones((2, 50), "float32")
    calls = [functools.partial(layers.Dropout(0.5, seed=seed), ones, training=True) for seed in (3, 10**30)]
    assert all(0 < np.count_nonzero(call()) < 100 for call in calls)


NO_SHAPES = [None, "no", 2.5, True, object(), (None, "a"), (None, -3), (None, 2.5), {}, [[2]]]


@pytest.mark.parametrize("shape", NO_SHAPES, ids=repr)
@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.Dense(2, name="one"),
        lambda: layers.Conv2D(2, 2, name="one"),
        lambda: layers.BatchNormalization(name="one"),
        lambda: layers.GroupNormalization(1, name="one"),
        lambda: layers.Reshape((3, 1), name="one"),
        lambda: layers.ReLU(name="one"),
        lambda: layers.Residual([layers.Dense(2)], name="one"),
    ],
)
def test_shapes_are_refused_by_name(layer, shape):
    for method in ("build", "compute_output_shape"):
        with pytest.raises(ValueError, match="'one': 'input_shape' must be positive integers or None"):
            getattr(layer(), method)(shape)


def test_a_layer_of_your_own_gets_the_shape_as_a_tuple():
    class Mine(layers.Layer):
        def build(self, input_shape):
            self.seen = input_shape
            super().build(input_shape)

    layer = Mine()
    layer.build([None, np.int64(3)])
    assert layer.seen == (None, 3)
    assert type(layer.seen[1]) is int


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"input_shape": "no"}, "input_shape"),
        ({"input_shape": (2.5,)}, "input_shape"),
        ({"input_shape": -1}, "input_shape"),
        ({"input_dim": "a"}, "input_dim"),
        ({"input_dim": 2.5}, "input_dim"),
        ({"input_dim": 0}, "input_dim"),
    ],
)
def test_old_names_of_the_input_are_checked(given, argument):
    with pytest.raises(ValueError, match=f"Dense 'dense.*': '{argument}' must be"):
        layers.Dense(2, **given)


@pytest.mark.parametrize("config", [None, 3, "text", [1]])
def test_configs_that_are_no_dictionaries_are_refused(config):
    modules = (
        layers,
        initializers,
        regularizers,
        constraints,
        lamella.losses,
        lamella.metrics,
        lamella.optimizers,
    )
    found = {getattr(module, name) for module in modules for name in module.__all__}
    classes = [one for one in found if isinstance(one, type) and "get_config" in dir(one)]
    assert len(classes) > 150
    for cls in (*classes, lamella.Sequential):
        with pytest.raises(ValueError, match=f"{cls.__name__}: 'config' must be a dictionary"):
            cls.from_config(config)
