"""Pictures in files and arrays, against what Keras 3.15 gives."""

import contextlib
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import lamella
from lamella.preprocessing import image
from lamella.utils import array_to_img, img_to_array, load_img, save_img

RAMP = np.arange(4 * 6 * 3, dtype="uint8").reshape(4, 6, 3) * 3


@pytest.fixture
def path(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "ramp.png")
    return tmp_path / "ramp.png"


def test_a_picture_comes_back_as_it_was(path):
    array = img_to_array(load_img(path))
    assert array.dtype == "float32"
    np.testing.assert_array_equal(array, RAMP)
    for source in (str(path), str(path).encode(), io.BytesIO(path.read_bytes())):
        np.testing.assert_array_equal(np.asarray(load_img(source)), RAMP)


@pytest.mark.parametrize(
    ("color_mode", "mode", "shape"),
    [("rgb", "RGB", (4, 6, 3)), ("rgba", "RGBA", (4, 6, 4)), ("grayscale", "L", (4, 6, 1))],
)
def test_colours(path, color_mode, mode, shape):
    picture = load_img(path, color_mode)
    assert picture.mode == mode
    assert img_to_array(picture).shape == shape


def test_16_bits_of_gray_stay(tmp_path):
    deep = np.array([[0, 1000], [40000, 65535]], "uint16")
    Image.fromarray(deep).save(tmp_path / "deep.png")
    array = img_to_array(load_img(tmp_path / "deep.png", "grayscale"))
    np.testing.assert_array_equal(array[..., 0], deep)


def test_resizing(path):
    middle = np.asarray(load_img(path, target_size=(2, 2), keep_aspect_ratio=True))
    np.testing.assert_array_equal(middle, RAMP[1::2, 2:6:2])
    whole = load_img(path, target_size=(8, 3), interpolation="bilinear")
    assert whole.size == (3, 8)
    expected = Image.fromarray(RAMP).resize((3, 8), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(np.asarray(whole), np.asarray(expected))


def test_axes_and_types():
    array = img_to_array(RAMP, "channels_first", "uint8")
    assert array.dtype == "uint8"
    np.testing.assert_array_equal(array, RAMP.transpose(2, 0, 1))
    np.testing.assert_array_equal(np.asarray(array_to_img(array, "channels_first", scale=False)), RAMP)
    assert img_to_array(RAMP[..., 0]).shape == (4, 6, 1)
    assert img_to_array(RAMP[..., 0], "channels_first").shape == (1, 4, 6)


def test_scaling():
    x = np.array([-1.0, 0.0, 3.0]).reshape(1, 3, 1)
    assert np.asarray(array_to_img(x)).tolist() == [[0, 63, 255]]
    assert np.asarray(array_to_img(x + 1, scale=False)).tolist() == [[0, 1, 4]]
    assert np.asarray(array_to_img(np.zeros((1, 2, 1)))).tolist() == [[0, 0]]
    assert array_to_img(x * 1000, scale=False).mode == "I"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_saving(tmp_path, name):
    flat = np.full((8, 8, 3), 200.0)
    save_img(tmp_path / name, flat, scale=False)
    np.testing.assert_allclose(img_to_array(load_img(tmp_path / name)), flat, atol=2)
    with pytest.warns(UserWarning, match="no transparency") if name == "a.jpg" else contextlib.nullcontext():
        save_img(tmp_path / name, np.full((8, 8, 4), 200.0), scale=False)


def test_smart_resize_keeps_proportions():
    x = np.zeros((6, 4, 1))
    x[1:5] = 9
    assert image.smart_resize(x, (2, 2)).ravel().tolist() == [9] * 4
    rows = np.stack([x, x])
    assert image.smart_resize(rows, (2, 2)).shape == (2, 2, 2, 1)
    assert image.smart_resize(np.moveaxis(rows, -1, 1), (2, 2), data_format="channels_first").shape == (
        2,
        1,
        2,
        2,
    )
    assert image.smart_resize(RAMP, (2, 2)).dtype == "uint8"
    assert image.load_img is load_img


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda path: load_img(path / "none.png"), FileNotFoundError, "none.png"),
        (lambda path: load_img(__file__), ValueError, "load_img: .*holds no picture"),
        (lambda path: load_img(io.BytesIO(b"x")), ValueError, "the file holds no picture"),
        (lambda path: load_img(3), ValueError, "'path' must be a path"),
        (lambda path: load_img("x", color_mode="hsv"), ValueError, "'color_mode' must be one of"),
        (lambda path: load_img("x", interpolation="area"), ValueError, "'interpolation' must be one of"),
        (lambda path: load_img("x", target_size=3), ValueError, r"'target_size' must be \(height, width\)"),
        (lambda path: img_to_array(np.ones(3)), ValueError, "'img' must be an image"),
        (lambda path: img_to_array(RAMP, "first"), ValueError, "'data_format' must be one of"),
        (lambda path: img_to_array(RAMP, dtype="text"), ValueError, "'dtype' must be a type"),
        (lambda path: array_to_img(np.ones((2, 2))), ValueError, "'x' must be one picture"),
        (lambda path: array_to_img(np.ones((2, 2, 2))), ValueError, "1, 3 or 4 channels"),
        (lambda path: array_to_img("a"), ValueError, "'x' must be an array of numbers"),
        (lambda path: save_img(path / "a", RAMP), ValueError, "'file_format' must be the name"),
        (lambda path: save_img(path / "a.nonsense", RAMP), ValueError, "a format that Pillow writes"),
        (lambda path: image.smart_resize(RAMP, 3), ValueError, "'size' must be"),
        (lambda path: image.smart_resize(RAMP[0], (2, 2)), ValueError, "'x' must be an array of pictures"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(tmp_path)


def test_a_damaged_picture_is_told_by_name(path):
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"ramp.png' holds no picture"):
        load_img(path)


def test_without_pillow_the_extra_is_named():
    code = "import sys; sys.modules['PIL'] = None; import lamella; lamella.utils.array_to_img([[[1.0]]])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'lamella[image]'" in result.stderr


def test_old_generators_say_what_to_do_instead():
    with pytest.raises(AttributeError, match=r"ImageDataGenerator is left out.*RandomFlip"):
        image.ImageDataGenerator  # noqa: B018
    assert "image" in dir(lamella.preprocessing)
