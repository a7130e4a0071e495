"""Learning rates that follow the number of the step."""

import numpy as np
import pytest

import lamella
from lamella.optimizers import SGD, schedules


@pytest.mark.parametrize("t_mul", [1, 1.5, 2, 3, 10])
@pytest.mark.parametrize("first", [7, 1000])
def test_restarts_begin_at_the_first_step_of_their_period(t_mul, first):
    schedule = schedules.CosineDecayRestarts(0.5, first, t_mul=t_mul, m_mul=0.5)
    beginning, length = 0.0, float(first)
    for period in range(12):
        if beginning.is_integer():
            assert schedule(int(beginning)) == 0.5 * 0.5**period
            assert period == 0 or schedule(int(beginning) - 1) < schedule(int(beginning))
        beginning, length = beginning + length, length * t_mul


def test_restarts_within_a_period():
    schedule = schedules.CosineDecayRestarts(1.0, 10, t_mul=3.0)
    assert schedule(10 + 15) == pytest.approx(0.5)  # the middle of the second period of 30 steps
    assert schedule(40 + 30) == pytest.approx(0.5 + 0.5 * np.cos(np.pi / 3))


@pytest.mark.parametrize("step", [2**24 + 1, 2**53 + 1, 10**17 + 1])
def test_steps_beyond_what_floats_count(step):
    assert schedules.CosineDecayRestarts(1.0, 2, t_mul=1)(step) == pytest.approx(0.5)
    assert schedules.PiecewiseConstantDecay([step - 1], [1.0, 0.5])(step) == 0.5
    assert schedules.PiecewiseConstantDecay([step], [1.0, 0.5])(step) == 1.0
    assert schedules.InverseTimeDecay(1.0, step, 1.0, staircase=True)(step - 1) == 1.0
    assert schedules.ExponentialDecay(1.0, step, 0.5, staircase=True)(step) == 0.5
    assert schedules.CosineDecay(1.0, 10)(step) == 0.0
    cycled = schedules.PolynomialDecay(1.0, 2, end_learning_rate=0.0, cycle=True)
    assert cycled(step) == pytest.approx(1 / (step + 1))


def test_staircase_and_cycle_against_keras():
    stairs = schedules.ExponentialDecay(0.5, 3, 0.5, staircase=True)
    assert [stairs(step) for step in (0, 2, 3, 5, 6)] == [0.5, 0.5, 0.25, 0.25, 0.125]
    cycle = schedules.PolynomialDecay(1.0, 4, end_learning_rate=0.2, cycle=True)
    assert [round(cycle(step), 6) for step in (0, 4, 5, 8, 9)] == [1.0, 0.2, 0.5, 0.2, 0.4]


def test_what_grows_without_bound_is_infinite_and_refused_in_training():
    schedule = schedules.ExponentialDecay(1.0, 1, 10.0)
    assert schedule(10**6) == float("inf")
    assert schedules.CosineDecayRestarts(1.0, 1, t_mul=1, m_mul=1e9)(10**6) == float("inf")


@pytest.mark.parametrize("decay_steps", [0, -1, float("nan"), "10", None])
@pytest.mark.parametrize(
    "make",
    [
        lambda steps: schedules.CosineDecay(0.1, steps),
        lambda steps: schedules.CosineDecayRestarts(0.1, steps),
        lambda steps: schedules.ExponentialDecay(0.1, steps, 0.5),
        lambda steps: schedules.InverseTimeDecay(0.1, steps, 0.5),
        lambda steps: schedules.PolynomialDecay(0.1, steps),
    ],
)
def test_the_length_of_a_decay(make, decay_steps):
    with pytest.raises(ValueError, match=r"decay_steps' must be a number above 0"):
        make(decay_steps)


@pytest.mark.parametrize(
    ("boundaries", "values", "named"),
    [
        ([20, 10], [0.1, 0.2, 0.3], "'boundaries' must be steps that increase"),
        ([10], [0.1], "'values' must have one element more"),
        ([10], [0.1, -0.2], "'values' must be"),
        (10, [0.1, 0.2], "'boundaries' must be a list"),
    ],
)
def test_boundaries_and_values(boundaries, values, named):
    with pytest.raises(ValueError, match=named):
        schedules.PiecewiseConstantDecay(boundaries, values)


def trained(rate):
    model = lamella.Sequential([lamella.Input((1,)), lamella.layers.Dense(1)])
    model.compile(SGD(rate), "mse")
    model.fit(np.ones((4, 1)), np.zeros(4), batch_size=1, verbose=0)


class Broken(schedules.LearningRateSchedule):
    def __init__(self, given):
        self.given = given

    def __call__(self, step):
        return 0.1 if step < 2 else self.given


@pytest.mark.parametrize("given", [None, "fast", float("nan"), float("inf"), -0.1, [0.1, 0.2]])
def test_a_schedule_that_gives_no_rate_is_named(given):
    with pytest.raises(ValueError, match=r"learning_rate .*For step 2 Broken gave"):
        trained(Broken(given))
    with pytest.raises(ValueError, match=r"learning_rate .*For step 0 FunctionRate gave"):
        trained(lambda: given)


def test_functions_take_no_arguments():
    with pytest.raises(ValueError, match=r"'learning_rate' must be .*a function without arguments"):
        SGD(lambda step: 0.1)


def test_an_array_of_steps_has_the_rates_of_each():
    schedule = schedules.CosineDecay(0.5, 10, warmup_target=1.0, warmup_steps=3)
    assert schedule(np.arange(6).reshape(2, 3)).tolist() == [
        [float(schedule(step)) for step in row] for row in ((0, 1, 2), (3, 4, 5))
    ]
    assert schedule(np.int64(4)) == schedule(np.array(4.0)) == schedule(4)
