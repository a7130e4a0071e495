"""Random arrays: their distributions, and what a seed gives."""

import numpy as np
import pytest

import lamella
from lamella import random

N = 20_000
DRAWS = {  # function of a seed, mean and deviation of what it draws
    "normal": (lambda seed: random.normal((N,), 1.0, 2.0, seed=seed), 1.0, 2.0),
    "truncated_normal": (lambda seed: random.truncated_normal((N,), 1.0, 2.0, seed=seed), 1.0, 2 * 0.8796),
    "uniform": (lambda seed: random.uniform((N,), 2.0, 4.0, seed=seed), 3.0, 2 / 12**0.5),
    "randint": (lambda seed: random.randint((N,), 0, 10, seed=seed), 4.5, (99 / 12) ** 0.5),
    "categorical": (lambda seed: random.categorical(np.log([[0.25, 0.75]]), N, seed=seed)[0], 0.75, 0.4330),
    "dropout": (lambda seed: random.dropout(np.ones(N), 0.2, seed=seed), 1.0, 0.5),
    "gamma": (lambda seed: random.gamma((N,), 4.0, seed=seed), 4.0, 2.0),
    "binomial": (lambda seed: random.binomial((N,), 4, 0.5, seed=seed), 2.0, 1.0),
    "beta": (lambda seed: random.beta((N,), 1.0, 1.0, seed=seed), 0.5, 12**-0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_distributions(name):
    draw, mean, deviation = DRAWS[name]
    values = draw(7)
    assert values.mean() == pytest.approx(mean, abs=5 * deviation / N**0.5)
    assert values.std() == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name):
    draw = DRAWS[name][0]
    np.testing.assert_array_equal(draw(3), draw(3))
    seeds = random.SeedGenerator(3)
    first, second = draw(seeds), draw(seeds)
    assert (first != second).any()
    np.testing.assert_array_equal(draw(random.SeedGenerator(3)), first)
    lamella.utils.set_random_seed(5)
    first, second = draw(None), draw(None)
    lamella.utils.set_random_seed(5)
    np.testing.assert_array_equal(draw(None), first)
    assert (first != second).any()


def test_types():
    assert random.normal((1,)).dtype == "float32"
    assert random.normal((1,), dtype="float64").dtype == "float64"
    assert random.randint((1,), 0, 2).dtype == "int32"
    assert random.uniform((1,), 0, 2, dtype="int64").dtype == "int64"
    assert random.dropout([1, 2], 0.5).dtype == "float32"


def test_shuffle_moves_rows_as_wholes():
    x = np.arange(20).reshape(10, 2)
    shuffled = random.shuffle(x, seed=1)
    assert (shuffled != x).any()
    np.testing.assert_array_equal(shuffled[np.argsort(shuffled[:, 0])], x)
    columns = random.shuffle(np.arange(10).reshape(1, 10), axis=1, seed=1)
    assert sorted(columns[0].tolist()) == list(range(10))


def test_dropout_with_a_noise_shape_drops_whole_rows():
    rows = random.dropout(np.ones((50, 4)), 0.5, noise_shape=(None, 1), seed=0)
    assert set(rows.sum(axis=1).tolist()) == {0.0, 8.0}


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: random.normal((1,), seed=-1), "seed"),
        (lambda: random.normal((1,), seed="a"), "seed"),
        (lambda: random.normal((1,), dtype="int32"), "dtype"),
        (lambda: random.categorical([1.0], 2), "logits"),
        (lambda: random.categorical([[1.0]], 2.5), "num_samples"),
        (lambda: random.dropout([1.0], 1.0), "rate"),
        (lambda: random.SeedGenerator("a"), "seed"),
    ],
)
def test_what_makes_no_sense_is_refused(call, named):
    with pytest.raises(ValueError, match=named):
        call()
