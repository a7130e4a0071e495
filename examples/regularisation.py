"""Over-fitting on 1,000 digits with noisy labels, and three cures: regularisation.png.

python examples/regularisation.py [--seeds 3] [--picture regularisation.png]
"""

import chapter
import numpy as np

import lamella
from lamella import layers, regularizers
from lamella.callbacks import EarlyStopping

ROWS, EPOCHS, WRONG = 1000, 60, 0.2
CURES = ("none", "L2", "dropout", "early stopping")


def noisy_digits(seed):
    """1,000 digits for training, a fifth of their labels replaced at random, and two unspoilt parts."""
    (x, y), validation, test = chapter.digits(seed)
    rng = np.random.default_rng(seed)
    labels = y[:ROWS].copy()
    spoilt = rng.random(ROWS) < WRONG
    labels[spoilt] = rng.integers(0, 10, spoilt.sum())
    return (x[:ROWS], labels), validation, test


def train(cure, seed):
    """Training and validation accuracy after each epoch, and test accuracy at the end."""
    lamella.utils.set_random_seed(seed)
    training, validation, test = noisy_digits(seed)
    penalty = regularizers.L2(0.003) if cure == "L2" else None
    rate = 0.6 if cure == "dropout" else 0.0
    stack = [layers.Input((64,))]
    for _ in range(2):
        stack += [layers.Dense(256, "relu", kernel_regularizer=penalty), layers.Dropout(rate)]
    model = lamella.Sequential([*stack, layers.Dense(10, "softmax", kernel_regularizer=penalty)])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    callbacks = []
    if cure == "early stopping":
        callbacks = [EarlyStopping("val_accuracy", patience=8, restore_best_weights=True)]
    options = {"epochs": EPOCHS, "verbose": 0, "validation_data": validation, "callbacks": callbacks}
    history = model.fit(*training, **options).history
    accuracy = model.evaluate(*test, verbose=0)[1]
    return up_to_the_end(history["accuracy"]), up_to_the_end(history["val_accuracy"]), accuracy


def up_to_the_end(values):
    """A curve that stopped early goes on as a gap."""
    return [*values, *[np.nan] * (EPOCHS - len(values))]


def draw(path, results):
    title = f"{ROWS:,} digits, {WRONG:.0%} of their labels random: what is learnt by heart does not hold"
    figure, panels = chapter.new_picture(title, 2)
    for axes, kind in zip(panels, (0, 1), strict=True):
        ends = []
        for (cure, result), colour in zip(results.items(), chapter.COLOURS, strict=False):
            runs = result[kind]
            length = int(np.isfinite(runs).all(axis=0).sum())  # as long as all runs go on
            end = chapter.band(axes, np.arange(1, length + 1), runs[:, :length], colour)
            axes.plot(*end, marker="o", markersize=4, color=colour)
            if length == EPOCHS:
                ends.append((*end, cure, colour))
                continue
            line = {"arrowstyle": "-", "color": colour, "linewidth": 0.7}
            axes.annotate(cure, end, (-28, -75), textcoords="offset points", color=colour, arrowprops=line)
        chapter.label(axes, ends)
    chapter.title(panels[0], "Accuracy in training, on the noisy labels", "epoch")
    chapter.title(panels[1], "Validation accuracy, rightly labelled", "epoch")
    figure.savefig(path)


def main():
    arguments = chapter.seeds()
    results = {
        cure: chapter.over_seeds(lambda seed, cure=cure: train(cure, seed), arguments.seeds) for cure in CURES
    }
    draw(arguments.picture, results)
    for cure, (_, _, accuracies) in results.items():
        print(f"{cure}: on the test {chapter.spread(accuracies)}")
    for cure, (_, _, accuracies) in results.items():
        print(f"test accuracy, {cure}: {accuracies.mean():.4f}")


if __name__ == "__main__":
    main()
