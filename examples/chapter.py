"""What the examples share: the digits, and how their pictures look."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

INK, QUIET = "#222222", "#767676"
COLOURS = ("#D55E00", "#CC79A7", "#0072B2", "#009E73", "#E69F00")  # from Okabe and Ito's palette


def digits(seed):
    """Pixels from -1 to 1 and labels of 1,797 digits, a fifth of them held out: train and test x, then y."""
    pixels, labels = load_digits(return_X_y=True)
    return train_test_split(pixels / 8 - 1, labels, test_size=0.2, stratify=labels, random_state=seed)


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
