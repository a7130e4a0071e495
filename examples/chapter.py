"""What the examples share: the digits, and how their pictures look."""

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

INK, QUIET = "#222222", "#767676"
COLOURS = ("#D55E00", "#CC79A7", "#0072B2", "#009E73", "#E69F00")  # from Okabe and Ito's palette


def digits(seed):
    """Pixels from -1 to 1 and labels of 1,797 digits: 70 % to train on, 10 % to choose by, 20 % as test.

    Returns three pairs (x, y). What is chosen by the second says nothing about digits that nobody has seen:
    only the third does, which is looked at once, at the end.
    """
    pixels, labels = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(
        pixels / 8 - 1, labels, test_size=360, stratify=labels, random_state=seed
    )
    x, x_choice, y, y_choice = train_test_split(x, y, test_size=180, stratify=y, random_state=seed)
    return (x, y), (x_choice, y_choice), (x_test, y_test)


def over_seeds(run, count):
    """What `run(seed)` returns, arrays or numbers, each stacked over the seeds 0, 1 ..."""
    return tuple(np.array(values) for values in zip(*map(run, range(count)), strict=True))


def seeds(default=3):
    """Command line of a chapter that compares: how many seeds, and where the picture goes."""
    script = sys.modules["__main__"]
    parser = argparse.ArgumentParser(description=script.__doc__.splitlines()[0])
    parser.add_argument(
        "--seeds", type=int, default=default, help="runs of each, with other weights and other rows"
    )
    parser.add_argument("--picture", default=f"{Path(script.__file__).stem}.png")
    return parser.parse_args()


def band(axes, x, runs, colour, **style):
    """The mean of runs, (runs, points), in a band from the smallest to the largest; returns its end."""
    axes.fill_between(x, runs.min(0), runs.max(0), color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, runs.mean(0), color=colour, linewidth=2, **style)
    return x[-1], runs.mean(0)[-1]


def spread(accuracies):
    """The mean of several runs, and how far they lie apart."""
    return f"{np.mean(accuracies):.3f} ({np.min(accuracies):.3f} to {np.max(accuracies):.3f})"


def new_picture(headline, panels):
    """A figure with panels side by side under a headline that says what is to be seen."""
    plt.rcParams.update({"font.size": 10, "xtick.color": QUIET, "ytick.color": QUIET})
    figure, axes = plt.subplots(1, panels, figsize=(5.8 * panels, 4.6), dpi=150, squeeze=False)
    figure.subplots_adjust(left=0.13 / panels, right=1 - 0.17 / panels, top=0.83, bottom=0.13, wspace=0.42)
    figure.suptitle(headline, x=0.13 / panels, ha="left", color=INK, fontsize=14, fontweight="bold")
    for panel in axes[0]:
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color("#BBBBBB")
        panel.grid(axis="y", color="#EEEEEE")
        panel.set_axisbelow(True)
    return figure, axes[0]


def title(axes, text, x_label):
    axes.set_title(text, loc="left", color=INK, fontweight="bold")
    axes.set_xlabel(x_label, color=QUIET)


def label(axes, ends):
    """Name lines at their right ends, (x, y, name, colour) each, moved apart where they are close."""
    axes.get_ylim()  # settles the scale, which is worked out only when asked for
    points_per_pixel = 72 / axes.figure.dpi
    lowest = float("-inf")
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        height = axes.transData.transform((x, y))[1] * points_per_pixel
        lowest = max(height, lowest + 12)
        axes.annotate(
            name,
            (x, y),
            (6, lowest - height),
            textcoords="offset points",
            va="center",
            color=colour,
            annotation_clip=False,
        )
