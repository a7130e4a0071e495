"""How gradients fade or explode in a 20-layer tanh network, by initialisation: initialisation.png.

python examples/initialisation.py [--seed 0] [--picture initialisation.png]
"""

import argparse

import chapter
import numpy as np

import lamella
from lamella import initializers, layers
from lamella.diagnostics import GradientMonitor

DEPTH, UNITS = 20, 64
CHOICES = {
    "zeros": "zeros",
    "normal, 0.05": initializers.RandomNormal(stddev=0.05),
    "Glorot": "glorot_normal",
    "He": "he_normal",
}


def build(initializer):
    hidden = [
        layers.Dense(UNITS, "tanh", kernel_initializer=initializer, name=f"layer_{depth + 1}")
        for depth in range(DEPTH)
    ]
    model = lamella.Sequential([layers.Input((64,)), *hidden, layers.Dense(10, activation="softmax")])
    model.compile(lamella.optimizers.SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(initializer, data, seed):
    """The gradients of the first step, layer by layer, what the monitor says, and the test accuracy."""
    lamella.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = data
    model = build(initializer)
    monitor = GradientMonitor(x_train[:256], y_train[:256], every=100)
    history = model.fit(
        x_train, y_train, epochs=20, verbose=0, validation_data=(x_test, y_test), callbacks=[monitor]
    )
    gradients = np.array([sizes[0] for sizes in monitor.gradients.values()])
    return gradients, monitor.verdict().partition(";")[0], history.history["val_accuracy"]


def draw(path, results):
    title = f"A {DEPTH}-layer tanh network learns only where gradients reach its first layers"
    figure, (left, right) = chapter.new_picture(title, 2)
    for (gradients, _, accuracy), colour in zip(results.values(), chapter.COLOURS, strict=False):
        depth = np.arange(1, len(gradients) + 1)
        if gradients[0] > 0:
            left.plot(depth, gradients, color=colour, linewidth=2)
        right.plot(np.arange(1, len(accuracy) + 1), accuracy, color=colour, linewidth=2)
    left.set_yscale("log")
    reaching = {name: result for name, result in results.items() if result[0][0] > 0}
    colours = dict(zip(results, chapter.COLOURS, strict=False))
    chapter.label(left, [(DEPTH + 1, r[0][-1], name, colours[name]) for name, r in reaching.items()])
    epochs = len(next(iter(results.values()))[2])
    chapter.label(right, [(epochs, r[2][-1], name, colours[name]) for name, r in results.items()])
    left.text(
        0.98,
        0.04,
        "zeros: no gradient at all in the hidden layers",
        transform=left.transAxes,
        ha="right",
        color=colours["zeros"],
    )
    for axes in (left, right):
        axes.set_xticks([1, 5, 10, 15, 20])
    left.set_ylabel("root mean square", color=chapter.QUIET)
    chapter.title(left, "Gradient of each layer at the first step", "layer, from the input")
    chapter.title(right, "Accuracy on unseen digits", "epoch")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="initialisation.png")
    arguments = parser.parse_args()
    data = chapter.digits(arguments.seed)
    results = {name: train(initializer, data, arguments.seed) for name, initializer in CHOICES.items()}
    for name, (_, verdict, accuracy) in results.items():
        print(f"{name:>12}: accuracy {accuracy[-1]:.3f}, {verdict}")
    draw(arguments.picture, results)
    print(f"test accuracy with Glorot: {results['Glorot'][2][-1]:.4f}")


if __name__ == "__main__":
    main()
