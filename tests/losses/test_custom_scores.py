"""Losses and metrics written in Python, weighted metrics and metrics of several numbers, inside `fit`."""

import numpy as np
import pytest

import lamella
from lamella import losses, metrics

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(50, 4)), RNG.normal(size=(50, 3))
WEIGHTS = RNG.random(50)


def squared(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(axis=-1), 2 * error / error.shape[-1]


class Error(metrics.Metric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        weights = np.ones(len(y_true)) if sample_weight is None else sample_weight
        self.total += (weights * np.abs(y_true - y_pred).mean(axis=-1)).sum()
        self.weight += weights.sum()

    def result(self):
        return self.total / self.weight

    def reset_state(self):
        self.total = self.weight = 0.0


def trained(loss, seed=0, **options):
    lamella.utils.set_random_seed(seed)
    model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
    model.compile("sgd", loss, **options)
    history = model.fit(X, Y, sample_weight=WEIGHTS, epochs=3, batch_size=16, verbose=0).history
    return model, history


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
def test_a_function_trains_like_the_native_loss(reduction):
    native, _ = trained(losses.MeanSquaredError(reduction=reduction))
    own, _ = trained(losses.FunctionLoss(squared, reduction=reduction))
    for a, b in zip(native.get_weights(), own.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda y, p: p.mean(), TypeError, "tuple"),
        (lambda y, p: (p.mean(), p), ValueError, "values of shape"),
        (lambda y, p: (p.mean(-1), p[:, :1]), ValueError, "gradient of shape"),
    ],
)
def test_wrong_returns_are_named(function, error, message):
    with pytest.raises(error, match=message):
        trained(function)


def test_weights_reach_weighted_metrics_only():
    model, history = trained(squared, metrics=["mae", Error()], weighted_metrics=["mae"])
    assert model.metrics_names == ["loss", "mae", "error", "weighted_mae"]
    assert history["mae"] == pytest.approx(history["error"], rel=1e-5)
    result = model.evaluate(X, Y, sample_weight=WEIGHTS, verbose=0, return_dict=True)
    rows = np.abs(Y - model.predict(X, verbose=0)).mean(axis=1)
    assert result["mae"] == pytest.approx(rows.mean(), rel=1e-5)
    assert result["weighted_mae"] == pytest.approx((rows * WEIGHTS).sum() / WEIGHTS.sum(), rel=1e-5)


def test_metrics_of_several_numbers_give_arrays():
    _, history = trained("mse", metrics=[metrics.R2Score(class_aggregation=None)])
    assert history["r2_score"][-1].shape == (3,)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads):
    before = lamella.config.num_threads()
    prediction, target = RNG.random((4000, 9)), RNG.integers(0, 2, (4000, 9)).astype(float)
    values = {}
    for count in (1, threads):
        lamella.config.set_num_threads(count)
        values[count] = [
            losses.get(name)(target, prediction) for name in ("huber", "kld", "hinge", "poisson")
        ]
    lamella.config.set_num_threads(before)
    assert values[1] == values[threads]
