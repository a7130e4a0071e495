"""How fast five optimizers learn the digits, each at its best learning rate: optimizers.png.

python examples/optimizers.py [--seed 0] [--picture optimizers.png]
"""

import argparse

import chapter
import numpy as np

import lamella
from lamella import layers, optimizers

EPOCHS, BATCH, ENOUGH = 25, 32, 0.95
LARGE = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # rates for steps as long as the gradient
SMALL = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)  # for steps of the rate's own length
CHOICES = {
    "SGD": (optimizers.SGD, LARGE),
    "momentum": (lambda rate: optimizers.SGD(rate, momentum=0.9), LARGE),
    "RMSprop": (optimizers.RMSprop, SMALL),
    "Adam": (optimizers.Adam, SMALL),
    "AdamW": (lambda rate: optimizers.AdamW(rate, weight_decay=0.1), SMALL),
}


def train(make, rate, data, seed):
    """What a training at this rate reports: losses and accuracies, epoch by epoch."""
    lamella.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = data
    model = lamella.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(make(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"batch_size": BATCH, "epochs": EPOCHS, "verbose": 0, "validation_data": (x_test, y_test)}
    return model.fit(x_train, y_train, **options).history


def best_of(runs):
    """The rate, of those tried, whose training loss ends lowest."""
    return min(runs, key=lambda rate: np.nan_to_num(runs[rate]["loss"][-1], nan=np.inf))


def epochs_until(accuracies, enough):
    """The first epoch, counted from 1, after which so many unseen digits are right; None if there is none."""
    reached = np.flatnonzero(np.array(accuracies) >= enough)
    return int(reached[0]) + 1 if len(reached) else None


def draw(path, results):
    figure, (left, right) = chapter.new_picture("Five optimizers, each at the best of six learning rates", 2)
    ends = []
    for (name, runs), colour in zip(results.items(), chapter.COLOURS, strict=True):
        losses = runs[best_of(runs)]["loss"]
        left.plot(np.arange(1, EPOCHS + 1), losses, color=colour, linewidth=2)
        ends.append((EPOCHS, losses[-1], name, colour))
        accuracies = [run["val_accuracy"][-1] for run in runs.values()]
        right.plot(list(runs), accuracies, color=colour, linewidth=2, marker="o", markersize=4)
    left.set_yscale("log")
    chapter.label(left, ends)
    right.set_xscale("log")
    right.set_ylim(0.8, 1.0)
    for (name, _), colour, height in zip(results.items(), chapter.COLOURS, range(5), strict=True):
        right.text(0.03, 0.04 + 0.06 * height, name, transform=right.transAxes, color=colour)
    chapter.title(left, "Training loss", "epoch")
    chapter.title(right, f"Accuracy on unseen digits after {EPOCHS} epochs", "learning rate")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="optimizers.png")
    arguments = parser.parse_args()
    data = chapter.digits(arguments.seed)
    results = {
        name: {rate: train(make, rate, data, arguments.seed) for rate in rates}
        for name, (make, rates) in CHOICES.items()
    }
    for name, runs in results.items():
        rate = best_of(runs)
        loss, accuracies = runs[rate]["loss"][-1], runs[rate]["val_accuracy"]
        print(
            f"{name:>9}: rate {rate:g}, loss {loss:.5f}, {ENOUGH:.0%} right after "
            f"{epochs_until(accuracies, ENOUGH)} epochs, in the end {accuracies[-1]:.3f}"
        )
    draw(arguments.picture, results)
    adam = results["Adam"]
    print(f"test accuracy with Adam: {adam[best_of(adam)]['val_accuracy'][-1]:.4f}")


if __name__ == "__main__":
    main()
