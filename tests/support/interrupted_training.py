"""A training that may be killed at any moment: `python interrupted_training.py FOLDER DATA SAVE_FREQ`.

Started again with the same arguments it goes on; at its end it writes what it came to into FOLDER/result.
"""

import hashlib
import pathlib
import sys

import numpy as np

import lamella
from lamella import layers
from lamella.base.atomic_file import replacing

EPOCHS = 6


class Largest(lamella.metrics.Metric):
    """A metric with state of its own, in Python."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest = max(self.largest, float(y_pred.max()))

    def result(self):
        return self.largest

    def reset_state(self):
        self.largest = 0.0


class Batches(lamella.utils.PyDataset):
    """The rows in batches of 16."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x) // 16

    def __getitem__(self, index):
        rows = slice(16 * index, 16 * index + 16)
        return self.x[rows], self.y[rows]


def endless(x, y):
    rng = np.random.default_rng(5)
    while True:
        rows = rng.integers(0, len(x), 16)
        yield x[rows], y[rows]


def make_data(kind):
    """Arguments of `fit`."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 6)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("float32")
    if kind == "arrays":
        return {"x": x, "y": y, "batch_size": 16, "validation_split": 0.2}
    if kind == "arrays, steps":
        return {"x": x, "y": y, "batch_size": 16, "steps_per_epoch": 5}
    if kind == "dataset":
        return {"x": Batches(x, y), "validation_data": (x, y)}
    return {"x": endless(x, y), "steps_per_epoch": 7}


def make_model():
    stack = [layers.Dense(16, "relu"), layers.BatchNormalization(), layers.Dropout(0.2)]
    model = lamella.Sequential([lamella.Input((6,)), *stack, layers.Dense(1, "sigmoid")])
    optimizer = lamella.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=9)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy", "AUC", Largest()])
    return model


def train(folder, kind, save_freq, further=()):
    """Train, or train on; returns what shows every bit of the result."""
    lamella.utils.set_random_seed(11)
    model = make_model()
    callbacks = [
        lamella.callbacks.EarlyStopping("loss", patience=EPOCHS, restore_best_weights=True),
        lamella.callbacks.ReduceLROnPlateau("loss", patience=0, factor=0.5, min_delta=0.01),
        lamella.callbacks.CSVLogger(folder / "log.csv"),
        lamella.callbacks.ModelCheckpoint(folder / "best.safetensors", "loss", save_best_only=True),
        lamella.callbacks.BackupAndRestore(folder / "backup", save_freq),
        *further,
    ]
    history = model.fit(**make_data(kind), epochs=EPOCHS, verbose=0, callbacks=callbacks)
    best = lamella.saving.load_model(folder / "best.safetensors", custom_objects={"Largest": Largest})
    weights = b"".join(value.tobytes() for value in model.get_weights() + best.get_weights())
    digest = hashlib.sha256(weights).hexdigest()
    return repr((digest, history.history, history.epoch, (folder / "log.csv").read_text()))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    frequency = sys.argv[3] if sys.argv[3] == "epoch" else int(sys.argv[3])
    result = train(folder, sys.argv[2], frequency)
    with replacing(folder / "result") as temporary:
        pathlib.Path(temporary).write_text(result)
