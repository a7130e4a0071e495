"""Weights of classes as weights of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.types import Array


class ClassWeights:
    """What the loss of a row counts, by its class.

    Args:
        owner: whose argument it is: "fit".
        weights: `{class: weight}`; classes that are absent weigh 1. A class may be written as a text, `"1"`,
            as files of JSON have it.

    Raises:
        ValueError: for anything else.

    >>> ClassWeights("fit", {0: 5.0, 1: 2.0}).of_labels(np.array([0, 2, 1])).tolist()
    [5.0, 1.0, 2.0]
    """

    def __init__(self, owner: str, weights: Any) -> None:
        if not isinstance(weights, Mapping):
            raise checks.refusal(
                owner, "class_weight", f"a dictionary {{class: weight}}{_cure(weights)}", weights
            )
        self._weights = {_class(owner, label): _weight(owner, label, weights[label]) for label in weights}

    def of_labels(self, labels: Array) -> Array:
        """The weight of every label, of any shape."""
        found, places = np.unique(labels, return_inverse=True)
        table = np.array([self._weights.get(int(label), 1.0) for label in found])
        return np.asarray(table[places.reshape(labels.shape)])


def _cure(weights: Any) -> str:
    """How the dictionary is made of what else weights of classes are kept in."""
    if isinstance(weights, str) and weights == "balanced":
        return ", such as {c: len(y) / (len(np.unique(y)) * np.sum(y == c)) for c in np.unique(y)}"
    listed = isinstance(weights, (list, tuple, np.ndarray))
    return ", such as dict(enumerate(class_weight)) where there is one for each class" if listed else ""


def _class(owner: str, label: Any) -> int:
    number = int(label) if isinstance(label, (bool, np.bool_)) else label
    try:
        return checks.integer(owner, "class_weight", int(label) if isinstance(label, str) else number)
    except ValueError:
        raise ValueError(
            f"{owner}: the keys of 'class_weight' must be classes as y holds them, 0, 1 and so on. "
            f"Received: {checks.shown(label)}"
        ) from None


def _weight(owner: str, label: Any, weight: Any) -> float:
    try:
        return checks.number(owner, "class_weight", weight, least=0)
    except ValueError:
        raise ValueError(
            f"{owner}: 'class_weight' of {checks.shown(label)} must be a finite number from 0. "
            f"Received: {checks.shown(weight)}"
        ) from None


def labels_of(targets: Array, takes_labels: bool) -> Array:
    """The class of every row, or of every position of every row.

    Args:
        targets: class numbers; or, one axis more, the largest of several values or one value, 0 or 1.
        takes_labels: whether they are class numbers.

    >>> labels_of(np.array([[0, 1], [1, 0]]), takes_labels=False).tolist()
    [1, 0]
    """
    if not takes_labels:
        if targets.shape[-1] > 1:
            return np.asarray(targets.argmax(axis=-1))
        targets = targets[..., 0]
    with np.errstate(invalid="ignore"):  # a NaN is reported where the loss is looked at
        return np.asarray(np.rint(targets).astype(np.int64))
