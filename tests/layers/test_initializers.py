"""Initializers: spread, seeds, truncation, configs and names."""

import math

import numpy as np
import pytest

import lamella
from lamella import initializers
from lamella.initializers.fans import compute_fans
from lamella.utils import set_random_seed

SHAPE = (200, 300)
UNIFORM = {"GlorotUniform": 6 / 500, "HeUniform": 6 / 200, "LecunUniform": 3 / 200}
NORMAL = {"GlorotNormal": 2 / 500, "HeNormal": 2 / 200, "LecunNormal": 1 / 200}
RANDOM = [*UNIFORM, *NORMAL, "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"]


@pytest.mark.parametrize(("name", "square"), UNIFORM.items())
def test_uniform_fills_its_limits(name, square):
    limit = math.sqrt(square)
    values = getattr(initializers, name)(seed=1)(SHAPE)
    assert np.abs(values).max() <= limit
    assert np.abs(values).max() > 0.99 * limit
    assert values.var() == pytest.approx(square / 3, rel=0.02)
    assert abs(values.mean()) < 0.01 * limit


@pytest.mark.parametrize(("name", "variance"), NORMAL.items())
def test_normal_is_truncated_and_keeps_its_variance(name, variance):
    values = getattr(initializers, name)(seed=1)(SHAPE)
    assert values.var() == pytest.approx(variance, rel=0.02)
    assert np.abs(values).max() <= 2 * math.sqrt(variance) / 0.87962566103423978 * (1 + 1e-6)


def test_fixed_spreads():
    normal = initializers.RandomNormal(mean=1.0, stddev=0.5, seed=2)(SHAPE)
    assert normal.mean() == pytest.approx(1.0, abs=0.01)
    assert normal.std() == pytest.approx(0.5, rel=0.02)
    assert np.abs(normal - 1.0).max() > 1.5
    truncated = initializers.TruncatedNormal(mean=1.0, stddev=0.5, seed=2)(SHAPE)
    assert np.abs(truncated - 1.0).max() <= 1.0 + 1e-6
    uniform = initializers.RandomUniform(-1.0, 3.0, seed=2)(SHAPE)
    assert uniform.mean() == pytest.approx(1.0, abs=0.02)
    assert uniform.min() >= -1.0
    assert uniform.max() <= 3.0
    wide = initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=2)(SHAPE)
    assert wide.var() == pytest.approx(2 / 300, rel=0.02)


def test_constants():
    assert initializers.Zeros()((2, 3)).tolist() == [[0] * 3] * 2
    assert initializers.Ones()((2,)).tolist() == [1, 1]
    assert initializers.Constant(0.5)((2,), dtype="float64").dtype == np.float64


@pytest.mark.parametrize(
    ("shape", "fans"), [((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((3, 3, 4, 8), (36, 72))]
)
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(name):
    cls = getattr(initializers, name)
    np.testing.assert_array_equal(cls(seed=3)((4, 5)), cls(seed=3)((4, 5)))
    assert (cls(seed=3)((4, 5)) != cls(seed=4)((4, 5))).any()
    assert (cls()((4, 5)) != cls()((4, 5))).any()
    unseeded = cls()
    np.testing.assert_array_equal(unseeded((4, 5)), unseeded((4, 5)))
    set_random_seed(7)
    first = cls()((4, 5))
    set_random_seed(7)
    np.testing.assert_array_equal(first, cls()((4, 5)))
    set_random_seed(8)
    assert (first != cls()((4, 5))).any()


@pytest.mark.parametrize("name", RANDOM)
def test_float32_is_rounded_float64(name):
    initializer = getattr(initializers, name)(seed=1)
    wide = initializer((5, 6), dtype="float64")
    assert wide.dtype == np.float64
    np.testing.assert_array_equal(wide.astype(np.float32), initializer((5, 6)))


@pytest.mark.parametrize("name", [*RANDOM, "Zeros", "Ones", "Constant"])
def test_configs_and_names(name):
    initializer = initializers.get(name)
    assert type(initializer).__name__ == name
    again = initializers.get(initializers.serialize(initializer))
    assert again.get_config() == initializer.get_config()
    snake = lamella.base.naming.snake_case(name)
    assert type(initializers.get(snake)) is type(initializer)


def test_a_shared_initializer_gives_layers_different_values_unless_it_is_seeded():
    free, fixed = initializers.HeNormal(), initializers.HeNormal(seed=1)
    for shared, same in ((free, False), (fixed, True)):
        first, second = (lamella.layers.Dense(3, kernel_initializer=shared) for _ in range(2))
        first.build((None, 3))
        second.build((None, 3))
        assert (first.get_weights()[0] == second.get_weights()[0]).all() == same


@pytest.mark.parametrize(
    "make",
    [
        lambda: initializers.VarianceScaling(0.0),
        lambda: initializers.VarianceScaling(mode="fan"),
        lambda: initializers.VarianceScaling(distribution="cauchy"),
        lambda: initializers.get("orthogonl"),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match=r"scale|mode|distribution|Unknown initializer"):
        make()


def test_what_is_no_initializer_is_refused():
    with pytest.raises(TypeError, match="initializer"):
        initializers.get(3)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 5), (1, 1)])
def test_orthogonal_matrices_keep_lengths(shape):
    values = initializers.Orthogonal(gain=2.0, seed=7)(shape, dtype="float64")
    assert values.shape == shape
    matrix = values.reshape(-1, shape[-1])
    products = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(products, 4 * np.eye(len(products)), atol=1e-12)
    np.testing.assert_array_equal(values, initializers.Orthogonal(gain=2.0, seed=7)(shape, dtype="float64"))


def test_orthogonal_matrices_are_spread_evenly():
    """Signs follow R's diagonal, so that no direction is preferred (Mezzadri, math-ph/0609050)."""
    entries = [initializers.Orthogonal(seed=seed)((3, 3), dtype="float64") for seed in range(400)]
    assert np.abs(np.mean(entries, axis=0)).max() < 0.1
    assert np.abs(np.mean(np.square(entries), axis=0) - 1 / 3).max() < 0.06


def test_identity_and_functions():
    assert initializers.get("identity")((2, 2)).tolist() == [[1, 0], [0, 1]]
    layer = lamella.layers.Dense(2, kernel_initializer=lambda shape, dtype: np.full(shape, 0.25, dtype))
    layer.build((None, 3))
    assert layer.kernel.numpy().tolist() == [[0.25, 0.25]] * 3
    with pytest.raises(ValueError, match=r"identity.*\(3,\)|matrix.*\(3,\)"):
        initializers.Identity()((3,))
    with pytest.raises(ValueError, match=r"two axes.*\(3,\)"):
        initializers.Orthogonal()((3,))
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(2,\)"):
        initializers.get(lambda shape, dtype: np.zeros(2))((3, 2))


def test_axes_of_inputs_and_outputs():
    assert compute_fans((4, 5, 6), [0, 1], [2]) == (20, 6)
    spread = initializers.HeNormal(seed=1, input_axes=[1], output_axes=[0])((300, 200)).var()
    assert spread == pytest.approx(2 / 200, rel=0.05)
    assert initializers.GlorotUniform(1, [0], [1]).get_config()["output_axes"] == [1]
