"""Over-fitting on 1,000 digits with noisy labels, and three cures: regularisation.png.

python examples/regularisation.py [--seed 0] [--picture regularisation.png]
"""

import argparse

import chapter
import numpy as np

import lamella
from lamella import layers, regularizers
from lamella.callbacks import EarlyStopping

ROWS, EPOCHS, WRONG = 1000, 60, 0.2
CURES = ("none", "L2", "dropout", "early stopping")


def noisy_digits(seed):
    """1,000 digits for training, a fifth of their labels replaced at random; the rest, unspoilt, as test."""
    x_train, x_test, y_train, y_test = chapter.digits(seed)
    x = np.concatenate([x_train, x_test])
    y = np.concatenate([y_train, y_test])
    rng = np.random.default_rng(seed)
    labels = y[:ROWS].copy()
    spoilt = rng.random(ROWS) < WRONG
    labels[spoilt] = rng.integers(0, 10, spoilt.sum())
    return x[:ROWS], x[ROWS:], labels, y[ROWS:]


def train(cure, data, seed):
    lamella.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = data
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
    history = model.fit(
        x_train,
        y_train,
        epochs=EPOCHS,
        verbose=0,
        validation_data=(x_test[:300], y_test[:300]),
        callbacks=callbacks,
    ).history
    _, accuracy = model.evaluate(x_test[300:], y_test[300:], verbose=0)
    return history, accuracy


def draw(path, results):
    title = f"{ROWS:,} digits, {WRONG:.0%} of their labels random: what is learnt by heart does not hold"
    figure, (left, right) = chapter.new_picture(title, 2)
    for axes, key in ((left, "accuracy"), (right, "val_accuracy")):
        ends = []
        for (cure, (history, _)), colour in zip(results.items(), chapter.COLOURS, strict=False):
            values = history[key]
            axes.plot(np.arange(1, len(values) + 1), values, color=colour, linewidth=1.8)
            axes.plot(len(values), values[-1], marker="o", markersize=4, color=colour)
            if len(values) == EPOCHS:
                ends.append((EPOCHS, values[-1], cure, colour))
                continue
            line = {"arrowstyle": "-", "color": colour, "linewidth": 0.7}
            at = (len(values), values[-1])
            axes.annotate(cure, at, (-28, -75), textcoords="offset points", color=colour, arrowprops=line)
        chapter.label(axes, ends)
    chapter.title(left, "Accuracy in training, on the noisy labels", "epoch")
    chapter.title(right, "Accuracy on unseen digits, rightly labelled", "epoch")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="regularisation.png")
    arguments = parser.parse_args()
    data = noisy_digits(arguments.seed)
    results = {cure: train(cure, data, arguments.seed) for cure in CURES}
    draw(arguments.picture, results)
    for cure, (_, accuracy) in results.items():
        print(f"test accuracy, {cure}: {accuracy:.4f}")


if __name__ == "__main__":
    main()
