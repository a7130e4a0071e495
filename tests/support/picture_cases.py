"""Calls on pictures that Keras and lamella answer alike.

Run as a script it writes the answers of the installed Keras: python picture_cases.py FILE
"""

import io
import itertools
import pickle
import sys

import numpy as np
from PIL import Image

RNG = np.random.default_rng(3)  # drawn from in one order
PICTURE = RNG.integers(0, 256, (9, 14, 3)).astype("uint8")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def files():
    """Picture files of several kinds, by name."""
    deep = RNG.integers(0, 2**16, (5, 4)).astype("uint16")
    transparent = np.dstack([PICTURE, PICTURE[..., :1]])
    colours = Image.fromarray(PICTURE).quantize(16)
    kinds = {"rgb": PICTURE, "gray": PICTURE[..., 0], "rgba": transparent, "deep": deep}
    for name, picture in [*((kind, Image.fromarray(x)) for kind, x in kinds.items()), ("palette", colours)]:
        file = io.BytesIO()
        picture.save(file, format="png")
        yield name, file.getvalue()


def answers(library):
    """The array that each call ends in."""
    utils, image = library.utils, library.preprocessing.image
    found = {}
    for (name, content), mode in itertools.product(files(), ("rgb", "rgba", "grayscale")):
        picture = utils.load_img(io.BytesIO(content), mode)
        found[f"{name} as {mode}"] = utils.img_to_array(picture)
        found[f"{name} as {mode}, channels first"] = utils.img_to_array(picture, "channels_first", "uint8")
    for size, how, keep in itertools.product([(4, 4), (20, 7), (3, 30)], INTERPOLATIONS, (False, True)):
        picture = utils.load_img(io.BytesIO(content_of("rgb")), "rgb", size, how, keep)
        found[f"{size} {how} {keep}"] = utils.img_to_array(picture)
    for x in (RNG.normal(size=(5, 4, 3)), PICTURE, PICTURE[..., :1] * 1.0, RNG.random((3, 4, 4)) * 99):
        for scale in (True, False):
            x = np.abs(x)
            found[f"image of {x.shape} {x.dtype} {scale}"] = np.asarray(utils.array_to_img(x, scale=scale))
        if x.shape[2] != 4:
            file = io.BytesIO()
            utils.save_img(file, x, file_format="png")
            found[f"file of {x.shape}"] = np.frombuffer(file.getvalue(), "uint8")
    for size, x, how in itertools.product(
        [(4, 4), (20, 7)], (PICTURE, PICTURE / 255, np.float32([PICTURE] * 2)), ("bilinear", "nearest")
    ):
        found[f"smart {size} {x.shape} {x.dtype} {how}"] = np.asarray(image.smart_resize(x, size, how))
    first = np.float32(PICTURE.transpose(2, 0, 1))
    found["smart channels first"] = np.asarray(
        image.smart_resize(first, (4, 4), data_format="channels_first")
    )
    return found


def content_of(kind):
    return dict(files())[kind]


if __name__ == "__main__":
    import keras

    with open(sys.argv[1], "wb") as file:
        pickle.dump(answers(keras), file)
