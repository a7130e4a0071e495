"""Models, optimizers and metrics that are pickled and copied."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given

import drawn_models
import lamella
from lamella import layers


@given(drawn_models.trained_models())
def test_drawn_models_are_pickled_and_copied_to_the_bit(drawn):
    model, x, y = drawn
    copies = [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    for other in copies:
        drawn_models.assert_goes_on_alike(copy.deepcopy(model), other, x, y)


def test_joblib_takes_models(tmp_path):
    joblib = pytest.importorskip("joblib")
    model = drawn_models.small_model()
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    drawn_models.assert_goes_on_alike(model, loaded, np.ones((7, 3)), np.ones(7))


def test_a_copy_shares_nothing():
    model = drawn_models.small_model()
    other = copy.deepcopy(model)
    before = model.get_weights()
    other.fit(np.ones((4, 3)), np.zeros(4), verbose=0)
    for value, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)


def test_a_metric_in_use_is_copied_with_its_count():
    metric = lamella.metrics.BinaryAccuracy()
    metric.update_state([[1.0]], [[0.9]])
    other = copy.deepcopy(metric)
    for each in (metric, other):
        each.update_state([[1.0]], [[0.1]])
        assert each.result() == 0.5


def test_a_copy_made_while_training_can_be_trained():
    copies = []
    callbacks = lamella.callbacks
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: copies.append(copy.deepcopy(model)))
    model = drawn_models.small_model()
    model.fit(np.ones((4, 3)), np.ones(4), verbose=0, callbacks=[keep])
    copies[0].fit(np.ones((4, 3)), np.ones(4), verbose=0)


def test_a_copied_optimizer_brings_its_slots_along():
    model, other = drawn_models.small_model(), drawn_models.small_model()
    x, y = np.ones((4, 3)), np.ones(4)
    model.fit(x, y, verbose=0)
    other.set_weights(model.get_weights())
    other.compile(pickle.loads(pickle.dumps(model.optimizer)), "mse", metrics=["mae"])
    model.fit(x, y, verbose=0)
    other.fit(x, y, verbose=0)
    for value, again in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(value, again)
    elsewhere = lamella.Sequential([lamella.Input((3,)), layers.Dense(5)])
    elsewhere.compile(copy.deepcopy(model.optimizer), "mse")
    with pytest.warns(UserWarning, match="goes on without its slots"):
        elsewhere.fit(x, np.ones((4, 5)), verbose=0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copied_model_takes_no_slots_of_another_model(copied):
    """Two models compiled with one optimizer: what it has learnt of the first is nothing to the second."""
    x, y = np.ones((4, 3)), np.ones(4)
    optimizer = lamella.optimizers.Adam(0.1)
    first, second = drawn_models.small_model(), drawn_models.small_model()
    for model in (second, first):
        model.compile(optimizer, "mse")
    first.fit(x, y, epochs=3, verbose=0)
    other = copied(second)
    for model in (second, other):
        model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for value, now in zip(second.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)
