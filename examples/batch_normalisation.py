"""A deep network with and without batch normalisation, at small and large rates: batch_normalisation.png.

python examples/batch_normalisation.py [--seeds 3] [--picture batch_normalisation.png]
"""

import chapter
import numpy as np

import lamella
from lamella import layers

DEPTH, UNITS, EPOCHS = 12, 64, 25
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


def train(normalised, rate, seed):
    """Validation accuracy after each epoch, and test accuracy at the end."""
    lamella.utils.set_random_seed(seed)
    training, validation, test = chapter.digits(seed)
    model = build(normalised, rate)
    history = model.fit(*training, batch_size=64, epochs=EPOCHS, verbose=0, validation_data=validation)
    return history.history["val_accuracy"], model.evaluate(*test, verbose=0)[1]


def best_of(results, normalised):
    """The rate whose validation accuracy ends highest in the mean."""
    return max(RATES, key=lambda rate: results[normalised, rate][0][:, -1].mean())


def draw(path, results):
    figure, (left, right) = chapter.new_picture(
        f"{DEPTH} sigmoid layers learn at once when each is normalised, and not at all when none is", 2
    )
    ends = {left: [], right: []}
    for normalised, colour in ((False, chapter.COLOURS[0]), (True, chapter.COLOURS[2])):
        name, best = NAMES[normalised].split()[0], best_of(results, normalised)
        end = chapter.band(left, np.arange(1, EPOCHS + 1), results[normalised, best][0], colour)
        ends[left].append((*end, f"{name}, rate {best:g}", colour))
        final = np.stack([results[normalised, rate][0][:, -1] for rate in RATES], axis=1)
        ends[right].append((*chapter.band(right, RATES, final, colour, marker="o"), name, colour))
    right.set_xscale("log")
    for axes, labels in ends.items():
        axes.set_ylim(0, 1.02)
        chapter.label(axes, labels)
    chapter.title(left, "Validation accuracy, best rate of each", "epoch")
    chapter.title(right, f"After {EPOCHS} epochs, by learning rate", "learning rate of SGD")
    figure.savefig(path)


def main():
    arguments = chapter.seeds()
    results = {
        (normalised, rate): chapter.over_seeds(
            lambda seed, n=normalised, r=rate: train(n, r, seed), arguments.seeds
        )
        for normalised in (False, True)
        for rate in RATES
    }
    draw(arguments.picture, results)
    for normalised, name in NAMES.items():
        best = best_of(results, normalised)
        print(f"{name}: rate {best:g}, on the test {chapter.spread(results[normalised, best][1])}")
    for normalised, name in NAMES.items():
        print(f"test accuracy {name}: {results[normalised, best_of(results, normalised)][1].mean():.4f}")


if __name__ == "__main__":
    main()
