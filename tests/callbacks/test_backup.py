"""Training that is interrupted and started again ends with the same bits."""

import os
import pathlib
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import interrupted_training
import lamella
from lamella import layers

KILLED_RUNS = int(os.environ.get("LAMELLA_KILLED_RUNS", "20"))
KINDS = ["arrays", "arrays, steps", "dataset", "generator"]
SCRIPT = pathlib.Path(interrupted_training.__file__)


class Interrupt(lamella.callbacks.Callback):
    """Raises at a step or at the end of an epoch, counted from the beginning."""

    state_names = ("count",)

    def __init__(self, hook, at):
        super().__init__()
        self.at = at
        self.count = 0
        setattr(self, hook, self.raise_when_due)

    def raise_when_due(self, index, logs=None):
        self.count += 1
        if self.count == self.at:
            raise InterruptedError


@pytest.mark.parametrize("save_freq", ["epoch", 3])
@pytest.mark.parametrize("kind", KINDS)
def test_a_training_interrupted_anywhere_goes_on_to_the_bit(tmp_path, kind, save_freq):
    """By an exception in a callback, at steps and epochs all over the training; each time in a new model."""
    places = [
        *(("on_train_batch_end", at) for at in range(1, 30, 5)),
        ("on_epoch_end", 2),
        ("on_epoch_end", interrupted_training.EPOCHS),
    ]
    folder = tmp_path / "whole"
    folder.mkdir()
    expected = interrupted_training.train(folder, kind, save_freq, [Interrupt("on_epoch_end", None)])
    for number, (hook, at) in enumerate(places):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(InterruptedError):
            interrupted_training.train(folder, kind, save_freq, [Interrupt(hook, at)])
        result = interrupted_training.train(folder, kind, save_freq, [Interrupt(hook, None)])
        assert result == expected, (hook, at)
        assert list((folder / "backup").iterdir()) == []


def start(folder, kind, save_freq, seconds=None):
    """Run the script, killed after so many seconds; returns whether it was."""
    arguments = [sys.executable, SCRIPT, folder, kind, str(save_freq)]
    with subprocess.Popen(arguments) as process:
        try:
            assert process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def test_a_training_killed_at_any_moment_goes_on_to_the_bit(tmp_path):
    """SIGKILL at random moments, also while a file is written, again and again until the training ends."""
    moments = random.Random(0)
    killed = 0
    for kind in KINDS:
        whole = tmp_path / kind
        begin = time.monotonic()
        start(whole, kind, "epoch")
        seconds = time.monotonic() - begin
        for number in range(-(-KILLED_RUNS // len(KINDS))):
            folder = tmp_path / f"{kind} {number}"
            while start(folder, kind, moments.choice(["epoch", 2, 5]), moments.uniform(0, 1.3 * seconds)):
                killed += 1
            assert (folder / "result").read_text() == (whole / "result").read_text()
            assert list((folder / "backup").iterdir()) == []
    assert killed > KILLED_RUNS / 2


def small_fit(folder, units=2, callbacks=(), **options):
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(units, name="dense")])
    model.compile("sgd", "mse")
    backup = lamella.callbacks.BackupAndRestore(folder, delete_checkpoint=False, **options)
    data = {"x": np.ones((8, 3)), "y": np.ones((8, units)), "batch_size": 4, "epochs": 2, "verbose": 0}
    return model.fit(**data, callbacks=[backup, *callbacks])


def test_a_training_that_has_ended_is_not_run_again(tmp_path):
    first = small_fit(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["training-0.safetensors"]
    assert small_fit(tmp_path).history == first.history


def test_the_backup_of_another_training_is_refused(tmp_path):
    small_fit(tmp_path)
    with pytest.raises(ValueError, match=r"training-0\.safetensors' cannot be loaded: .*its weights are"):
        small_fit(tmp_path, units=5)
    with pytest.raises(ValueError, match="its callbacks are"):
        small_fit(tmp_path, callbacks=[lamella.callbacks.EarlyStopping("loss")])
    small_fit(tmp_path, callbacks=[lamella.callbacks.TerminateOnNaN()])  # has nothing to remember
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(2)])
    data = {"x": np.ones((8, 3)), "y": np.ones((8, 2)), "verbose": 0}
    before = model.get_weights()
    for optimizer, metrics, options, message in [
        ("sgd", None, {"batch_size": 2, "epochs": 2}, "its batch_size are 4, here 2"),
        ("sgd", None, {"batch_size": 4, "epochs": 1}, "this training ends after 1"),
        ("adam", None, {"batch_size": 4, "epochs": 2}, "its optimizer are 'SGD', here 'Adam'"),
        ("sgd", ["mae"], {"batch_size": 4, "epochs": 2}, "its metrics are"),
    ]:
        model.compile(optimizer, "mse", metrics=metrics)
        with pytest.raises(ValueError, match=message):
            model.fit(**data, **options, callbacks=[lamella.callbacks.BackupAndRestore(tmp_path)])
    for value, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)


class Reshuffled(lamella.utils.PyDataset):
    """Changes its order after every pass, as data sets of Keras often do."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(6)

    def __len__(self):
        return len(self.order)

    def __getitem__(self, index):
        x = np.full((2, 3), self.order[index] / 6.0)
        return x, x[:, :2] ** 2

    def on_epoch_end(self):
        self.order = np.roll(self.order[::-1], 1)


def validation_batches():
    rng = np.random.default_rng(0)
    while True:
        x = rng.normal(size=(4, 3))
        yield x, x[:, :2]


class Kinds(lamella.metrics.Metric):
    """Keeps a dictionary, a number that is an array, and a metric in a list."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.counts[len(y_pred)] = self.counts.get(len(y_pred), 0) + 1
        self.total = np.asarray(self.total + y_pred.sum())
        self.parts[0].update_state(y_pred)

    def result(self):
        return float(self.total) + sum(self.counts.values()) + self.parts[0].result()

    def reset_state(self):
        self.counts, self.total, self.parts = {}, np.asarray(0.0), [lamella.metrics.Mean()]


