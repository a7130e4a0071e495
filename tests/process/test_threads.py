"""One model in several threads and callbacks at once: every call gets its own numbers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import lamella
from lamella import callbacks, layers, metrics

RNG = np.random.default_rng(0)
PARTS = [(RNG.normal(size=(n, 4)).astype("float32"), RNG.integers(0, 3, n)) for n in (40, 70, 33, 8)]
X, Y = PARTS[0]


class Largest(metrics.Metric):
    """The largest output: a state of its own, in Python."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest = max(self.largest, float(y_pred.max()))

    def result(self):
        return self.largest

    def reset_state(self):
        self.largest = 0.0


def network(seed=0):
    lamella.utils.set_random_seed(seed)
    model = lamella.Sequential(
        [layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", Largest()])
    return model


@pytest.mark.parametrize("call", ["evaluate", "test_on_batch"])
def test_evaluations_at_once_give_their_own_numbers(call):
    model, options = network(), {"batch_size": 4, "verbose": 0} if call == "evaluate" else {}
    right = [getattr(network(), call)(x, y, **options) for x, y in PARTS]
    assert len({tuple(scores) for scores in right}) == len(PARTS)
    start = threading.Barrier(len(PARTS))

    def work(part):
        start.wait()
        return [getattr(model, call)(*part, **options) for _ in range(20)]

    with ThreadPoolExecutor(len(PARTS)) as pool:
        for found, scores in zip(pool.map(work, PARTS), right, strict=True):
            assert found == [scores] * 20


def test_training_and_evaluating_at_once():
    plain = network()
    plain.fit(X, Y, epochs=20, batch_size=4, verbose=0)
    model, ended = network(), threading.Event()

    def watch():
        while not ended.is_set():
            scores = model.evaluate(*PARTS[1], verbose=0)
            assert np.isfinite(scores).all()
            assert 0.0 < scores[2] <= 1.0

    with ThreadPoolExecutor(2) as pool:
        watching = pool.submit(watch)
        model.fit(X, Y, epochs=20, batch_size=4, verbose=0)
        ended.set()
        watching.result()
    for one, other in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


class Evaluating(callbacks.Callback):
    """Evaluates other data in one hook."""

    def __init__(self, hook):
        super().__init__()
        setattr(self, hook, self._evaluate)
        self.scores = []

    def _evaluate(self, *arguments):
        self.scores.append(self.model.evaluate(*PARTS[2], verbose=0))


HOOKS = ("train_batch_end", "epoch_begin", "epoch_end", "test_begin", "test_batch_end", "test_end")


@pytest.mark.parametrize("hook", [f"on_{event}" for event in HOOKS])
def test_callbacks_that_evaluate_change_nothing(hook):
    options = {"epochs": 2, "batch_size": 8, "validation_data": PARTS[1], "verbose": 0}
    right = network().fit(X, Y, **options).history
    model, evaluating = network(), Evaluating(hook)
    assert model.fit(X, Y, callbacks=[evaluating], **options).history == right
    score = model.evaluate(*PARTS[2], verbose=0)
    if hook == "on_epoch_end":
        assert evaluating.scores[-1] == score
    again = model.evaluate(*PARTS[1], batch_size=8, verbose=0, callbacks=[Evaluating("on_test_batch_end")])
    assert again == model.evaluate(*PARTS[1], batch_size=8, verbose=0)


def test_streams_of_several_threads():
    model = network()
    right = [model.evaluate(x, y, batch_size=5, verbose=0) for x, y in PARTS]

    def stream(x, y):
        for start in range(0, len(x), 5):
            yield x[start : start + 5], y[start : start + 5]

    with ThreadPoolExecutor(len(PARTS)) as pool:
        found = list(pool.map(lambda part: model.evaluate(stream(*part), verbose=0), PARTS))
    np.testing.assert_allclose(found, right, rtol=1e-6)
