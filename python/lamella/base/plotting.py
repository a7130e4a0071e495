"""How the library's own pictures look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamella.base.checks import refusal
from lamella.base.optional import require

INK, QUIET = "#222222", "#767676"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, which colour-blind readers can tell apart."""


def new_figure(
    panels: int, title: str, ax: Any = None, width: float = 5.2, height: float = 4.0
) -> tuple[Any, list[Any]]:
    """A figure with panels side by side, three at most in a row; returns it and its axes.

    It belongs to no window and no global list: whoever holds it may save it or let it go, and a notebook
    shows it.

    Args:
        panels: how many.
        title: what stands above a figure of its own.
        ax: axes of matplotlib to draw in instead, one for each panel; a single one stands for a list of one.
        width, height: of a panel, in inches.

    Raises:
        ImportError: when matplotlib is not installed.
        ValueError: for other axes.
    """
    if ax is not None:
        every = list(getattr(ax, "flat", ax if isinstance(ax, (list, tuple)) else [ax]))
        if len(every) != panels or not all(hasattr(axes, "plot") for axes in every):
            wanted = "axes of matplotlib" if panels == 1 else f"a list of {panels} axes of matplotlib"
            raise refusal("plot", "ax", wanted, ax)
        return every[0].figure, every
    require("matplotlib.figure", "plot")
    from lamella.base.picture import Picture

    columns = min(panels, 3)
    rows = -(-panels // columns)
    figure = Picture(figsize=(width * columns, height * rows + 0.5), dpi=120, layout="constrained")
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
    every = [figure.add_subplot(rows, columns, index + 1) for index in range(panels)]
    for axes in every:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color("#BBBBBB")
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_axisbelow(True)
        axes.tick_params(colors=QUIET)
    return figure, every


def label_panel(axes: Any, title: str, x_label: str) -> None:
    """Write what a panel shows and over what."""
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_xlabel(x_label, color=QUIET)


def label_lines(axes: Any, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Name lines where they end, moved apart where they end close to each other.

    Args:
        axes: the panel, with its lines drawn.
        ends: for each line x and y of its end, its name and its colour.
    """
    axes.get_ylim()  # settles the scale, which is worked out only when asked for
    transform = axes.transData
    gap = 12 * axes.figure.dpi / 72
    lowest = float("-inf")
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        at = transform.transform((x, y))[1]
        placed = max(at, lowest + gap)
        lowest = placed
        axes.annotate(
            name,
            (x, y),
            xytext=(6, (placed - at) * 72 / axes.figure.dpi),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )
