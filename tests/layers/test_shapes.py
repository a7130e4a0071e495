"""Shapes and sizes: what does not fit is refused by the layer's name, also where axes are open."""

import json

import numpy as np
import pytest

import lamella
from lamella import layers

TOO_LARGE = {
    "Conv1D": ((4, 3), lambda: layers.Conv1D(2, 5, name="x")),
    "Conv1D dilated": ((4, 3), lambda: layers.Conv1D(2, 3, dilation_rate=2, name="x")),
    "Conv2D on one axis": ((9, 2, 3), lambda: layers.Conv2D(2, (2, 3), name="x")),
    "Conv3D": ((2, 2, 2, 1), lambda: layers.Conv3D(2, 3, name="x")),
    "DepthwiseConv2D": ((2, 2, 3), lambda: layers.DepthwiseConv2D(3, name="x")),
    "SeparableConv1D": ((2, 3), lambda: layers.SeparableConv1D(2, 3, name="x")),
    "MaxPooling2D": ((1, 1, 3), lambda: layers.MaxPooling2D(name="x")),
    "AveragePooling3D": ((1, 2, 2, 3), lambda: layers.AveragePooling3D(2, name="x")),
    "Cropping1D": ((2, 1), lambda: layers.Cropping1D(1, name="x")),
    "Cropping3D": ((3, 3, 3, 1), lambda: layers.Cropping3D(((0, 0), (1, 2), (0, 0)), name="x")),
    "RandomCrop": ((3, 4, 1), lambda: layers.RandomCrop(4, 4, name="x")),
    "Residual": ((3, 3, 1), lambda: layers.Residual([layers.Conv2D(1, 4, name="x")])),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_windows_that_do_not_fit(name):
    shape, make = TOO_LARGE[name]
    with pytest.raises(ValueError, match="'x'"):
        lamella.Sequential([layers.Input(shape), make()])
    model = lamella.Sequential([layers.Input((*(None,) * (len(shape) - 1), shape[-1])), make()])
    with pytest.raises(ValueError, match="'x'"):
        model.predict(np.ones((2, *shape), "float32"), verbose=0)
    with pytest.raises(ValueError, match="'x'"):
        make()(np.ones((2, *shape), "float32"))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(2, 2),
        layers.MaxPooling2D(2),
        layers.Cropping2D(0),
        layers.ZeroPadding2D(1),
        layers.UpSampling2D(2),
        layers.GlobalMaxPooling2D(),
        layers.SpatialDropout2D(0.5),
        layers.Resizing(2, 2),
        layers.CenterCrop(2, 2),
        layers.RandomFlip(),
        layers.RandomBrightness(0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_other_ranks_are_refused_before_and_after_the_first_call(layer):
    for _ in range(2):
        for shape in ((2, 3), (1, 2, 3, 4, 5)):
            with pytest.raises(
                ValueError, match=f"'{layer.name}' needs inputs of 4 axes: rows, 2 spatial, channels"
            ):
                layer(np.ones(shape, "float32"))
        layer(np.ones((2, 4, 4, 3), "float32"))


HUGE = [
    ("UpSampling2D", {"size": 10**9}),
    ("UpSampling2D", {"size": 10**7, "interpolation": "bilinear"}),
    ("Resizing", {"height": 10**9, "width": 10**9}),
    ("Resizing", {"height": 1, "width": 10**12, "interpolation": "lanczos5"}),
    ("CenterCrop", {"height": 10**9, "width": 10**9}),
    ("ZeroPadding2D", {"padding": 10**9}),
    ("ZeroPadding2D", {"padding": [[0, 2**40], [0, 0]]}),
    ("Conv2DTranspose", {"filters": 1, "kernel_size": 1, "strides": 2**40}),
    ("Conv2DTranspose", {"filters": 1, "kernel_size": 2, "dilation_rate": 2**40}),
    ("Conv2D", {"filters": 2**50, "kernel_size": 1}),
    ("Conv2D", {"filters": 1, "kernel_size": 2**25, "padding": "same"}),
    ("Dense", {"units": 2**50}),
    ("DepthwiseConv2D", {"kernel_size": 1, "depth_multiplier": 2**50}),
    ("Flatten+RepeatVector", {"n": 10**12}),
]


def model_of(name, config):
    """A model of (4, 4, 2) inputs and this layer, from JSON."""
    *before, name = name.split("+")
    declared = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 4, 2], "name": "i"}}
    rest = [{"class_name": other, "config": {"name": "other"}} for other in before]
    entries = [declared, *rest, {"class_name": name, "config": {"name": "huge", **config}}]
    return lamella.models.model_from_json(
        json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": entries}})
    )


@pytest.mark.parametrize(("name", "config"), HUGE)
def test_what_cannot_fit_into_memory_is_refused_at_once(name, config):
    with pytest.raises((MemoryError, ValueError), match=r"'huge'.* GB"):
        model_of(name, config).predict(np.ones((2, 4, 4, 2), "float32"), verbose=0)


@pytest.mark.parametrize("huge", [2**31, 2**40, 2**53])
@pytest.mark.parametrize(
    ("name", "config", "argument", "enough"),
    [
        ("Conv2D", {"filters": 2, "kernel_size": 2}, "strides", 3),
        ("Conv2D", {"filters": 2, "kernel_size": 2, "padding": "same"}, "strides", 4),
        ("Conv2D", {"filters": 2, "kernel_size": 3, "padding": "same"}, "dilation_rate", 9),
        ("Conv2D", {"filters": 2, "kernel_size": 2, "padding": "same"}, "dilation_rate", 9),
        ("Conv2D", {"filters": 2, "kernel_size": 1}, "dilation_rate", 1),
        ("DepthwiseConv2D", {"kernel_size": 1}, "strides", 4),
        ("SeparableConv2D", {"filters": 2, "kernel_size": 1, "padding": "same"}, "strides", 4),
        ("MaxPooling2D", {"pool_size": 2}, "strides", 3),
        ("AveragePooling2D", {"strides": 1, "padding": "same"}, "pool_size", 9),
        ("MaxPooling2D", {"strides": 3, "padding": "same"}, "pool_size", 9),
    ],
)
def test_steps_that_are_larger_than_pictures_take_no_longer(name, config, argument, enough, huge):
    x = np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype("float32")
    lamella.utils.set_random_seed(0)
    wide = model_of(name, {**config, argument: huge})
    lamella.utils.set_random_seed(0)
    least = model_of(name, {**config, argument: enough})
    least.set_weights(wide.get_weights())
    assert wide.output_shape == least.output_shape
    for model in (wide, least):
        model.compile("sgd", "mse")
        model.train_on_batch(x, np.ones((3, *model.output_shape[1:])))
    np.testing.assert_array_equal(wide.predict(x, verbose=0), least.predict(x, verbose=0))
    assert wide.layers[0].get_config()[argument] in (huge, (huge, huge))
