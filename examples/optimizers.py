"""How fast five optimizers learn the digits, each at its best learning rate: optimizers.png.

python examples/optimizers.py [--seeds 3] [--picture optimizers.png]
"""

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


def train(make, rate, seed):
    """Training loss and validation accuracy after each epoch, and test accuracy at the end."""
    lamella.utils.set_random_seed(seed)
    training, validation, test = chapter.digits(seed)
    model = lamella.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(make(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"batch_size": BATCH, "epochs": EPOCHS, "verbose": 0, "validation_data": validation}
    history = model.fit(*training, **options).history
    return history["loss"], history["val_accuracy"], model.evaluate(*test, verbose=0)[1]


def best_of(runs):
    """The rate, of those tried, whose training loss ends lowest in the mean."""
    return min(runs, key=lambda rate: np.nan_to_num(runs[rate][0][:, -1].mean(), nan=np.inf))


def epochs_until(accuracies, enough):
    """The first epoch, counted from 1, after which so many are right; None if there is none."""
    reached = np.flatnonzero(np.array(accuracies) >= enough)
    return int(reached[0]) + 1 if len(reached) else None


def draw(path, results):
    figure, (left, right) = chapter.new_picture("Five optimizers, each at the best of six learning rates", 2)
    ends = []
    for (name, runs), colour in zip(results.items(), chapter.COLOURS, strict=True):
        end = chapter.band(left, np.arange(1, EPOCHS + 1), runs[best_of(runs)][0], colour)
        ends.append((*end, name, colour))
        final = np.stack([accuracies[:, -1] for _, accuracies, _ in runs.values()], axis=1)
        chapter.band(right, list(runs), final, colour, marker="o", markersize=4)
    left.set_yscale("log")
    chapter.label(left, ends)
    right.set_xscale("log")
    right.set_ylim(0.8, 1.0)
    for (name, _), colour, height in zip(results.items(), chapter.COLOURS, range(5), strict=True):
        right.text(0.03, 0.04 + 0.06 * height, name, transform=right.transAxes, color=colour)
    chapter.title(left, "Training loss", "epoch")
    chapter.title(right, f"Validation accuracy after {EPOCHS} epochs", "learning rate")
    figure.savefig(path)


def main():
    arguments = chapter.seeds()
    results = {
        name: {
            rate: chapter.over_seeds(lambda seed, m=make, r=rate: train(m, r, seed), arguments.seeds)
            for rate in rates
        }
        for name, (make, rates) in CHOICES.items()
    }
    for name, runs in results.items():
        rate = best_of(runs)
        losses, accuracies, tests = runs[rate]
        print(
            f"{name:>9}: rate {rate:g}, loss {losses[:, -1].mean():.5f}, {ENOUGH:.0%} right after "
            f"{epochs_until(accuracies.mean(0), ENOUGH)} epochs, on the test {chapter.spread(tests)}"
        )
    draw(arguments.picture, results)
    adam = results["Adam"]
    print(f"test accuracy with Adam: {adam[best_of(adam)][2].mean():.4f}")


if __name__ == "__main__":
    main()
