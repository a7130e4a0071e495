"""Models that exports are tested on: every layer, and every setting that changes what it computes."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

import lamella
from keras_windows import SPATIAL, WINDOWS
from lamella import layers


class Native(layers.Layer):
    """An activation of the core with numbers that no layer gives it."""

    def __init__(self, kind: str, **numbers: float):
        super().__init__()
        self.spec = (kind, numbers)

    def emit(self, builder, values):
        [value] = values
        return [builder.activation(self, value, [self.spec])]


def window_label(name, arguments, options):
    return f"{name}{arguments}{options}".replace(" ", "").replace("'", "")


NAMED_ACTIVATIONS = [name for name in lamella.activations.lookup._NAMES if name != "glu"]
NUMBERS = [
    ("bounded_relu", {"a": 0.3, "threshold": -0.6, "low": -0.35, "high": 0.65}),
    ("bounded_relu", {"a": 0.0, "threshold": 0.5, "low": -np.inf, "high": np.inf}),
    ("bounded_relu", {"a": 0.2, "threshold": 0.5, "low": -np.inf, "high": np.inf}),
    ("celu", {"a": 0.7}),
    ("gelu_tanh", {}),
    ("hard_shrink", {"a": 0.4}),
    ("linear", {}),
    ("squareplus", {"a": 2.0}),
    ("threshold", {"a": 0.2, "threshold": 0.4}),
]
PICTURE = (6, 5, 4)


def _adapted(layer: layers.Normalization, shape: tuple[int, ...]) -> layers.Normalization:
    layer.adapt(np.random.default_rng(0).normal(2.0, 3.0, (20, *shape)))
    return layer


# name: (shape of a row, layers).
TABLE: dict[str, tuple[tuple[int, ...], Callable[[], list[layers.Layer]]]] = {
    "dense": ((7,), lambda: [layers.Dense(5, "relu"), layers.Dense(3, use_bias=False)]),
    "dense_of_pictures": (PICTURE, lambda: [layers.Dense(5, "tanh"), layers.Dense(3, use_bias=False)]),
    "nothing": ((3,), lambda: [layers.Identity(), layers.Dropout(0.5)]),
    "training_only": (
        PICTURE,
        lambda: [
            layers.RandomFlip(),
            layers.RandomRotation(0.1),
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomZoom(0.1),
            layers.RandomBrightness(0.2),
            layers.RandomContrast(0.2),
            layers.SpatialDropout2D(0.2),
            layers.GaussianNoise(0.2),
            layers.GaussianDropout(0.2),
            layers.AlphaDropout(0.2),
            layers.Dropout(0.2),
            layers.ActivityRegularization(0.1),
            layers.Conv2D(2, 3, activity_regularizer="l2"),
        ],
    ),
    "spatial_dropout": ((4, 3), lambda: [layers.SpatialDropout1D(0.2), layers.Dense(2)]),
    "spatial_dropout_of_volumes": ((2, 2, 2, 3), lambda: [layers.SpatialDropout3D(0.2), layers.Dense(2)]),
    "random_crop": (PICTURE, lambda: [layers.RandomCrop(3, 2)]),
    "activation_layers": (
        (6,),
        lambda: [
            layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2),
            layers.LeakyReLU(0.3),
            layers.ELU(0.7),
            layers.Activation("linear"),
        ],
    ),
    "glu": ((4, 6), lambda: [layers.Dense(6, "glu"), layers.Activation("swish")]),
    "softmax": (PICTURE, lambda: [layers.Softmax()]),
    "softmax_over_rows": (PICTURE, lambda: [layers.Softmax(axis=1), layers.Softmax(axis=2)]),
    "activations_behind_convolutions": (
        PICTURE,
        lambda: [
            layers.Conv2D(4, 3, padding="same", activation="softmax"),
            layers.Conv2D(4, 3, padding="same", activation="silu"),
            layers.Conv2D(4, 3, padding="same", activation="glu"),
            layers.PReLU("glorot_uniform"),
            layers.Conv2D(4, 3, padding="same", activation="sparsemax"),
        ],
    ),
    "prelu": ((4, 3), lambda: [layers.PReLU("glorot_uniform")]),
    "prelu_shared": (PICTURE, lambda: [layers.PReLU("glorot_uniform", shared_axes=[1, 2])]),
    "prelu_of_rows": (PICTURE, lambda: [layers.PReLU("glorot_uniform", shared_axes=[2])]),
    "prelu_one": ((4,), lambda: [layers.PReLU("ones", shared_axes=[1])]),
    "batch_normalization": ((5,), lambda: [layers.BatchNormalization(), layers.Dense(3)]),
    "batch_normalization_of_pictures": (
        PICTURE,
        lambda: [
            layers.BatchNormalization(center=False),
            layers.Conv2D(3, 2),
            layers.BatchNormalization(scale=False),
            layers.ReLU(),
            layers.BatchNormalization(center=False, scale=False),
        ],
    ),
    "layer_normalization": (PICTURE, lambda: [layers.LayerNormalization(), layers.Dense(3)]),
    "layer_normalization_plain": ((5,), lambda: [layers.LayerNormalization(center=False, scale=False)]),
    "layer_normalization_of_axes": (PICTURE, lambda: [layers.LayerNormalization(axis=[1, 3])]),
    "layer_normalization_of_all": (PICTURE, lambda: [layers.LayerNormalization(axis=[1, 2, 3])]),
    "group_normalization": (PICTURE, lambda: [layers.Conv2D(6, 3), layers.GroupNormalization(3)]),
    "group_normalization_of_vectors": ((6,), lambda: [layers.GroupNormalization(2, scale=False)]),
    "instance_normalization": (PICTURE, lambda: [layers.GroupNormalization(-1)]),
    "rms_normalization": (PICTURE, lambda: [layers.RMSNormalization(), layers.RMSNormalization(axis=1)]),
    "unit_normalization": (
        PICTURE,
        lambda: [layers.UnitNormalization(), layers.UnitNormalization(axis=[1, 2])],
    ),
    "normalization": (PICTURE, lambda: [_adapted(layers.Normalization(), PICTURE)]),
    "normalization_of_all": (PICTURE, lambda: [_adapted(layers.Normalization(axis=None), PICTURE)]),
    "normalization_of_rows": (PICTURE, lambda: [_adapted(layers.Normalization(axis=1), PICTURE)]),
    "normalization_given": (
        (3,),
        lambda: [layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])],
    ),
    "rescaling": (PICTURE, lambda: [layers.Rescaling(1 / 127.5, -1.0), layers.Conv2D(2, 3)]),
    "rescaling_of_channels": (
        PICTURE,
        lambda: [
            layers.Conv2D(3, 2),
            layers.Rescaling([1.0, 2.0, 3.0], 0.5),
            layers.Rescaling(1.0, [1.0, 2.0, 3.0]),
        ],
    ),
    "reshapes": (
        (4, 6),
        lambda: [
            layers.Reshape((2, 3, 4)),
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.RepeatVector(3),
        ],
    ),
    "permuted_convolution": (
        PICTURE,
        lambda: [layers.Conv2D(4, 3), layers.Permute((2, 3, 1)), layers.Conv2D(3, 2), layers.Flatten()],
    ),
    "residual": (
        PICTURE,
        lambda: [
            layers.Residual(
                [layers.Conv2D(8, 3, padding="same", activation="relu"), layers.Conv2D(6, 3, padding="same")],
                shortcut=[layers.Conv2D(6, 1)],
            ),
            layers.ReLU(),
            layers.Residual([layers.Conv2D(6, 3, padding="same"), layers.BatchNormalization()]),
        ],
    ),
    "residual_of_dense": ((6,), lambda: [layers.Residual([layers.Dense(6, "tanh")]), layers.ReLU()]),
    "branches": (
        PICTURE,
        lambda: [
            layers.Branches(
                [
                    [layers.Conv2D(3, 1, activation="relu", name="same")],
                    [layers.MaxPooling2D(3, 1, "same"), layers.Conv2D(2, 1, name="same")],
                    [],
                ]
            ),
            layers.Branches([[layers.Conv2D(4, 1)], [layers.Dense(4)], [layers.Conv2D(4, 1)]], merge="add"),
        ],
    ),
    "branches_of_nothing": ((5,), lambda: [layers.Branches([[], [], [layers.Dropout(0.1)]], merge="add")]),
    "branches_to_both_ends": ((5,), lambda: [layers.Branches([[], [layers.Dense(2)], []])]),
    "nested": (
        PICTURE,
        lambda: [
            lamella.Sequential([layers.Input(PICTURE), layers.Conv2D(3, 3), layers.ReLU()]),
            lamella.Sequential([layers.Flatten(), lamella.Sequential([layers.Dense(4)])]),
        ],
    ),
    "shared_layer": ((5,), lambda: [*[layers.Dense(5, "tanh")] * 2, layers.Dense(2)]),
    "up_sampling_nearest": (PICTURE, lambda: [layers.UpSampling2D((2, 3)), layers.Conv2D(2, 3)]),
    "up_sampling_bilinear": (
        PICTURE,
        lambda: [layers.Conv2D(3, 2), layers.UpSampling2D(2, interpolation="bilinear"), layers.Conv2D(2, 3)],
    ),
    "resizing": (PICTURE, lambda: [layers.Resizing(4, 9, antialias=True)]),
    "resizing_cropped": (PICTURE, lambda: [layers.Resizing(8, 4, "bicubic", crop_to_aspect_ratio=True)]),
    "resizing_padded": (
        PICTURE,
        lambda: [layers.Resizing(9, 4, "lanczos3", pad_to_aspect_ratio=True, fill_value=2.0)],
    ),
    "center_crop": (PICTURE, lambda: [layers.CenterCrop(3, 2)]),
    "center_crop_of_less": (PICTURE, lambda: [layers.CenterCrop(9, 3)]),
    "pooling_between_convolutions": (
        (9, 9, 2),
        lambda: [
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(5, 2, activation="gelu"),
            layers.AveragePooling2D(3, 2, "same"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, "softmax"),
        ],
    ),
    **{
        f"average_pooling_{rank}d_{size}_{strides}": (
            (*SPATIAL[rank], 3),
            lambda rank=rank, size=size, strides=strides: [
                getattr(layers, f"AveragePooling{rank}D")(size, strides, "same")
            ],
        )
        for rank in (1, 2, 3)
        for size, strides in [(3, 2), (4, 1), (2, 3)]
    },
    **{
        f"activation_{name}": ((7,), lambda name=name: [layers.Activation(name)])
        for name in NAMED_ACTIVATIONS
    },
    **{
        f"native_{kind}_{i}": ((7,), lambda kind=kind, numbers=numbers: [Native(kind, **numbers)])
        for i, (kind, numbers) in enumerate(NUMBERS)
    },
    **{
        window_label(name, arguments, options): (
            (*SPATIAL[next(int(c) for c in name if c.isdigit())], 4),
            lambda name=name, arguments=arguments, options=options: [
                getattr(layers, name)(*arguments, **options)
            ],
        )
        for name, arguments, options in WINDOWS
    },
}


# Kernels are drawn by their initialisers, statistics of Normalization learnt from data.
_KEPT = {"kernel", "depthwise_kernel", "pointwise_kernel", "count", "mean", "variance"}


def build(shape: tuple[int, ...], members: list[layers.Layer], seed: int = 0) -> lamella.Sequential:
    """A model whose biases, factors and statistics are neither 0 nor 1, which would hide mistakes."""
    model = lamella.Sequential([layers.Input(shape, name="features"), *members], name="m")
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        if variable.name not in _KEPT:
            values = rng.normal(size=variable.shape)
            variable.assign(np.abs(values) + 0.1 if variable.name == "moving_variance" else values)
    return model


def constant_feature() -> tuple[lamella.Sequential, np.ndarray]:
    """A normalisation one of whose features did not vary, and data.

    What differs from the mean of that feature grows 1e7 times; what does not must stay exactly 0.
    """
    data = np.full((20, 2), 0.7, "float32")
    data[:, 1] = np.arange(20)
    layer = layers.Normalization()
    layer.adapt(data)
    return build((2,), [layer]), data


def table_model(name: str) -> lamella.Sequential:
    """The model of an entry of the table."""
    lamella.utils.set_random_seed(0)
    shape, members = TABLE[name]
    return build(shape, members())


def inputs(model: lamella.Sequential, rows: int, seed: int = 1) -> np.ndarray:
    """Inputs of both signs, some of them 0."""
    x = np.random.default_rng(seed).normal(0.0, 2.0, (rows, *model.input_shape[1:])).astype(model.dtype)
    x[..., 0] = 0.0
    return x


def assert_agree(actual: np.ndarray, expected: np.ndarray, tolerance: float = 1e-5) -> None:
    """Within 1e-5 of max(1, |expected|)."""
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    np.testing.assert_array_less(np.abs(actual - expected) / np.maximum(1.0, np.abs(expected)), tolerance)


ELEMENTWISE = ["relu", "tanh", "gelu", "hard_silu", "softplus", "selu"]


@st.composite
def random_models(draw) -> lamella.Sequential:
    """A few layers on pictures, some of them in branches, then some on vectors."""
    shape = (draw(st.integers(3, 7)), draw(st.integers(3, 7)), draw(st.integers(1, 5)))
    members = draw(st.lists(picture_layers(), max_size=4))
    members.append(
        draw(st.sampled_from([layers.Flatten, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D]))()
    )
    members += draw(st.lists(vector_layers(), max_size=3))
    return build(shape, members, draw(st.integers(0, 100)))


@st.composite
def picture_layers(draw, depth: int = 0) -> layers.Layer:
    """A layer that takes pictures of any size and hands on no smaller ones."""
    activation = draw(st.sampled_from([None, *ELEMENTWISE]))
    size = draw(st.integers(1, 3))
    window = {"padding": "same", "strides": draw(st.integers(1, 2))}
    kinds: list[Callable[[], layers.Layer]] = [
        lambda: layers.Conv2D(4, size, **window, activation=activation),
        lambda: layers.DepthwiseConv2D(size, **window, depth_multiplier=2, activation=activation),
        lambda: layers.Conv2DTranspose(3, size, **window, activation=activation),
        lambda: layers.MaxPooling2D(size, **window),
        lambda: layers.AveragePooling2D(size, **window),
        lambda: layers.Activation("sigmoid"),
        layers.BatchNormalization,
        layers.LayerNormalization,
        lambda: layers.GroupNormalization(-1),
        lambda: layers.PReLU("glorot_uniform", shared_axes=[1, 2]),
        lambda: layers.ZeroPadding2D(((1, 0), (0, 2))),
        lambda: layers.UpSampling2D(2),
        lambda: layers.Permute((2, 1, 3)),
        lambda: layers.Rescaling(0.5, 0.1),
        lambda: layers.Dense(3, activation),
        lambda: layers.Softmax(axis=2),
    ]
    if depth < 2 and draw(st.booleans()):
        inner = draw(st.lists(picture_layers(depth + 1), max_size=1))
        same = layers.Conv2D(3, 3, padding="same", activation=activation)
        if draw(st.booleans()):
            return layers.Residual([same, layers.Dropout(0.5)], shortcut=[layers.Conv2D(3, 1)])
        return lamella.Sequential(
            [*inner, layers.Branches([[same], [], [layers.Conv2D(2, 1), layers.ReLU()]])]
        )
    return draw(st.sampled_from(kinds))()


@st.composite
def vector_layers(draw) -> layers.Layer:
    activation = draw(st.sampled_from([None, *ELEMENTWISE]))
    kinds: list[Callable[[], layers.Layer]] = [
        lambda: layers.Dense(4, activation),
        layers.BatchNormalization,
        layers.UnitNormalization,
        lambda: layers.Residual([layers.Dense(6, activation)], shortcut=[layers.Dense(6)]),
        lambda: layers.Branches([[layers.Dense(3)], []]),
        lambda: layers.Activation("softmax"),
        layers.PReLU,
    ]
    return draw(st.sampled_from(kinds))()
