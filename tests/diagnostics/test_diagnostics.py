"""What the diagnostics find out is so, and finding it out leaves no trace."""

import numpy as np
import pytest
from sklearn.datasets import make_friedman3

import lamella
from lamella import Input, Sequential, layers, optimizers, regularizers
from lamella.diagnostics import gradient_check, learning_rate_finder

RNG = np.random.default_rng(4)
X = RNG.normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


def network(depth=3, activation="tanh", initializer="glorot_uniform", units=16, rate=0.01):
    lamella.utils.set_random_seed(1)
    hidden = [
        layers.Dense(units, activation, kernel_initializer=initializer, name=f"hidden_{i}")
        for i in range(depth)
    ]
    model = Sequential([Input((6,)), *hidden, layers.Dense(1, name="out")])
    model.compile(optimizers.SGD(rate), "mse")
    return model


def test_learning_rate_finder_gives_everything_back():
    model = network()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    twin = network()
    twin.compile("adam", "mse")
    twin.fit(X, Y, verbose=0)
    before, iterations = model.get_weights(), model.optimizer.iterations
    learning_rate_finder(model, X, Y, batch_size=8)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert model.optimizer.iterations == iterations
    assert model.optimizer.learning_rate == 0.001
    for each in (model, twin):
        each.fit(X, Y, shuffle=False, verbose=0)
    for found, plain in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(found, plain)


def test_learning_rate_finder_finds_the_edge_of_divergence():
    """Mean squared error of a linear model: gradient descent diverges beyond 2 / largest curvature."""
    x = RNG.normal(size=(512, 4))
    model = Sequential([Input((4,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    edge = 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1]
    curve = learning_rate_finder(model, x, x.sum(1), batch_size=512, steps=200, min_lr=1e-5)
    assert edge / 100 < curve.suggestion < edge
    assert curve.rates[-1] > edge
    assert curve.rates.shape == curve.losses.shape
    assert curve.rates[-1] < 10  # it stopped where the loss exploded
    assert repr(curve) == (
        f"LearningRateCurve(suggestion {curve.suggestion:.2g}, steepest {curve.steepest:.2g}, "
        f"{len(curve.rates)} rates from {curve.rates[0]:.2g} to {curve.rates[-1]:.2g})"
    )
    training = Sequential([Input((4,)), layers.Dense(1, use_bias=False)])
    training.compile(optimizers.SGD(curve.suggestion), "mse")
    losses = training.fit(x, x.sum(1), batch_size=512, epochs=200, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 100


def test_learning_rate_finder_tries_rates_below_the_edge():
    """Each trial begins at the weights of now, and nothing is left of it."""
    model = network()
    curve = learning_rate_finder(model, X, Y, batch_size=8, trial_steps=30)
    edge = curve.rates[curve.losses.argmin()]
    np.testing.assert_allclose(list(curve.trials), edge * 0.5 ** np.arange(6))
    assert curve.suggestion == min(curve.trials, key=curve.trials.get)
    again = learning_rate_finder(model, X, Y, batch_size=8, trial_steps=30)
    assert again.trials == curve.trials


def test_learning_rate_finder_without_trials_takes_the_smaller_of_two_rules():
    curve = learning_rate_finder(network(), X, Y, batch_size=8, trial_steps=0)
    assert curve.trials == {}
    edge = curve.rates[curve.losses.argmin()]
    falling = np.gradient(curve.losses[10 : curve.losses.argmin() + 1])
    assert curve.steepest == curve.rates[10:][falling.argmin()]
    assert curve.suggestion == min(edge / 10, curve.steepest)


def test_learning_rate_finder_is_not_misled_by_an_easy_first_batch():
    """The loss of the first batch is half the mean here, and the smallest of all for most of the test."""
    x, y = make_friedman3(600, random_state=2)
    order = np.random.default_rng(0).permutation(600)
    x, y = ((part - part.mean(0)) / part.std(0) for part in (x[order], y[order]))
    lamella.utils.set_random_seed(0)
    hidden = [layers.Dense(32, "relu") for _ in range(2)]
    model = Sequential([Input((4,)), *hidden, layers.Dense(1)])
    model.compile("sgd", "mse")
    curve = learning_rate_finder(model, x, y)
    assert curve.losses[0] < curve.losses[20:40].min()
    assert curve.suggestion > 1e-3


def test_learning_rate_finder_refuses_and_restores_after_errors():
    model = network()
    with pytest.raises(ValueError, match="max_lr"):
        learning_rate_finder(model, X, Y, min_lr=1.0, max_lr=0.1)
    with pytest.raises(ValueError, match="trial_steps"):
        learning_rate_finder(model, X, Y, trial_steps=-1)
    with pytest.raises(ValueError, match="not finite"):
        learning_rate_finder(model, X * np.nan, Y)
    assert np.isfinite(model.get_weights()[0]).all()


def test_learning_rate_curve_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    curve = learning_rate_finder(network(), X, Y)
    figure = curve.plot()
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xdata(), curve.rates)
    assert set(curve.trials) <= {x for line in figure.axes[0].lines for x in line.get_xdata()}
    learning_rate_finder(network(), X, Y, trial_steps=0).plot(figure.axes[0])
    figure.savefig(tmp_path / "rates.png")


def rich_model():
    model = Sequential(
        [
            Input((6,)),
            layers.Dense(9, "relu", kernel_regularizer=regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            Sequential([layers.Dense(5, "sigmoid")]),
            layers.Dense(3),
        ]
    )
    model.compile("adam", lamella.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def test_gradient_check_passes_on_right_gradients():
    model = rich_model()
    before = model.get_weights()
    report = gradient_check(model, X, np.arange(40) % 3)
    assert report.passed, str(report)
    assert len(report) == 8
    assert {check.path for check in report} == {v.path for v in model.trainable_weights}
    assert max(check.error for check in report) < 1e-8
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_gradient_check_notices_a_wrong_gradient(monkeypatch):
    from lamella.diagnostics.probe import Probe

    right = Probe.gradients

    def wrong(self, step=0):
        found = right(self, step)
        return [
            (variable, gradient * (1.001 if i == 2 else 1)) for i, (variable, gradient) in enumerate(found)
        ]

    monkeypatch.setattr(Probe, "gradients", wrong)
    report = gradient_check(network(), X, Y)
    assert [check.passed for check in report] == [True, True, False, *[True] * 5]
    assert report[2].relative_error == pytest.approx(5e-4, rel=0.01)
    assert "WRONG" in str(report)
    assert not report.passed


def test_gradient_check_looks_at_some_elements_of_large_variables():
    report = gradient_check(network(depth=1), X, Y, samples=10)
    assert [check.checked for check in report] == [10, 10, 10, 1]


def test_gradient_check_leaves_frozen_layers_out():
    model = network(depth=2)
    model.layers[0].trainable = False
    assert len(gradient_check(model, X, Y)) == 4
    model.trainable = False
    with pytest.raises(ValueError, match="no trainable variables"):
        gradient_check(model, X, Y)


def test_gradient_check_builds_a_model_without_input():
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    assert gradient_check(model, X, Y).passed
