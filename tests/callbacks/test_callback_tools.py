"""The callbacks that change the learning rate, stop, and write: what they do epoch by epoch."""

import csv
import re
import sys

import numpy as np
import pytest

from lamella import Input, Sequential, layers, optimizers
from lamella.callbacks import (
    Callback,
    CSVLogger,
    History,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    TensorBoard,
    TerminateOnNaN,
)

X = np.random.default_rng(4).normal(size=(20, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)


def compiled(rate=0.5, metrics=None):
    model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(rate), "mse", metrics=metrics)
    return model


class Overwrite(Callback):
    """Overwrites the loss in the logs, for callbacks behind it."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["loss"] = self.values[epoch]


def rates(losses, **options):
    reduce = ReduceLROnPlateau(**{"monitor": "loss", "factor": 0.5, "min_delta": 0, **options})
    history = compiled(1.0).fit(
        X, Y, epochs=len(losses), verbose=0, callbacks=[Overwrite(losses), reduce], shuffle=False
    )
    return history.history["learning_rate"]


# By the rule that Keras documents: the rate of the epoch, before a reduction at its end.
@pytest.mark.parametrize(
    ("losses", "options", "expected"),
    [
        ([3, 2, 1, 0], {"patience": 1}, [1, 1, 1, 1]),
        ([3, 3, 3, 3], {"patience": 1}, [1, 1, 0.5, 0.25]),
        ([3, 3, 3, 3, 3], {"patience": 2}, [1, 1, 1, 0.5, 0.5]),
        ([3, 3, 3, 3, 3, 3], {"patience": 1, "cooldown": 2}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ([3, 3, 3, 3, 3], {"patience": 1, "min_lr": 0.4}, [1, 1, 0.5, 0.4, 0.4]),
        ([1, 2, 3, 3, 3], {"patience": 1, "mode": "max"}, [1, 1, 1, 1, 0.5]),
        ([3, 2.5, 2, 1.5], {"patience": 1, "min_delta": 1}, [1, 1, 0.5, 0.25]),
    ],
)
def test_reduce_lr_on_plateau(losses, options, expected):
    assert rates(losses, **options) == pytest.approx(expected)


def test_the_reduced_rate_is_what_training_uses():
    """With a factor of almost nothing the weights stop moving after the first reduction."""
    kernels = []

    class Keep(Callback):
        def on_epoch_end(self, epoch, logs=None):
            kernels.append(self.model.get_weights()[0])

    reduce = ReduceLROnPlateau("loss", factor=1e-30, patience=1)
    compiled(0.1).fit(X, Y, epochs=4, verbose=0, callbacks=[Overwrite([1, 1, 1, 1]), reduce, Keep()])
    assert (kernels[0] != kernels[1]).any()
    np.testing.assert_array_equal(kernels[1], kernels[3])


@pytest.mark.parametrize("factor", [0.0, 1.0, 2.0, -1])
def test_reduce_lr_on_plateau_refuses_factors_that_do_not_reduce(factor):
    with pytest.raises(ValueError, match="factor"):
        ReduceLROnPlateau(factor=factor)


def test_reduce_lr_on_plateau_says_what_it_does(capsys):
    rates([1, 1, 1], patience=1, verbose=1)
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.5." in capsys.readouterr().out


def test_reduce_lr_on_plateau_warns_of_a_value_that_is_not_there():
    with pytest.warns(UserWarning, match=r"ReduceLROnPlateau.*val_loss.*loss"):
        compiled().fit(X, Y, verbose=0, callbacks=[ReduceLROnPlateau()])


def test_learning_rate_scheduler_takes_both_kinds_of_function(capsys):
    model = compiled(0.5)
    schedule = LearningRateScheduler(lambda epoch: 0.1 * (epoch + 1), verbose=1)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[schedule])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.2])
    assert "Epoch 2: LearningRateScheduler setting learning rate to 0.2." in capsys.readouterr().out
    schedule = LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[schedule])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.05])


def test_learning_rate_scheduler_refuses_what_is_no_rate():
    with pytest.raises(ValueError, match="must return a float"):
        compiled().fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: "fast")])


def test_errors_inside_a_schedule_come_through():
    def schedule(epoch, rate):
        raise TypeError("from the schedule")

    with pytest.raises(TypeError, match="from the schedule"):
        compiled().fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(schedule)])


@pytest.mark.filterwarnings("ignore:The loss of step")
def test_terminate_on_nan_stops_at_the_batch(capsys):
    x = X.copy()
    x[11] = np.nan
    model = compiled()
    history = model.fit(x, Y, batch_size=5, epochs=3, shuffle=False, verbose=0, callbacks=[TerminateOnNaN()])
    assert model.optimizer.iterations == 3  # rows 10 to 14 are batch 2
    assert history.epoch == [0]
    assert "Batch 2" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="batch 2"):
        compiled().fit(
            x, Y, batch_size=5, shuffle=False, verbose=0, callbacks=[TerminateOnNaN(raise_error=True)]
        )


def read(path, separator=","):
    with open(path, newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_csv_logger_writes_what_the_history_holds(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("something older")
    history = compiled(0.01, ["mae"]).fit(
        X, Y, epochs=3, verbose=0, validation_split=0.5, callbacks=[CSVLogger(path, separator=";")]
    )
    header, *rows = read(path, ";")
    assert header == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert [int(row[0]) for row in rows] == [0, 1, 2]
    for column, name in enumerate(header[1:], 1):
        assert [float(row[column]) for row in rows] == history.history[name]


def test_csv_logger_appends_without_a_second_header(tmp_path):
    path, model = tmp_path / "log.csv", compiled(0.01)
    for _ in range(2):
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[CSVLogger(path, append=True)])
    rows = read(path)
    assert [row[0] for row in rows] == ["epoch", "0", "1", "0", "1"]


def test_csv_logger_leaves_room_for_validation_that_comes_later(tmp_path):
    path = tmp_path / "log.csv"
    compiled(0.01).fit(
        X, Y, epochs=2, verbose=0, validation_data=(X, Y), validation_freq=2, callbacks=[CSVLogger(path)]
    )
    header, first, second = read(path)
    assert header == ["epoch", "loss", "val_loss"]
    assert first[2] == "NA"
    assert float(second[2]) > 0


def events(folder):
    """What was written: (tag, step) to value, histograms to their number of values."""
    from tensorboardX.proto.event_pb2 import Event

    found = {}
    for path in folder.iterdir():
        data = path.read_bytes()
        while data:
            length = int.from_bytes(data[:8], "little")
            event = Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]
            for value in event.summary.value:
                is_scalar = value.WhichOneof("value") == "simple_value"
                found[value.tag, event.step] = value.simple_value if is_scalar else value.histo.num
    return found


def test_tensorboard_writes_curves_of_training_and_validation(tmp_path):
    pytest.importorskip("tensorboardX")
    board = TensorBoard(tmp_path, histogram_freq=2, write_steps_per_second=True)
    model = compiled(0.01)
    history = model.fit(X, Y, epochs=3, verbose=0, validation_split=0.5, callbacks=[board]).history
    train, validation = events(tmp_path / "train"), events(tmp_path / "validation")
    for epoch in range(3):
        assert train["epoch_loss", epoch] == pytest.approx(history["loss"][epoch])
        assert validation["epoch_loss", epoch] == pytest.approx(history["val_loss"][epoch])
        assert train["epoch_learning_rate", epoch] == pytest.approx(0.01)
        assert train["epoch_steps_per_second", epoch] > 0
    histograms = {key: count for key, count in train.items() if key[0].endswith("/histogram")}
    kernel = f"{model.weights[0].path}/histogram"
    assert {step for _, step in histograms} == {0, 2}
    assert histograms[kernel, 0] == 3
    assert ("batch_loss", 0) not in train


@pytest.mark.parametrize(("update_freq", "steps"), [("batch", [0, 1, 2, 3, 4, 5, 6, 7]), (3, [0, 3, 6])])
def test_tensorboard_writes_batches_when_asked(tmp_path, update_freq, steps):
    pytest.importorskip("tensorboardX")
    compiled(0.01).fit(
        X, Y, batch_size=5, epochs=2, verbose=0, callbacks=[TensorBoard(tmp_path, update_freq=update_freq)]
    )
    assert [step for tag, step in events(tmp_path / "train") if tag == "batch_loss"] == steps
    assert not (tmp_path / "validation").exists()


def test_tensorboard_names_its_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r"lamella\[tensorboard\]"):
        compiled().fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"embeddings_freq": 1}, r"no embeddings \(embeddings_freq\)"),
        ({"profile_batch": (2, 5)}, r"no profile \(profile_batch\)"),
        ({"profile_batch": "2,5"}, r"no profile \(profile_batch\)"),
        ({"write_images": True, "histogram_freq": 1}, r"no images of the weights \(write_images\)"),
        ({"profile_batch": 2, "embeddings_freq": 1}, r"no profile \(profile_batch\), no embeddings"),
    ],
)
def test_tensorboard_says_what_it_does_not_write(asked, missing):
    with pytest.warns(UserWarning, match=missing):
        TensorBoard(**asked)


def test_tensorboard_takes_what_asks_for_nothing():
    TensorBoard(histogram_freq=0, write_graph=True, write_images=True, profile_batch=0, embeddings_freq=0)


def test_tensorboard_refuses_other_values():
    with pytest.raises(ValueError, match="profile_batch"):
        TensorBoard(profile_batch=(5, 2))
    with pytest.raises(ValueError, match="update_freq"):
        TensorBoard(update_freq="step")


def test_progbar_logger_may_be_passed_and_is_not_doubled(capsys):
    compiled(0.01).fit(X, Y, epochs=2, verbose=2, callbacks=[ProgbarLogger()])
    out = capsys.readouterr().out
    assert out.count("Epoch 1/2") == 1
    assert out.count("loss:") == 2


def test_history_plots_a_panel_a_metric(tmp_path):
    pytest.importorskip("matplotlib")
    history = compiled(0.01, ["mae"]).fit(X, Y, epochs=3, verbose=0, validation_split=0.5)
    figure = history.plot()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "mae"]
    drawn = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert drawn == [history.history["loss"], history.history["val_loss"]]
    figure.savefig(tmp_path / "curves.png")
    with pytest.raises(ValueError, match="nothing to plot"):
        History().plot()


def test_plots_name_their_extra(monkeypatch):
    history = compiled(0.01).fit(X, Y, verbose=0)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"lamella\[plot\]"):
        history.plot()


@pytest.mark.parametrize(
    ("name", "options", "suffixes"),
    [
        ("model.ckpt", {}, r"\.safetensors, \.keras or \.h5"),
        ("model.keras", {"save_weights_only": True}, r"\.safetensors or \.weights\.h5"),
    ],
)
def test_checkpoints_refuse_names_that_no_file_is_saved_under(name, options, suffixes):
    with pytest.raises(ValueError, match=f"must end in {suffixes}. Received: '{name}'"):
        ModelCheckpoint(name, **options)


@pytest.mark.parametrize("pattern", ["{}", "{0}", "{loss:d}", "{loss.x}", "{loss[0]}", "{loss", "}"])
def test_patterns_that_cannot_be_filled_in_are_named(tmp_path, pattern):
    path = f"{tmp_path}/{pattern}.safetensors"
    with pytest.raises(ValueError, match=re.escape(f"'{path}' cannot be filled in with epoch, loss")):
        compiled().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(path)])


def test_a_number_of_steps_may_be_one_of_numpys(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{batch}.safetensors", save_freq=np.int64(2))
    compiled().fit(X, Y, batch_size=4, verbose=0, callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.safetensors", "4.safetensors"]
    with pytest.raises(ValueError, match=r"'save_freq' must be .*Received: True"):
        ModelCheckpoint(tmp_path / "a.safetensors", save_freq=True)
