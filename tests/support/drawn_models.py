"""Models drawn at random, for what must hold for any of them."""

import numpy as np
from hypothesis import strategies as st

import lamella
from lamella import layers, optimizers

ROWS = 12

_VECTOR_LAYERS = {
    "dense": lambda draw: layers.Dense(
        draw(st.integers(1, 9)), draw(st.sampled_from(["relu", "tanh", None]))
    ),
    "penalised": lambda draw: layers.Dense(
        draw(st.integers(1, 5)),
        kernel_regularizer="l2",
        bias_constraint="non_neg",
        use_bias=draw(st.booleans()),
    ),
    "batch_normalization": lambda draw: layers.BatchNormalization(scale=draw(st.booleans())),
    "layer_normalization": lambda draw: layers.LayerNormalization(),
    "dropout": lambda draw: layers.Dropout(0.25),
    "noise": lambda draw: layers.GaussianNoise(0.1),
    "prelu": lambda draw: layers.PReLU(),
    "activation": lambda draw: layers.Activation(draw(st.sampled_from(["gelu", "softplus", "elu"]))),
    "residual": lambda draw: layers.Residual([layers.BatchNormalization(), layers.Dropout(0.1)]),
    "branches": lambda draw: layers.Branches([[layers.Dense(draw(st.integers(1, 4)))], []]),
    "nested": lambda draw: lamella.Sequential([layers.Dense(3), layers.LeakyReLU()]),
}

_PADDINGS = st.sampled_from(["same", "valid"])

_PICTURE_LAYERS = {
    "conv": lambda draw: layers.Conv2D(
        draw(st.integers(1, 5)), 3, padding=draw(st.sampled_from(["same", "valid"]))
    ),
    "depthwise": lambda draw: layers.DepthwiseConv2D(
        2, padding="same", depth_multiplier=draw(st.integers(1, 2))
    ),
    "separable": lambda draw: layers.SeparableConv2D(3, 2, padding="same"),
    "transposed": lambda draw: layers.Conv2DTranspose(2, 2, strides=draw(st.integers(1, 2))),
    "batch_normalization": lambda draw: layers.BatchNormalization(),
    "pool": lambda draw: layers.MaxPooling2D(2, padding="same"),
    "spatial_dropout": lambda draw: layers.SpatialDropout2D(0.2),
    "flip": lambda draw: layers.RandomFlip("horizontal"),
    "up_sampling": lambda draw: layers.UpSampling2D(2),
}

_OPTIMIZERS = [
    lambda: optimizers.SGD(0.01),
    lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.01, 2, 0.5), amsgrad=True),
    lambda: optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.5),
    lambda: optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    lambda: optimizers.Nadam(0.01, gradient_accumulation_steps=2),
    lambda: optimizers.Ftrl(0.1),
    lambda: optimizers.Adadelta(0.1),
]


def small_model():
    """A compiled model of two dense layers that has taken a step; not drawn."""
    lamella.utils.set_random_seed(3)
    model = lamella.Sequential(
        [lamella.Input((3,), name="in"), layers.Dense(2, name="first"), layers.Dense(1, name="last")]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 3)), np.ones(4), verbose=0)
    return model


@st.composite
def trained_models(draw):
    """A compiled model that has trained for a few steps, and the data: `(model, x, y)`."""
    pictures = draw(st.booleans())
    kinds = _PICTURE_LAYERS if pictures else _VECTOR_LAYERS
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=5))
    shape = (6, 6, draw(st.integers(1, 3))) if pictures else (draw(st.integers(1, 7)),)
    stack = [kinds[name](draw) for name in names]
    if not pictures or draw(st.booleans()):
        head = [layers.Flatten(), layers.Dense(2, "softmax")]
    else:
        head = [layers.GlobalAveragePooling2D(), layers.Dense(2, "softmax")]
    lamella.base.seeding.set_seed(draw(st.integers(0, 1000)))
    model = lamella.Sequential([lamella.Input(shape), *stack, *head])
    metrics = ["accuracy", "SparseCategoricalCrossentropy"]
    optimizer = draw(st.sampled_from(_OPTIMIZERS))()
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=metrics)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    x, y = rng.normal(size=(ROWS, *shape)).astype("float32"), rng.integers(0, 2, ROWS)
    model.fit(x, y, batch_size=4, epochs=1, verbose=0)
    return model, x, y


def assert_goes_on_alike(model, other, x, y):
    """Both give the same bits, now and after training on."""
    np.testing.assert_array_equal(model.predict(x, verbose=0), other.predict(x, verbose=0))
    assert model.optimizer.iterations == other.optimizer.iterations
    for each in (model, other):
        each.fit(x, y, batch_size=5, epochs=2, verbose=0)
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert model.history.history == other.history.history
