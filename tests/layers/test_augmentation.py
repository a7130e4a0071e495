"""Layers that change pictures: what they may do to them, and that they leave them alone at inference."""

import numpy as np
import pytest

import lamella
from lamella import layers

PICTURES = np.arange(200 * 5 * 6 * 2, dtype="float32").reshape(200, 5, 6, 2)
LAYERS = [
    layers.RandomFlip(seed=1),
    layers.RandomTranslation(0.3, 0.2, seed=2),
    layers.RandomRotation(0.1, seed=3),
    layers.RandomZoom(0.3, seed=4),
    layers.RandomBrightness(0.2, (0, 12_000), seed=5),
    layers.RandomContrast(0.2, (0, 12_000), seed=6),
    layers.RandomCrop(3, 4, seed=7),
]


def rows_among(pictures, candidates):
    """For each picture the number of the candidate it is equal to; -1 for none."""
    found = np.full(len(pictures), -1)
    for number, candidate in enumerate(candidates):
        found[np.abs(pictures - candidate).reshape(len(pictures), -1).max(1) < 1e-2] = number
    return found


@pytest.mark.parametrize("layer", LAYERS[:-1], ids=lambda layer: type(layer).__name__)
def test_called_layers_and_models_change_pictures_and_predict_does_not(layer):
    model = lamella.Sequential(
        [layers.Input((5, 6, 2)), layer, layers.Dropout(0.5), layers.GaussianNoise(9.0)]
    )
    nested = lamella.Sequential([lamella.Sequential([layer])])
    for called in (layer, model, nested):
        first, second = called(PICTURES), called(PICTURES)
        assert (first != PICTURES).any()
        assert (first != second).any()  # drawn anew, also from a seed
        np.testing.assert_array_equal(called(PICTURES, training=False), PICTURES)
    assert np.count_nonzero(model(PICTURES + 1) == 0) < PICTURES.size / 4  # no dropout
    np.testing.assert_array_equal(model.predict(PICTURES, verbose=0), PICTURES)
    np.testing.assert_array_equal(model.predict_on_batch(PICTURES), PICTURES)


def test_what_a_call_draws_follows_from_the_seeds_of_process_and_layer():
    def drawn(seed):
        lamella.utils.set_random_seed(1)
        layer = layers.RandomRotation(0.2, seed=seed)
        return np.stack([layer(PICTURES), layer(PICTURES)])

    np.testing.assert_array_equal(drawn(None), drawn(None))
    np.testing.assert_array_equal(drawn(3), drawn(3))
    assert (drawn(3) != drawn(4)).any()


@pytest.mark.parametrize("training", ["yes", 2, np.ones(2)])
def test_training_is_true_or_false(training):
    with pytest.raises(ValueError, match="Dropout 'drop': 'training' must be"):
        layers.Dropout(0.5, name="drop")(PICTURES, training=training)


@pytest.mark.parametrize(
    "layer",
    [*LAYERS, layers.Resizing(3, 4), layers.CenterCrop(3, 4), layers.CenterCrop(7, 9)],
    ids=lambda layer: type(layer).__name__,
)
def test_single_pictures(layer):
    one = layer(PICTURES[0], training=False)
    np.testing.assert_array_equal(one, layer(PICTURES[:1], training=False)[0])
    assert one.shape == layer.compute_output_shape((None, 5, 6, 2))[1:]
    with pytest.raises(ValueError, match="4 axes"):
        layer(PICTURES[None])
    with pytest.raises(ValueError, match="4 axes"):
        layer(PICTURES[0, 0])


def test_a_stack_of_picture_layers_takes_a_single_picture():
    stack = lamella.Sequential([layers.Rescaling(0.5), layers.Resizing(3, 4), layers.RandomFlip(seed=1)])
    whole = stack(PICTURES[:1], training=False)
    np.testing.assert_array_equal(stack(PICTURES[0], training=False), whole[0])
    with pytest.raises(ValueError, match=r"\(None, 5, 6, 2\).*\(5, 6, 2\)"):
        lamella.Sequential([layers.Input((5, 6, 2)), layers.Dense(3)])(PICTURES[0])


def test_resized_integers_are_integers():
    """Values of Keras 3.15.1."""
    picture = np.array([[0, 90], [180, 255]], "uint8")[..., None]
    resized = layers.Resizing(3, 3)(picture)
    assert resized.dtype == np.uint8
    assert resized[..., 0].tolist() == [[0, 45, 90], [90, 131, 172], [180, 218, 255]]
    wide = layers.Resizing(4, 4, interpolation="bicubic")(picture)
    assert wide.min() >= 0
    assert wide[0, 0, 0] == 0
    assert layers.RandomFlip()(picture).dtype == np.float32


def test_flips_come_in_all_combinations():
    flipped = layers.RandomFlip(seed=1)(PICTURES, training=True)
    candidates = [PICTURES, PICTURES[:, ::-1], PICTURES[:, :, ::-1], PICTURES[:, ::-1, ::-1]]
    counts = np.bincount(rows_among(flipped, candidates), minlength=4)
    assert counts.sum() == len(PICTURES)
    assert (counts > 25).all()
    horizontal = layers.RandomFlip("horizontal", seed=1)(PICTURES, training=True)
    assert set(rows_among(horizontal, candidates)) == {0, 2}


