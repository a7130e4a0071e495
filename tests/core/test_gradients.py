"""Every op case against central differences in float64, for inputs and parameters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from op_cases import CASES, Built, OpCase, build

STEP = 2**-13  # batch statistics of two rows bend sharply: at 2**-11 the stencil itself is off by 3e-7
SMALL_STEP = 2**-19  # for random values, which may lie so near a kink that differences reach across it
ABSOLUTE = 1e-10  # where the true gradient is zero: rounding of the loss over STEP


def training_loss(trainer, feed) -> float:
    """The loss `fit` reports for the first step; a learning rate of 0 leaves the parameters alone."""
    trainer.iterations = 0
    trainer.reset_metrics()
    trainer.start(feed, feed.rows)
    trainer.run(0.0)
    return trainer.results()[0]


def directions(size: int, rng: np.random.Generator) -> np.ndarray:
    """All axes of a small space; random ones of a large space, where a wrong element shows in nearly all."""
    if size <= 128:
        return np.eye(size)
    return rng.standard_normal((48, size)) / np.sqrt(size)


def numeric_derivatives(trainer, feed, variable, along: np.ndarray, step: float) -> np.ndarray:
    """Directional derivatives by central differences of fourth order."""
    value = variable.numpy().copy()

    def difference(distance, direction):
        losses = []
        for at in (distance, -distance):
            variable.assign(value + at * direction.reshape(value.shape))
            losses.append(training_loss(trainer, feed))
        return losses[0] - losses[1]

    result = [(8 * difference(step, d) - difference(2 * step, d)) / (12 * step) for d in along]
    variable.assign(value)
    return np.array(result)


def check_gradients(built: Built, case: OpCase, rng: np.random.Generator) -> None:
    trainer, feed = built.trainer(), built.feed
    trainer.iterations = 0
    gradients = {variable.name: gradient for variable, gradient in trainer.gradients(feed)}
    assert set(gradients) == {v.name for v in [built.input, *built.trained]}
    for variable in [built.input, *built.trained]:
        along = directions(variable.size, rng)
        exact = along @ gradients[variable.name].ravel()
        for step in (STEP, SMALL_STEP):
            numeric = numeric_derivatives(trainer, feed, variable, along, step)
            error = np.linalg.norm(exact - numeric)
            if error < case.gradient_tolerance * np.linalg.norm(numeric) + ABSOLUTE:
                break
        else:
            pytest.fail(f"the gradient of {variable.name} is off by {error:.1e}")


def shapes(case: OpCase):
    """Rows and the shape of one: 1, odd, and larger than a register tile or a vector."""
    last = st.sampled_from([1, 2, 3, 7, 17, 33])
    inner = st.sampled_from([1, 3, 5])
    row = st.sampled_from(case.ranks).flatmap(lambda rank: st.tuples(*[inner] * (rank - 1), last))
    return st.tuples(st.sampled_from([1, 2, 5, 19]), row)


@pytest.mark.parametrize("case", CASES, ids=str)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_gradients_match_central_differences(case, data, seed):
    rows, shape = data.draw(shapes(case))
    check_gradients(build(case, rows, shape, "float64", seed), case, np.random.default_rng(seed))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradients_of_many_tiles(case):
    """Several register tiles and several chunks of work in each direction."""
    check_gradients(
        build(case, 67, (*[2] * (case.ranks[0] - 1), 131), "float64"), case, np.random.default_rng(0)
    )


def test_a_wrong_gradient_is_noticed():
    """One element off by one part in a million of the norm fails both kinds of direction."""
    for size in (100, 1000):
        along = directions(size, np.random.default_rng(0))
        gradient = np.ones(size)
        wrong = gradient.copy()
        wrong[size // 2] += 1e-6 * np.linalg.norm(gradient)
        assert np.linalg.norm(along @ (wrong - gradient)) > 1e-7 * np.linalg.norm(along @ gradient)
