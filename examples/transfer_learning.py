"""Moves a network from the digits 0 to 4 to the digits 5 to 9, of which it sees few: transfer_learning.png.

python examples/transfer_learning.py --data mnist.npz [--seeds 3] [--per-class 50]
    [--picture transfer_learning.png]

The file is the one Keras distributes: arrays x_train, y_train, x_test, y_test.
"""

import argparse
import tempfile
import time
from pathlib import Path

import chapter
import numpy as np

import lamella
from lamella import layers

EPOCHS = 20  # of the new head, and again of fine-tuning; from scratch has both
SCRATCH, TRANSFER = "from scratch", "transferred"


class Seconds(lamella.callbacks.Callback):
    """The time of every epoch, without the validation at its end."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_test_begin(self, logs=None):
        self.seconds.append(time.perf_counter() - self.start)


def head():
    return [layers.Dense(64, activation="relu"), layers.Dense(5, activation="softmax")]


def build():
    """Features from convolutions, and a head of two layers."""
    stack = [layers.Input((28, 28, 1)), layers.Rescaling(1 / 255)]
    for filters in (16, 32):
        stack += [
            layers.Conv2D(filters, 3, activation="relu", kernel_initializer="he_normal"),
            layers.BatchNormalization(momentum=0.9),
            layers.MaxPooling2D(),
        ]
    return lamella.Sequential([*stack, layers.Flatten(), layers.Dropout(0.3), *head()])


def train(model, rate, epochs, few, test, batch=32):
    """Seconds and test accuracy after each epoch."""
    model.compile(lamella.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    seconds = Seconds()
    history = model.fit(
        *few, batch_size=batch, epochs=epochs, verbose=0, validation_data=test, callbacks=[seconds]
    )
    return np.array([seconds.seconds, history.history["val_accuracy"]])


def transfer(model, few, test):
    """Another head on frozen features, then all of it at a small rate."""
    model.pop()
    model.pop()
    for layer in model.layers:
        layer.trainable = False
    for layer in head():
        model.add(layer)
    frozen = train(model, 1e-3, EPOCHS, few, test)
    model.trainable = True
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False  # its statistics of many pictures are better than those of few
    return np.hstack([frozen, train(model, 3e-4, EPOCHS, few, test)])


def run(data, per_class, seed, folder):
    """The curves of both ways: seconds so far and test accuracy."""
    lamella.utils.set_random_seed(seed)
    x_train, y_train, x_test, y_test = data
    old, old_test, new_test = y_train < 5, y_test < 5, y_test >= 5
    base = build()
    first = train(base, 1e-3, 3, (x_train[old], y_train[old]), (x_test[old_test], y_test[old_test]), 128)
    print(f"digits 0 to 4: {first[1][-1]:.4f} in {first[0].sum():.1f} s")
    base.save(folder / "base.safetensors")

    rng = np.random.default_rng(seed)
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), per_class, replace=False) for c in range(5, 10)]
    )
    few, test = (x_train[rows], y_train[rows] - 5), (x_test[new_test], y_test[new_test] - 5)
    curves = {
        SCRATCH: train(lamella.models.clone_model(base), 1e-3, 2 * EPOCHS, few, test),
        TRANSFER: transfer(lamella.saving.load_model(folder / "base.safetensors"), few, test),
    }
    return {name: np.array([np.cumsum(seconds), curve]) for name, (seconds, curve) in curves.items()}


def draw(path, curves, per_class):
    figure, panels = chapter.new_picture(
        f"Features of the digits 0 to 4 read 5 to 9 better than new ones, from {per_class} pictures each", 2
    )
    for axes, by_time in zip(panels, (False, True), strict=True):
        ends = []
        for name, colour in zip((SCRATCH, TRANSFER), chapter.COLOURS[:3:2], strict=True):
            seconds, accuracy = np.mean(curves[name], axis=0)
            x = seconds if by_time else np.arange(1, len(accuracy) + 1)
            for _, single in curves[name]:
                axes.plot(x, single, color=colour, linewidth=0.8, alpha=0.35)
            axes.plot(x, accuracy, color=colour, linewidth=2)
            axes.plot(x[EPOCHS - 1], accuracy[EPOCHS - 1], "o" if name == TRANSFER else "", color=colour)
            ends.append((x[-1], accuracy[-1], name, colour))
        axes.set_ylim(0.8, 1.0)
        chapter.label(axes, ends)
    chapter.title(panels[0], "Accuracy on unseen digits; dot: all layers from here", "epoch")
    chapter.title(panels[1], "By time of training", "seconds")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="path of mnist.npz")
    parser.add_argument("--seeds", type=int, default=3, help="runs to take the mean of")
    parser.add_argument("--per-class", type=int, default=50, help="pictures of each of the digits 5 to 9")
    parser.add_argument("--picture", default="transfer_learning.png")
    arguments = parser.parse_args()
    with np.load(arguments.data) as data:
        x_train, y_train, x_test, y_test = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    data = x_train[..., None], y_train, x_test[..., None], y_test
    with tempfile.TemporaryDirectory() as folder:
        runs = [run(data, arguments.per_class, seed, Path(folder)) for seed in range(arguments.seeds)]
    curves = {name: np.array([run[name] for run in runs]) for name in (SCRATCH, TRANSFER)}
    draw(arguments.picture, curves, arguments.per_class)
    results = {name: np.mean(curve, axis=0) for name, curve in curves.items()}
    for text, name, epoch in (
        ("test accuracy from scratch", SCRATCH, -1),
        ("test accuracy with frozen features", TRANSFER, EPOCHS - 1),
        ("test accuracy when fine-tuned", TRANSFER, -1),
    ):
        seconds, accuracy = results[name][:, epoch]
        print(f"{text}: {accuracy:.4f} after {seconds:.1f} s")


if __name__ == "__main__":
    main()
