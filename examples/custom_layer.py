"""A layer of one's own: maxout units, written in NumPy, beside ReLUs: custom_layer.png.

python examples/custom_layer.py [--seeds 3] [--picture custom_layer.png]
"""

import chapter
import numpy as np

import lamella
from lamella import layers
from lamella.diagnostics import gradient_check

EPOCHS = 40


class Maxout(layers.Layer):
    """The largest of a few learnt linear functions of the input (Goodfellow et al., arXiv 1302.4389)."""

    def __init__(self, units, pieces, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.pieces = pieces

    def build(self, input_shape):
        kernels = (input_shape[-1], self.units * self.pieces)
        self.kernel = self.add_weight(kernels, "he_normal", name="kernel")
        self.bias = self.add_weight((self.units * self.pieces,), "zeros", name="bias")

    def forward(self, x, training):
        z = (x @ self.kernel + self.bias).reshape(len(x), self.units, self.pieces)
        if training:
            self.winner = z.argmax(axis=-1)[..., None]
        return z.max(axis=-1)

    def backward(self, x, y, gradient):
        dz = np.zeros((len(x), self.units, self.pieces), x.dtype)
        np.put_along_axis(dz, self.winner, gradient[..., None], axis=-1)
        dz = dz.reshape(len(x), -1)
        return dz @ self.kernel.numpy().T, [x.T @ dz, dz.sum(axis=0)]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "pieces": self.pieces}


HIDDEN = {
    "maxout, 32 units of 3": lambda: Maxout(32, 3),
    "ReLU, 96 units": lambda: layers.Dense(96, activation="relu"),
    "ReLU, 32 units": lambda: layers.Dense(32, activation="relu"),
}


def train(make, seed):
    """Validation accuracy after each epoch, test accuracy at the end, and the number of parameters."""
    lamella.utils.set_random_seed(seed)
    (x, y), validation, test = chapter.digits(seed)
    model = lamella.Sequential([layers.Input((64,)), make(), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    report = gradient_check(model, x[:8], y[:8])
    if not report.passed:
        raise SystemExit(f"a gradient is wrong:\n{report}")
    history = model.fit(x, y, epochs=EPOCHS, verbose=0, validation_data=validation)
    return history.history["val_accuracy"], model.evaluate(*test, verbose=0)[1], model.count_params()


def draw(path, results):
    figure, (axes,) = chapter.new_picture("Maxout units, written in NumPy", 1)
    ends = []
    for (name, (curves, _, _)), colour in zip(results.items(), chapter.COLOURS, strict=False):
        end = chapter.band(axes, np.arange(1, EPOCHS + 1), curves, colour)
        ends.append((*end, name.partition(",")[0] + name.partition(",")[2][:3], colour))
    axes.set_ylim(0.85, 1.0)
    chapter.label(axes, ends)
    chapter.title(axes, "Validation accuracy", "epoch")
    figure.savefig(path)


def main():
    arguments = chapter.seeds()
    results = {
        name: chapter.over_seeds(lambda seed, make=make: train(make, seed), arguments.seeds)
        for name, make in HIDDEN.items()
    }
    for name, (_, accuracies, counts) in results.items():
        print(f"{name:>22}: {counts[0]:,} parameters, on the test {chapter.spread(accuracies)}")
    draw(arguments.picture, results)
    print(f"test accuracy with maxout: {next(iter(results.values()))[1].mean():.4f}")


if __name__ == "__main__":
    main()