def test_crops_lie_inside_and_everywhere():
    cropped = layers.RandomCrop(3, 4, seed=7)(PICTURES, training=True)
    candidates = [PICTURES[:, i : i + 3, j : j + 4] for i in range(3) for j in range(3)]
    counts = np.bincount(rows_among(cropped, candidates), minlength=9)
    assert counts.sum() == len(PICTURES)
    assert (counts > 5).all()
    np.testing.assert_array_equal(layers.RandomCrop(3, 4)(PICTURES, training=False), PICTURES[:, 1:4, 1:5])


def test_translation_moves_down_and_right():
    moved = layers.RandomTranslation((0.4, 0.4), (0.5, 0.5), fill_mode="wrap")(PICTURES, training=True)
    np.testing.assert_allclose(moved, np.roll(PICTURES, (2, 3), (1, 2)))
    constant = layers.RandomTranslation((0.2, 0.2), (0, 0), fill_mode="constant", fill_value=7)
    moved = constant(PICTURES, training=True)
    np.testing.assert_allclose(moved[:, 1:], PICTURES[:, :-1])
    assert (moved[:, 0] == 7).all()


@pytest.mark.parametrize(
    ("mode", "numpy_mode"), [("reflect", "symmetric"), ("nearest", "edge"), ("wrap", "wrap")]
)
def test_beyond_the_edges(mode, numpy_mode):
    moved = layers.RandomTranslation((-0.6, -0.6), (0.5, 0.5), fill_mode=mode)(PICTURES, training=True)
    padded = np.pad(PICTURES, ((0, 0), (0, 3), (3, 0), (0, 0)), mode=numpy_mode)
    np.testing.assert_allclose(moved, padded[:, 3:, :6])


def test_half_a_pixel_is_the_mean_of_two():
    moved = layers.RandomTranslation((0.1, 0.1), (0, 0), fill_mode="nearest")(PICTURES, training=True)
    np.testing.assert_allclose(moved[:, 1:], (PICTURES[:, 1:] + PICTURES[:, :-1]) / 2, rtol=1e-6)


def test_rotation_is_counterclockwise():
    square = PICTURES[:, :5, :5]
    turned = layers.RandomRotation((0.25, 0.25))(square, training=True)
    np.testing.assert_allclose(turned, np.rot90(square, axes=(1, 2)), rtol=1e-4, atol=1e-4)


def test_zooming_in_shows_the_middle():
    picture = np.arange(9.0)[None, :, None, None] * np.ones((1, 9, 9, 1))
    zoomed = layers.RandomZoom((-0.5, -0.5), (0, 0))(picture, training=True)
    np.testing.assert_allclose(zoomed[0, :, 0, 0], 2 + np.arange(9) / 2, rtol=1e-6)


def test_brightness_and_contrast_stay_in_the_range():
    bright = layers.RandomBrightness(0.5, (0, 1000), seed=1)(PICTURES / 12, training=True)
    assert bright.min() == 0
    assert bright.max() == 1000
    inner = PICTURES[:, :, :1] / 50 + 400
    added = layers.RandomBrightness(0.2, (0, 1000), seed=1)(inner, training=True) - inner
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-3
    assert (np.abs(added) <= 200.001).all()
    assert len(np.unique(added[:, 0, 0, 0])) == len(inner)
    contrast = layers.RandomContrast((0.5, 0.25), (0, 1000), seed=1)(inner, training=True)
    np.testing.assert_allclose(contrast.mean((1, 2)), inner.mean((1, 2)), rtol=1e-5)
    ratio = np.ptp(contrast, axis=(1, 2, 3)) / np.ptp(inner, axis=(1, 2, 3))
    assert 0.5 <= ratio.min() < 0.6
    assert 1.15 < ratio.max() <= 1.2501


def trained(threads):
    """Weights after training behind all the layers, on so many threads."""
    lamella.config.set_num_threads(threads)
    lamella.utils.set_random_seed(3)
    model = lamella.Sequential(
        [
            lamella.Input((5, 6, 2)),
            *map(clone, LAYERS),
            layers.Rescaling(1e-4),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    model.fit(PICTURES, np.arange(200) / 200, batch_size=32, epochs=2, verbose=0)
    return model.get_weights()


def clone(layer):
    return type(layer).from_config(layer.get_config() | {"name": None})


def test_bits_do_not_depend_on_threads():
    for one, four in zip(trained(1), trained(4), strict=True):
        np.testing.assert_array_equal(one, four)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.RandomFlip("sideways"),
        lambda: layers.RandomTranslation(1.5, 0),
        lambda: layers.RandomRotation(0.1, fill_mode="mirror"),
        lambda: layers.RandomZoom(0.1, interpolation="bicubic"),
        lambda: layers.RandomContrast(-0.1),
        lambda: layers.RandomBrightness(0.1, value_range=3),
        lambda: layers.RandomCrop(9, 2)(PICTURES),
        lambda: layers.RandomFlip()(PICTURES[0, 0]),
        lambda: layers.Resizing(0, 3),
        lambda: layers.Resizing(3, 3, interpolation="cubic"),
    ],
)
def test_bad_arguments_are_refused(make):
    with pytest.raises(ValueError, match=r"'(random|resizing)"):
        make()
