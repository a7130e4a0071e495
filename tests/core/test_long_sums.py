"""Sums over hundreds of thousands of float32 numbers are as exact as pairwise ones, at any number of threads.

All terms have one sign: adding each to the sum of those before would be 1e-3 to 1e-1 off.
"""

import numpy as np
import pytest

import lamella
from lamella import layers

LONG = 400_000
WIDE = {"kernel_initializer": "ones"}

# Layer, shape of a row, rows.
CASES = {
    "GlobalAveragePooling1D": (lambda d: layers.GlobalAveragePooling1D(dtype=d), (LONG, 1), 2),
    "GlobalAveragePooling2D": (lambda d: layers.GlobalAveragePooling2D(dtype=d), (700, 600, 3), 1),
    "GlobalAveragePooling3D": (lambda d: layers.GlobalAveragePooling3D(dtype=d), (70, 80, 90, 2), 1),
    "AveragePooling2D": (lambda d: layers.AveragePooling2D(600, dtype=d), (600, 1200, 1), 1),
    "Dense of one row": (lambda d: layers.Dense(9, dtype=d, **WIDE), (LONG,), 1),
    "Dense": (lambda d: layers.Dense(9, dtype=d, **WIDE), (LONG,), 5),
    "Dense of one unit": (lambda d: layers.Dense(1, dtype=d, **WIDE), (LONG,), 3),
    "Dense over many rows": (lambda d: layers.Dense(9, dtype=d, **WIDE), (6,), LONG),
    "Dense of one unit over many rows": (lambda d: layers.Dense(1, dtype=d, **WIDE), (6,), LONG),
    "Conv1D": (lambda d: layers.Conv1D(4, 3, dtype=d, **WIDE), (LONG, 2), 1),
    "Conv2D": (lambda d: layers.Conv2D(4, 3, dtype=d, **WIDE), (700, 600, 3), 1),
    "Conv2D by Winograd": (
        lambda d: layers.Conv2D(32, 3, padding="same", dtype=d, **WIDE),
        (200, 200, 32),
        2,
    ),
    "DepthwiseConv2D": (
        lambda d: layers.DepthwiseConv2D(3, depthwise_initializer="ones", dtype=d),
        (700, 600, 3),
        1,
    ),
    "PReLU": (lambda d: layers.PReLU("ones", dtype=d), (3,), LONG),
    "BatchNormalization": (lambda d: layers.BatchNormalization(dtype=d), (3,), LONG),
    "LayerNormalization": (lambda d: layers.LayerNormalization(dtype=d), (LONG,), 2),
    "LayerNormalization of many rows": (lambda d: layers.LayerNormalization(dtype=d), (4,), LONG),
    "RMSNormalization": (lambda d: layers.RMSNormalization(dtype=d), (LONG,), 2),
    "UnitNormalization": (lambda d: layers.UnitNormalization(dtype=d), (LONG,), 2),
    "GroupNormalization": (lambda d: layers.GroupNormalization(2, dtype=d), (LONG // 4, 4), 2),
    "Softmax": (lambda d: layers.Softmax(dtype=d), (LONG,), 2),
    "log_softmax": (lambda d: layers.Activation("log_softmax", dtype=d), (LONG,), 2),
}


def one_step(make, shape, x, dtype):
    """The outputs, and what a step takes off the weights: their gradients, made large by the rate."""
    model = lamella.Sequential([layers.Input(shape, dtype=dtype), make(dtype)])
    y = model(x)
    model.compile(lamella.optimizers.SGD(1e4), "mse")
    before = model.get_weights()
    model.train_on_batch(x, np.full_like(y, -1))
    after = model.get_weights()
    return [y, *(b.astype("float64") - a for a, b in zip(after, before, strict=True))]


def relative_error(actual, expected):
    return np.linalg.norm(actual - expected) / max(np.linalg.norm(expected), 1e-30)


@pytest.mark.parametrize("case", CASES)
def test_outputs_and_gradients_follow_float64(case):
    make, shape, rows = CASES[case]
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 1.5, (rows, *shape)).astype("float32")
    results = {}
    for threads in (1, 3):
        lamella.config.set_num_threads(threads)
        results[threads] = one_step(make, shape, x, "float32")
    for one, three in zip(results[1], results[3], strict=True):
        np.testing.assert_array_equal(one, three)
    for actual, expected in zip(results[1], one_step(make, shape, x, "float64"), strict=True):
        assert relative_error(actual, expected) < 3e-5


LOSSES = [
    "mse",
    "mae",
    "msle",
    "huber",
    "log_cosh",
    "poisson",
    "hinge",
    "kl_divergence",
    "cosine_similarity",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(2, LONG), (LONG, 2)])
def test_losses_follow_float64(name, shape):
    rng = np.random.default_rng(0)
    y_pred = rng.uniform(0.1, 0.9, shape).astype("float32")
    y_true = rng.uniform(0.1, 0.9, shape).astype("float32")
    if name == "sparse_categorical_crossentropy":
        y_true = rng.integers(0, shape[1], shape[0])
    loss = lamella.losses.get(name)
    single, double = float(loss(y_true, y_pred)), float(loss(y_true, y_pred.astype("float64")))
    assert single == pytest.approx(double, rel=2e-5)


def test_penalties_constraints_and_clipping_follow_float64():
    def step(dtype):
        hidden = layers.Dense(
            3,
            kernel_initializer="ones",
            kernel_regularizer=lamella.regularizers.L1L2(0.01, 0.01),
            kernel_constraint=lamella.constraints.MaxNorm(2.0),
            dtype=dtype,
        )
        model = lamella.Sequential([layers.Input((LONG,), dtype=dtype), hidden])
        model.compile(lamella.optimizers.SGD(0.001, clipnorm=5.0), "mae")
        loss = model.train_on_batch(np.full((1, LONG), 0.1, dtype), np.zeros((1, 3), dtype))
        return loss, *model.get_weights()

    for single, double in zip(step("float32"), step("float64"), strict=True):
        assert relative_error(np.asarray(single), np.asarray(double)) < 3e-5


NORMALISATIONS = {
    "LayerNormalization": (layers.LayerNormalization, (512,), (1,)),
    "GroupNormalization": (lambda **k: layers.GroupNormalization(1, **k), (6, 6, 4), (1, 2, 3)),
    "BatchNormalization": (layers.BatchNormalization, (5,), (0,)),
}


@pytest.mark.parametrize(
    ("centre", "spread"), [(2000.0, 1.0), (40000.0, 1.0), (1234.0, 0.0), (1e6, 3.0), (-3e5, 2.0)]
)
@pytest.mark.parametrize("kind", NORMALISATIONS)
@pytest.mark.parametrize("rows", [8, 128, 20_000])
def test_normalisation_of_numbers_with_a_large_mean(kind, centre, spread, rows):
    make, shape, axes = NORMALISATIONS[kind]
    x = (centre + spread * np.random.default_rng(0).normal(size=(rows, *shape))).astype("float32")
    y = make(epsilon=1e-5)(x, training=True)
    exact = x.astype("float64")
    apart = exact - exact.mean(axis=axes, keepdims=True)
    want = apart / np.sqrt(exact.var(axis=axes, keepdims=True) + 1e-5)
    # what single precision itself costs: a unit in the last place of the mean, over the deviation
    allowed = np.spacing(np.float32(abs(centre))) / max(spread, 0.003) + 1e-3
    assert np.isfinite(y).all()
    assert np.abs(y - want).max() < allowed
