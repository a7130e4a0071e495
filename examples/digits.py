"""Trains on scikit-learn's 1,797 handwritten digits and draws the learning curves into digits.png.

python examples/digits.py [--seed 0] [--picture digits.png]
"""

import argparse
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import lamella
from lamella import layers

BLUE, ORANGE, INK, QUIET = "#0072B2", "#D55E00", "#222222", "#767676"  # from Okabe and Ito's palette


def load(seed):
    """Pixels 0 to 16 and labels; a fifth of the pictures is held out for the test."""
    pixels, labels = load_digits(return_X_y=True)
    return train_test_split(pixels, labels, test_size=0.2, stratify=labels, random_state=seed)


def hidden_block(units):
    return [layers.Dense(units), layers.BatchNormalization(), layers.Activation("relu"), layers.Dropout(0.4)]


def build_model():
    model = lamella.Sequential(
        [
            layers.Input((64,)),
            layers.Rescaling(1 / 16),
            *hidden_block(256),
            *hidden_block(128),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(
        optimizer=lamella.optimizers.Adam(learning_rate=3e-3),
        loss=lamella.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy"],
    )
    return model


def draw_curves(axes, history, name, title, label_gap):
    """Training and validation over the epochs, each line named where it ends."""
    training, validation = history[name], history[f"val_{name}"]
    epochs = np.arange(1, len(training) + 1)
    middle = (training[-1] + validation[-1]) / 2
    for values, label, colour in ((training, "training", BLUE), (validation, "validation", ORANGE)):
        axes.plot(epochs, values, color=colour, linewidth=2)
        side = 1 if values[-1] > middle else -1
        height = (
            values[-1] if abs(training[-1] - validation[-1]) > label_gap else middle + side * label_gap / 2
        )
        axes.annotate(label, (epochs[-1] + 0.5, height), color=colour, va="center", annotation_clip=False)
    axes.set_title(title, loc="left", color=INK, fontweight="bold")
    axes.set_xlabel("epoch", color=QUIET)
    axes.set_xlim(1, len(epochs))


def draw_mistakes(figure, grid, x, truth, said):
    """The held-out pictures that the network got wrong, the first twelve of them."""
    wrong = np.flatnonzero(truth != said)
    for place, index in zip(range(12), wrong, strict=False):
        axes = figure.add_subplot(grid[place])
        axes.imshow(x[index].reshape(8, 8), cmap="gray_r", interpolation="nearest")
        axes.set_title(f"{truth[index]}", color=INK, fontsize=11, pad=4)
        axes.set_xlabel(f"read as {said[index]}", color=ORANGE, fontsize=9)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#CCCCCC")
    return len(wrong)


def draw(path, history, x, truth, said, headline):
    plt.rcParams.update(
        {"font.size": 10, "xtick.color": QUIET, "ytick.color": QUIET, "axes.edgecolor": "#BBBBBB"}
    )
    figure = plt.figure(figsize=(11, 6.6), dpi=150)
    grid = figure.add_gridspec(
        2, 1, height_ratios=[3, 1], hspace=0.62, left=0.06, right=0.91, top=0.83, bottom=0.07
    )
    curves = grid[0].subgridspec(1, 2, wspace=0.42)
    for place, (name, title, gap) in enumerate(
        [("accuracy", "Accuracy", 0.02), ("loss", "Cross-entropy, labels smoothed by 0.1", 0.08)]
    ):
        axes = figure.add_subplot(curves[place])
        draw_curves(axes, history, name, title, gap)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_axisbelow(True)
    wrong = draw_mistakes(figure, grid[1].subgridspec(1, 12, wspace=0.35), x, truth, said)
    shown = "all of them" if wrong <= 12 else "the first twelve"
    note = f"{wrong} of {len(truth)} held-out digits are misread, {shown} below the digit they are:"
    figure.text(0.06, 0.335, note, color=INK, fontweight="bold")
    figure.text(0.06, 0.93, headline, color=INK, fontsize=15, fontweight="bold")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="digits.png")
    arguments = parser.parse_args()

    lamella.utils.set_random_seed(arguments.seed)
    x_train, x_test, y_train, y_test = load(arguments.seed)
    model = build_model()
    model.summary()

    start = time.perf_counter()
    history = model.fit(
        x_train, lamella.utils.to_categorical(y_train), batch_size=64, epochs=25, validation_split=0.1
    ).history
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(x_test, lamella.utils.to_categorical(y_test), verbose=0)

    said = model.predict(x_test, verbose=0).argmax(axis=1)
    headline = f"{accuracy:.1%} of unseen handwritten digits read right after {seconds:.2f} s of training"
    draw(arguments.picture, history, x_test, y_test, said, headline)
    threads = lamella.config.num_threads()
    print(f"trained in {seconds:.2f} s on {threads} threads; learning curves in {arguments.picture}")
    print(f"test accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