class Noise(layers.Layer):
    """Draws random numbers of NumPy's own generator."""

    def forward(self, x, training):
        return x + np.random.normal(size=x.shape) if training else x  # noqa: NPY002

    def backward(self, x, y, gradient):
        return gradient


def noisy_training(folder, save_freq, further=()):
    """Two calls of `fit`, with data sets that change, and random numbers of the user's."""
    lamella.utils.set_random_seed(3)
    model = lamella.Sequential([lamella.Input((3,)), Noise(), layers.Dense(2)])
    model.compile(lamella.optimizers.Adam(0.01), "mse", metrics=[Kinds()])
    for part in ("first", "second"):
        backup = lamella.callbacks.BackupAndRestore(folder / part, save_freq, double_checkpoint=True)
        history = model.fit(
            Reshuffled(),
            validation_data=validation_batches(),
            validation_steps=2,
            epochs=4,
            verbose=0,
            callbacks=[backup, *further],
        )
    return history.history, [value.tolist() for value in model.get_weights()]


@pytest.mark.parametrize("save_freq", ["epoch", 4])
def test_data_sets_and_generators_of_the_user_go_on(tmp_path, save_freq):
    expected = noisy_training(tmp_path / "whole", save_freq, [Interrupt("on_train_batch_end", None)])
    for at in (3, 14, 20, 29, 41):
        folder = tmp_path / str(at)
        with pytest.raises(InterruptedError):
            noisy_training(folder, save_freq, [Interrupt("on_train_batch_end", at)])
        assert noisy_training(folder, save_freq, [Interrupt("on_train_batch_end", None)]) == expected, at


def test_a_damaged_backup_gives_way_to_the_one_before(tmp_path):
    whole = small_fit(tmp_path, double_checkpoint=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "previous-0.safetensors",
        "training-0.safetensors",
    ]
    path = tmp_path / "training-0.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.warns(UserWarning, match=r"its checksum is wrong.*the file before it is used"):
        again = small_fit(tmp_path, double_checkpoint=True)
    assert again.history == whole.history
    (tmp_path / "previous-0.safetensors").unlink()
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="cannot be loaded"):
        small_fit(tmp_path)


def test_more_epochs_may_be_asked_for(tmp_path):
    small_fit(tmp_path)
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(2)])
    model.compile("sgd", "mse")
    backup = lamella.callbacks.BackupAndRestore(tmp_path)
    data = {"x": np.ones((8, 3)), "y": np.ones((8, 2)), "batch_size": 4, "epochs": 5, "verbose": 0}
    assert model.fit(**data, callbacks=[backup]).epoch == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("save_freq", [0, "batch", 1.5, True])
def test_frequencies(tmp_path, save_freq):
    with pytest.raises(ValueError, match="'save_freq' must be 'epoch' or a number of steps"):
        lamella.callbacks.BackupAndRestore(tmp_path, save_freq=save_freq)


def checkpoints(tmp_path, losses, **options):
    """The names of the files written in a training with these losses."""
    model = lamella.Sequential([lamella.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    path = tmp_path / "{epoch}-{loss:.1f}.safetensors"
    checkpoint = lamella.callbacks.ModelCheckpoint(path, "loss", mode="min", **options)
    checkpoint.set_model(model)
    checkpoint.on_train_begin()
    for epoch, loss in enumerate(losses):
        checkpoint.on_epoch_begin(epoch)
        checkpoint.on_epoch_end(epoch, {"loss": loss})
    return sorted(entry.name for entry in tmp_path.iterdir())


def test_checkpoints_of_every_epoch(tmp_path):
    names = ["1-3.0.safetensors", "2-4.0.safetensors"]
    assert checkpoints(tmp_path, [3, 4]) == names
    assert lamella.saving.load_model(tmp_path / names[0]).compiled


def test_checkpoints_of_the_best_epochs(tmp_path):
    written = checkpoints(tmp_path, [3, 4, 2, 2], save_best_only=True, save_weights_only=True)
    assert written == ["1-3.0.safetensors", "3-2.0.safetensors"]
    with pytest.raises(ValueError, match="weights without a model"):
        lamella.saving.load_model(tmp_path / written[0])


def test_checkpoints_below_a_threshold(tmp_path):
    written = checkpoints(tmp_path, [3, 2, 1], save_best_only=True, initial_value_threshold=2)
    assert written == ["3-1.0.safetensors"]


def test_checkpoints_after_steps(tmp_path, capsys):
    model = lamella.Sequential([lamella.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    path = tmp_path / "{epoch}-{batch}.safetensors"
    checkpoint = lamella.callbacks.ModelCheckpoint(path, save_freq=3, verbose=1)
    model.fit(np.ones((8, 1)), np.ones(8), batch_size=2, epochs=2, verbose=0, callbacks=[checkpoint])
    names = sorted(entry.name for entry in tmp_path.iterdir())
    assert names == ["1-3.safetensors", "2-2.safetensors"]
    assert "saving model to" in capsys.readouterr().out


def test_a_name_that_is_not_in_the_logs_is_reported(tmp_path):
    model = lamella.Sequential([lamella.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    checkpoint = lamella.callbacks.ModelCheckpoint(tmp_path / "{val_loss}.safetensors")
    with pytest.raises(ValueError, match=r"'val_loss' in .* is not known. Available: epoch, loss"):
        model.fit(np.ones((8, 1)), np.ones(8), verbose=0, callbacks=[checkpoint])
