"""Callbacks that watch a value: NaN, arrays, values that are not there, and what they tell."""

import warnings

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers, metrics, optimizers
from lamella.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)

X = np.random.default_rng(4).normal(size=(20, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)
NAN = float("nan")


def compiled(metric_list=None, optimizer=None):
    model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer or optimizers.SGD(0.01), "mse", metrics=metric_list)
    return model


class Score(Callback):
    """Puts given values into the logs, and an epoch's number into the weights."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = self.values[epoch]
        self.model.set_weights([np.full((3, 1), epoch), np.zeros(1)])


def trained(values, callback, **options):
    model = compiled()
    history = model.fit(X, Y, epochs=len(values), verbose=0, callbacks=[Score(values), callback], **options)
    return model, history


@pytest.mark.parametrize(
    ("values", "mode", "best"),
    [([NAN, 3, 1, NAN, 2], "min", 2), ([NAN, 3, 5, NAN, 2], "max", 2), ([3, NAN, NAN, NAN, NAN], "min", 0)],
)
def test_nan_is_never_the_best(values, mode, best, tmp_path):
    stop = EarlyStopping("score", patience=10, mode=mode, restore_best_weights=True)
    model, _ = trained(values, stop)
    assert stop.best == values[best]
    assert stop.best_epoch == best
    np.testing.assert_array_equal(model.get_weights()[0], np.full((3, 1), best))
    save = ModelCheckpoint(tmp_path / "{epoch}.safetensors", "score", save_best_only=True, mode=mode)
    trained(values, save)
    assert not (tmp_path / "4.safetensors").exists()
    assert (tmp_path / f"{best + 1}.safetensors").exists()
    assert save.best == values[best]


def test_epochs_of_nan_count_as_epochs_without_improvement():
    _, history = trained([NAN] * 5, EarlyStopping("score", patience=3, mode="min"))
    assert len(history.epoch) == 3
    _, history = trained([1, NAN, NAN, NAN, NAN], ReduceLROnPlateau("score", 0.5, patience=2, mode="min"))
    assert history.history["learning_rate"] == [0.01, 0.01, 0.01, 0.005, 0.005]


@pytest.mark.parametrize("make", [EarlyStopping, ReduceLROnPlateau])
def test_nothing_is_restored_where_nothing_was_a_number(make):
    stop = EarlyStopping("score", patience=10, mode="min", restore_best_weights=True)
    model, _ = trained([NAN, NAN], stop)
    assert stop.best is None
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 1)))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: EarlyStopping("score", mode="max"),
        lambda folder: ReduceLROnPlateau("score", mode="max"),
        lambda folder: ModelCheckpoint(folder / "m.keras", "score", save_best_only=True, mode="max"),
    ],
)
@pytest.mark.parametrize("value", [np.array([0.25, 0.5]), "good", [0.5, 0.75]])
def test_what_is_not_one_number_is_no_score(make, value, tmp_path):
    with pytest.raises(ValueError, match="'score' must be one number to be compared"):
        trained([value], make(tmp_path))


@pytest.mark.parametrize("make", [EarlyStopping, ReduceLROnPlateau])
def test_a_value_that_is_not_there_is_named_once_with_the_nearest(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = compiled(["mae"])
        model.fit(X, Y, epochs=3, verbose=0, validation_split=0.5, callbacks=[make("val_mea", mode="min")])
    (warning,) = caught
    assert "'val_mea', which is not there. Did you mean 'val_mae'? Available: loss, mae" in str(
        warning.message
    )


def test_checkpoints_are_saved_although_the_value_is_not_there(tmp_path):
    save = ModelCheckpoint(tmp_path / "{epoch}.safetensors", "absent", save_best_only=True, mode="min")
    with pytest.warns(UserWarning, match="'absent', which is not there"):
        compiled().fit(X, Y, epochs=2, verbose=0, callbacks=[save])
    assert len(list(tmp_path.iterdir())) == 2


def test_checkpoints_tell_what_improved(tmp_path, capsys):
    path = tmp_path / "m.safetensors"
    trained([3.0, 4.0, 1.5], ModelCheckpoint(path, "score", verbose=1, save_best_only=True, mode="min"))
    assert capsys.readouterr().out.split("\n\n") == [
        f"\nEpoch 1: score improved from None to 3.00000, saving model to {path}",
        "Epoch 2: score did not improve from 3.00000",
        f"Epoch 3: score improved from 3.00000 to 1.50000, saving model to {path}\n",
    ]
    save = ModelCheckpoint(
        path, "score", verbose=1, save_best_only=True, mode="max", initial_value_threshold=3.5
    )
    trained([3.0, 4.0], save)
    assert capsys.readouterr().out.split("\n\n") == [
        "\nEpoch 1: score did not improve from 3.50000",
        f"Epoch 2: score improved from 3.50000 to 4.00000, saving model to {path}\n",
    ]


def test_auto_tells_the_direction_of_metrics_that_have_one():
    class Own(metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return 1.0

        def reset_state(self):
            pass

    with pytest.raises(ValueError, match="whether more of 'val_own' is better: pass mode='min'"):
        compiled([Own(name="own")]).fit(X, Y, verbose=0, callbacks=[EarlyStopping("val_own")])
    with pytest.raises(ValueError, match="Did you mean 'mae'"):
        compiled(["mae"]).fit(X, Y, verbose=0, callbacks=[EarlyStopping("mea")])
    Own.direction = "up"
    compiled([Own(name="own")]).fit(X, Y, verbose=0, callbacks=[EarlyStopping("own")])


@pytest.mark.parametrize("make", [ReduceLROnPlateau, lambda: LearningRateScheduler(lambda epoch: 0.1)])
def test_rates_that_follow_a_schedule_cannot_be_set(make):
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model = compiled(optimizer=optimizers.SGD(schedule))
    before = model.get_weights()
    with pytest.raises(ValueError, match="sets the learning rate, but that of SGD follows a schedule"):
        model.fit(X, Y, verbose=0, callbacks=[make()])
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize(
    ("options", "rates"),
    [
        # Worked out by Keras 3.15.1 for a score that never improves after the first epoch.
        ({"patience": 1}, [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
        ({"patience": 2}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "cooldown": 2}, [1, 0.5, 0.5, 0.25, 0.25, 0.125]),
        ({"patience": 2, "cooldown": 1}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "min_lr": 0.2}, [1, 0.5, 0.25, 0.2, 0.2, 0.2]),
        ({"patience": 0}, [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
    ],
)
def test_plateaus_step_by_step(options, rates):
    model = compiled(optimizer=optimizers.SGD(1.0))
    after = []
    note = lamella.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: after.append(float(model.optimizer.learning_rate))
    )
    plateau = ReduceLROnPlateau("score", factor=0.5, mode="min", **options)
    model.fit(X, Y, epochs=6, verbose=0, callbacks=[Score([1.0] * 6), plateau, note])
    assert after == rates


CONTINUED = {
    "a metric more": (
        {"mae": 1, "loss": 2},
        {"loss": 3, "cosine": 4, "mae": 5},
        ["5", "3"],
        "no column for cosine",
    ),
    "a metric less": ({"mae": 1, "loss": 2}, {"loss": 3}, ["NA", "3"], None),
    "another order": ({"loss": 2, "mae": 1}, {"mae": 5, "loss": 3}, ["3", "5"], None),
}


@pytest.mark.parametrize(("first", "second", "cells", "warning"), CONTINUED.values(), ids=CONTINUED)
def test_a_log_that_is_continued_keeps_its_columns(first, second, cells, warning, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(f"epoch,{','.join(first)}\n0,{','.join(map(str, first.values()))}\n")
    logger = CSVLogger(path, append=True)
    logger.on_train_begin()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        logger.on_epoch_end(1, second)
        logger.on_epoch_end(2, second)
    assert [warning in str(w.message) for w in caught] == ([True] if warning else [])
    assert path.read_text().splitlines()[2:] == [f"{epoch},{','.join(cells)}" for epoch in (1, 2)]


def test_a_file_that_is_no_log_is_not_continued(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("name;value\na;1\n")
    with pytest.raises(ValueError, match=r"'.*log\.csv' is no log that could be continued"):
        compiled().fit(X, Y, verbose=0, callbacks=[CSVLogger(path, append=True)])
    assert path.read_text() == "name;value\na;1\n"


def test_arrays_are_written_as_lists(tmp_path):
    path = tmp_path / "log.csv"
    logger = CSVLogger(path, separator=";")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"f1": np.array([0.25, 0.5])})
    assert path.read_text() == "epoch;f1;val_f1\n0;[0.25, 0.5];NA\n"
