"""Convolution and pooling: shapes, what is refused, threads, and a network that learns."""

import numpy as np
import pytest

import lamella
from lamella import layers


def naive(x, kernel, strides, dilation, groups):
    """A valid 2D convolution, pixel by pixel."""
    reach = [(n - 1) * d + 1 for n, d in zip(kernel.shape[:2], dilation, strict=True)]
    size = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:3], reach, strides, strict=True)]
    split, channels = kernel.shape[-1] // groups, kernel.shape[2]
    out = np.zeros((len(x), *size, kernel.shape[-1]))
    for group, i, j in np.ndindex(groups, *size):
        rows = slice(i * strides[0], i * strides[0] + reach[0], dilation[0])
        columns = slice(j * strides[1], j * strides[1] + reach[1], dilation[1])
        window = x[:, rows, columns, group * channels : (group + 1) * channels]
        filters = slice(group * split, (group + 1) * split)
        out[:, i, j, filters] = np.tensordot(window, kernel[..., filters], 3)
    return out


@pytest.mark.parametrize(
    ("strides", "dilation", "groups"), [((1, 1), (1, 1), 1), ((2, 3), (1, 1), 2), ((1, 1), (2, 1), 4)]
)
def test_conv2d_is_what_its_formula_says(strides, dilation, groups):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 9, 11, 8))
    layer = layers.Conv2D(20, (3, 2), strides, dilation_rate=dilation, groups=groups, dtype="float64")
    y = layer(x)
    np.testing.assert_allclose(y, naive(x, layer.kernel.numpy(), strides, dilation, groups), atol=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("size", [(12, 12), (9, 14), (5, 5), (4, 4)])
def test_many_channels_and_nine_taps_are_as_exact(size, dtype, tolerance):
    """The algorithm with fewer products (Winograd's) against the formula."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *size, 64))
    layer = layers.Conv2D(70, 3, padding="same", dtype=dtype)
    y = layer(x)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = naive(padded, np.float64(layer.kernel.numpy()), (1, 1), (1, 1), 1)
    assert np.linalg.norm(y - expected) < tolerance * np.linalg.norm(expected)


@pytest.mark.parametrize("channels", [33, 64, 130])
@pytest.mark.parametrize("size", [(14, 12), (7, 7), (5, 9)])
def test_the_gradient_of_many_channels_is_what_its_formula_says(size, channels, float64):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(4, *size, channels)), rng.normal(size=(4, *size, 70))
    model = lamella.Sequential([lamella.Input(x.shape[1:]), layers.Conv2D(70, 3, padding="same")])
    model.compile(lamella.optimizers.SGD(1.0), "mse")
    before = model.layers[0].kernel.numpy()
    model.train_on_batch(x, model.predict_on_batch(x) - dy * dy.size / 2)  # whose gradient is dy
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = np.empty_like(before)
    for i, j in np.ndindex(3, 3):
        seen = padded[:, i : i + size[0], j : j + size[1]]
        expected[i, j] = np.tensordot(seen, dy, ([0, 1, 2], [0, 1, 2]))
    error = before - model.layers[0].kernel.numpy() - expected
    assert np.linalg.norm(error) < 1e-13 * np.linalg.norm(expected)


def test_averages_leave_padding_out():
    """Also where it is uneven, which Keras on PyTorch does otherwise."""
    y = layers.AveragePooling2D(3, 2, padding="same")(np.ones((1, 4, 6, 1)))
    np.testing.assert_array_equal(y, np.ones((1, 2, 3, 1)))


def test_pooling_over_more_pixels_than_a_list_holds():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 13, 17, 3)).astype("float32")
    np.testing.assert_allclose(layers.GlobalAveragePooling2D()(x), x.mean((1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(layers.GlobalMaxPooling2D()(x), x.max((1, 2)))


def test_not_a_number_is_the_maximum():
    x = np.array([1.0, np.nan, 3.0, 2.0]).reshape(1, 4, 1)
    assert np.isnan(layers.MaxPooling1D(3, 1)(x)).all()


def test_parameters_and_shapes_of_a_network():
    model = lamella.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(64, 3, padding="same", strides=2),
            layers.Conv2DTranspose(8, 3, strides=2, padding="same"),
            layers.GlobalMaxPooling2D(),
        ]
    )
    shapes = [layer.output_shape for layer in model.layers]
    assert shapes == [(None, 26, 26, 32), (None, 13, 13, 32), (None, 7, 7, 64), (None, 14, 14, 8), (None, 8)]
    assert model.count_params() == 320 + (9 * 32 + 32 * 64 + 64) + (9 * 8 * 64 + 8)


def test_pictures_of_any_size():
    model = lamella.Sequential(
        [layers.Input((None, None, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()]
    )
    for size in (5, 9):
        assert model(np.zeros((2, size, size + 1, 3))).shape == (2, 4)


def small_network(**options):
    return lamella.Sequential(
        [
            layers.Input((14, 15, 3)),
            layers.Conv2D(21, 3, padding="same", **options),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.SpatialDropout2D(0.2),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.DepthwiseConv2D(3, activation="relu"),
            layers.Residual([layers.Conv2D(21, 1), layers.BatchNormalization()]),
            layers.Conv2DTranspose(5, 3, strides=2),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )


def trained_weights(threads):
    lamella.config.set_num_threads(threads)
    lamella.utils.set_random_seed(1)
    model = small_network()
    model.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(70, 14, 15, 3)), rng.integers(0, 4, 70), batch_size=32, epochs=2, verbose=0)
    return model.get_weights()


def test_bits_do_not_depend_on_threads():
    alone = trained_weights(1)
    for threads in (2, 5):
        for weights, expected in zip(trained_weights(threads), alone, strict=True):
            np.testing.assert_array_equal(weights, expected)


def test_a_config_makes_the_same_network():
    model = small_network(kernel_regularizer="l2", dilation_rate=2)
    copy = lamella.Sequential.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(3, 14, 15, 3))
    np.testing.assert_array_equal(copy(x), model(x))


def test_prediction_with_folded_normalisation_is_what_evaluation_sees(float64):
    """`predict` folds normalisations into the kernels, `evaluate` does not; both follow the weights."""
    lamella.utils.set_random_seed(1)
    model = small_network(use_bias=False)
    model.layers[-1].activation = lamella.activations.get("linear")
    model.compile("sgd", "mse")
    rng = np.random.default_rng(0)
    model.set_weights([np.abs(rng.normal(0.2, 0.1, w.shape)) for w in model.get_weights()])
    x, y = rng.normal(size=(7, 14, 15, 3)), rng.normal(size=(7, 4))
    for _ in range(2):
        expected = model.evaluate(x, y, verbose=0)
        assert np.mean((model.predict(x, verbose=0) - y) ** 2) == pytest.approx(expected, rel=1e-12)
        model.fit(x, y, epochs=1, verbose=0)


def test_channels_first_is_refused():
    with pytest.raises(ValueError, match="Conv2D 'conv': 'data_format' must be 'channels_last'"):
        layers.Conv2D(4, 3, data_format="channels_first", name="conv")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Conv2D(4, 5), r"'conv2d.*window of \(5, 5\).*does not fit.*\(4, 9\)"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "strides and dilation"),
        (lambda: layers.Conv2D(4, 3, groups=3), "'groups' must divide 'filters'"),
        (lambda: layers.Conv2D(6, 3, groups=3), "'groups' must divide the 2 channels"),
        (lambda: layers.Conv2D(0, 3), "'filters' must be"),
        (lambda: layers.Conv2D(4, (3, 0)), "'kernel_size' must be"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "'kernel_size' must be"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), "'padding' must be one of"),
        (lambda: layers.Conv1D(4, 3), "needs inputs of 3 axes"),
        (lambda: layers.MaxPooling2D(5), "does not fit"),
        (lambda: layers.MaxPooling2D(2, 0), "'strides' must be"),
        (lambda: layers.Cropping2D(2), "nothing is left"),
        (lambda: layers.ZeroPadding2D(-1), "'padding' must be"),
        (lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=2), "'output_padding' must be smaller"),
        (lambda: layers.UpSampling2D(2, interpolation="cubic"), "'interpolation' must be one of"),
        (lambda: layers.SpatialDropout2D(1.5), "'rate' must be a number from 0 to 1"),
        (lambda: layers.GlobalAveragePooling1D(), "needs inputs of 3 axes"),
        (lambda: layers.Residual([layers.Conv2D(3, 1)]), "cannot add branches"),
        (lambda: layers.Branches([[layers.Conv2D(3, 2)], []]), "cannot concat branches"),
        (lambda: layers.Branches([[]]), "at least two"),
        (lambda: layers.Branches([[], []], merge="multiply"), "'merge' must be"),
        (lambda: layers.Residual(["relu"]), "'layers' must be layers"),
    ],
)
def test_bad_geometry_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()(np.zeros((1, 4, 9, 2)))


def stripes(rows, rng):
    """Pictures of noise with a stripe, lying or standing: which of the two has no answer in single pixels."""
    x, y = rng.normal(0, 0.5, (rows, 12, 12, 1)), rng.integers(0, 2, rows)
    for picture, standing in zip(x, y, strict=True):
        at, start = rng.integers(12), rng.integers(6)
        picture[:, at][start : start + 6] += 1.5 * standing
        picture[at][start : start + 6] += 1.5 * (1 - standing)
    return x, y


def test_a_network_learns_what_only_neighbours_tell():
    lamella.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = lamella.Sequential(
        [
            layers.Input((12, 12, 1)),
            layers.Conv2D(8, 5, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(lamella.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(*stripes(1000, rng), epochs=12, verbose=0)
    assert model.evaluate(*stripes(500, rng), verbose=0)[1] > 0.9
