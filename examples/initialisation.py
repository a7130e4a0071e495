"""How gradients fade or explode in a 20-layer tanh network, by initialisation: initialisation.png.

python examples/initialisation.py [--seeds 3] [--picture initialisation.png]
"""

import chapter
import numpy as np

import lamella
from lamella import initializers, layers
from lamella.diagnostics import GradientMonitor

DEPTH, UNITS, EPOCHS = 20, 64, 20
CHOICES = {
    "zeros": "zeros",
    "normal, 0.05": initializers.RandomNormal(stddev=0.05),
    "Glorot": "glorot_normal",
    "He": "he_normal",
    "normal, 1": initializers.RandomNormal(stddev=1.0),
}


def build(initializer):
    hidden = [
        layers.Dense(UNITS, "tanh", kernel_initializer=initializer, name=f"layer_{depth + 1}")
        for depth in range(DEPTH)
    ]
    model = lamella.Sequential([layers.Input((64,)), *hidden, layers.Dense(10, activation="softmax")])
    model.compile(lamella.optimizers.SGD(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(initializer, seed):
    """Gradients of the first step by layer, validation accuracy by epoch, test accuracy, and the verdict."""
    lamella.utils.set_random_seed(seed)
    training, validation, test = chapter.digits(seed)
    model = build(initializer)
    some = [part[:256] for part in training]
    monitor = GradientMonitor(*some, every=10**6)  # at the first step alone
    history = model.fit(
        *training, epochs=EPOCHS, verbose=0, validation_data=validation, callbacks=[monitor]
    ).history
    gradients = [sizes[0] for sizes in monitor.gradients.values()]
    accuracy = model.evaluate(*test, verbose=0)[1]
    return gradients, history["val_accuracy"], accuracy, monitor.verdict().partition(";")[0]


def draw(path, results):
    title = f"A {DEPTH}-layer tanh network learns where gradients neither fade nor explode on their way back"
    figure, (left, right) = chapter.new_picture(title, 2)
    ends = {left: [], right: []}
    for (name, (gradients, accuracies, *_)), colour in zip(results.items(), chapter.COLOURS, strict=True):
        depth = np.arange(1, gradients.shape[1] + 1)
        if gradients[:, 0].all():
            chapter.band(left, depth, gradients, colour)
            ends[left].append((depth[0], gradients.mean(0)[0], name, colour))
        end = chapter.band(right, np.arange(1, EPOCHS + 1), accuracies, colour)
        ends[right].append((*end, name, colour))
    left.set_yscale("log")
    for x, y, name, colour in ends[left]:
        left.annotate(name, (x, y), (6, 5), textcoords="offset points", color=colour)
    note = "zeros: no gradient at all in the hidden layers"
    left.text(0.98, 0.04, note, transform=left.transAxes, ha="right", color=chapter.COLOURS[0])
    chapter.label(right, ends[right])
    for axes in (left, right):
        axes.set_xticks([1, 5, 10, 15, 20])
    left.set_ylabel("root mean square", color=chapter.QUIET)
    chapter.title(left, "Gradient of each layer at the first step", "layer, from the input")
    chapter.title(right, "Validation accuracy", "epoch")
    figure.savefig(path)


def main():
    arguments = chapter.seeds()
    results = {
        name: chapter.over_seeds(lambda seed, chosen=initializer: train(chosen, seed), arguments.seeds)
        for name, initializer in CHOICES.items()
    }
    draw(arguments.picture, results)
    for name, (_, _, accuracies, verdicts) in results.items():
        print(f"{name:>12}: on the test {chapter.spread(accuracies)}, {verdicts[0]}")
    print(f"test accuracy with Glorot: {results['Glorot'][2].mean():.4f}")


if __name__ == "__main__":
    main()
