"""Trains on scikit-learn's 1,797 handwritten digits and draws the learning curves into digits.png.

python examples/digits.py [--seed 0] [--picture digits.png]
"""

import argparse
import itertools
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
    return [
        layers.Dense(units),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.Dropout(0.4),
    ]


def build_model():
    model = lamella.Sequential(
        [
            layers.Input((64,)),
            layers.Rescaling(1 / 16),
            *hidden_block(256),
            *hidden_block(256),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(
        optimizer=lamella.optimizers.Adam(learning_rate=2e-3),
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


def draw_mistakes(figure, x, truth, said):
    """The first ten of the held-out pictures that the network got wrong."""
    wrong = np.flatnonzero(truth != said)
    place = {"left": 0.06, "right": 0.94, "top": 0.68, "bottom": 0.16, "wspace": 0.3}
    for axes, index in itertools.zip_longest(figure.subplots(1, 10, gridspec_kw=place), wrong[:10]):
        if index is None:
            axes.set_axis_off()
            continue
        axes.imshow(x[index].reshape(8, 8), cmap="gray_r", interpolation="nearest")
        axes.set_title(f"is {truth[index]}", color=INK, fontsize=10)
        axes.set_xlabel(f"read as {said[index]}", color=ORANGE)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#CCCCCC")
    shown = "" if len(wrong) <= 10 else "; the first ten"
    note = f"Misread: {len(wrong)} of {len(truth)} held-out digits{shown}"
    figure.suptitle(note, x=0.06, y=0.93, ha="left", color=INK, fontweight="bold")


def draw(path, history, x, truth, said, headline):
    colours = {"xtick.color": QUIET, "ytick.color": QUIET, "axes.edgecolor": "#BBBBBB"}
    plt.rcParams.update({"font.size": 10, "figure.titlesize": "large", **colours})
    figure = plt.figure(figsize=(11, 6.6), dpi=150)
    top, bottom = figure.subfigures(2, 1, height_ratios=[2.5, 1])
    top.suptitle(headline, x=0.06, y=0.96, ha="left", color=INK, fontsize=15, fontweight="bold")
    place = {"left": 0.06, "right": 0.9, "top": 0.82, "bottom": 0.12, "wspace": 0.42}
    accuracy, loss = top.subplots(1, 2, gridspec_kw=place)
    draw_curves(accuracy, history, "accuracy", "Accuracy", 0.025)
    draw_curves(loss, history, "loss", "Cross-entropy, labels smoothed by 0.1", 0.08)
    for axes in (accuracy, loss):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_axisbelow(True)
    draw_mistakes(bottom, x, truth, said)
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
        x_train, lamella.utils.to_categorical(y_train), batch_size=64, epochs=30, validation_split=0.1
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
