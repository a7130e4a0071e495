"""A deep network with and without batch normalisation, at small and large rates: batch_normalisation.png.

python examples/batch_normalisation.py [--seed 0] [--picture batch_normalisation.png]
"""

import argparse

import chapter
import numpy as np

import lamella
from lamella import layers

DEPTH, UNITS = 12, 64
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
NAMES = {False: "without", True: "with batch normalisation"}


def build(normalised, rate):
    stack = [layers.Input((64,))]
    for _ in range(DEPTH):
        stack.append(layers.Dense(UNITS, use_bias=not normalised))
        if normalised:
            stack.append(layers.BatchNormalization(momentum=0.9))
        stack.append(layers.Activation("sigmoid"))
    model = lamella.Sequential([*stack, layers.Dense(10, activation="softmax")])
    model.compile(lamella.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(normalised, rate, data, seed):
    """Test accuracy after each epoch."""
    lamella.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = data
    history = build(normalised, rate).fit(
        x_train, y_train, batch_size=64, epochs=25, verbose=0, validation_data=(x_test, y_test)
    )
    return history.history["val_accuracy"]


def draw(path, curves):
    figure, (left, right) = chapter.new_picture(
        f"{DEPTH} sigmoid layers learn at once when each is normalised, and not at all when none is", 2
    )
    colours = {False: chapter.COLOURS[0], True: chapter.COLOURS[2]}
    ends = {left: [], right: []}
    for normalised, colour in colours.items():
        best = max(RATES, key=lambda rate: curves[normalised, rate][-1])
        curve = curves[normalised, best]
        left.plot(np.arange(1, len(curve) + 1), curve, color=colour, linewidth=2)
        ends[left].append((len(curve), curve[-1], f"{NAMES[normalised].split()[0]}, rate {best:g}", colour))
        final = [curves[normalised, rate][-1] for rate in RATES]
        right.plot(RATES, final, color=colour, linewidth=2, marker="o")
        ends[right].append((RATES[-1], final[-1], NAMES[normalised].split()[0], colour))
    right.set_xscale("log")
    for axes, labels in ends.items():
        axes.set_ylim(0, 1.02)
        chapter.label(axes, labels)
    chapter.title(left, "Accuracy on unseen digits, best rate of each", "epoch")
    chapter.title(right, "After 25 epochs, by learning rate", "learning rate of SGD")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="batch_normalisation.png")
    arguments = parser.parse_args()
    data = chapter.digits(arguments.seed)
    curves = {(n, rate): train(n, rate, data, arguments.seed) for n in (False, True) for rate in RATES}
    draw(arguments.picture, curves)
    for normalised, name in NAMES.items():
        best = max(curves[normalised, rate][-1] for rate in RATES)
        print(f"test accuracy {name}: {best:.4f}")


if __name__ == "__main__":
    main()
