"""Cross-entropies that weigh examples by how wrong they are: focal losses and generalised cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.results import ArrayResult, answer
from lamella.base.types import Array, Config
from lamella.losses.crossentropy import _SmoothedCrossentropy, warn_of_one_class
from lamella.losses.loss import Loss


class BinaryFocalCrossentropy(_SmoothedCrossentropy):
    """Binary cross-entropy times `(1 - p_t) ** gamma`, averaged over each row.

    `p_t` is the probability of what is true. Source: Lin et al., "Focal Loss for Dense Object Detection"
    (arXiv 1708.02002).

    Args:
        apply_class_balancing: whether ones weigh `alpha` and zeros `1 - alpha`. Defaults to False.
        alpha: see `apply_class_balancing`. Defaults to 0.25.
        gamma: the focusing exponent. Defaults to 2.
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        label_smoothing: moves targets this far towards 0.5, in [0, 1]. Defaults to 0.
        axis: the axis or axes that are averaged over. Defaults to the last.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1].

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733
    """

    kind = "binary_focal_crossentropy"
    of_elements = True

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        owner = type(self).__name__
        self.apply_class_balancing = checks.flag(owner, "apply_class_balancing", apply_class_balancing)
        self.alpha = checks.number(owner, "alpha", alpha)
        self.gamma = checks.number(owner, "gamma", gamma)

    def attributes(self) -> dict[str, Any]:
        return {
            **super().attributes(),
            "apply_class_balancing": self.apply_class_balancing,
            "alpha": self.alpha,
            "gamma": self.gamma,
        }


class CategoricalFocalCrossentropy(_SmoothedCrossentropy):
    """`-sum(alpha * (1 - p) ** gamma * y * log(p))` over the classes of each row.

    Source: Lin et al., "Focal Loss for Dense Object Detection" (arXiv 1708.02002).

    Args:
        alpha: weight of the loss. Defaults to 0.25.
        gamma: the focusing exponent. Defaults to 2.
        from_logits: whether predictions are logits, not probabilities. Defaults to False.
        label_smoothing: gives this share of each target to all classes alike, in [0, 1]. Defaults to 0.
        axis: the axis of the classes. Defaults to the last.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a smoothing outside [0, 1].

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433
    """

    kind = "categorical_focal_crossentropy"

    def values(self, y_true: Any, y_pred: Any) -> Array:
        found = super().values(y_true, y_pred)
        self.look_at(np.shape(y_pred))
        return found

    def look_at(self, output_shape: tuple[int, ...]) -> None:
        warn_of_one_class(self.kind, output_shape)

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.alpha = checks.number(type(self).__name__, "alpha", alpha)
        self.gamma = checks.number(type(self).__name__, "gamma", gamma)

    def attributes(self) -> dict[str, Any]:
        return {**super().attributes(), "alpha": self.alpha, "gamma": self.gamma}


class CategoricalGeneralizedCrossEntropy(Loss):
    """`(1 - p[y] ** q) / q`; targets are integer classes of shape (...) or (..., 1).

    Between cross-entropy (q near 0) and absolute error (q = 1), for noisy labels. Source: Zhang and Sabuncu,
    "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels" (arXiv 1805.07836).

    Args:
        q: the exponent, in (0, 1). Defaults to 0.5.
        reduction: see `Loss`.
        name: a name.
        dtype: see `Loss`.

    Raises:
        ValueError: for a q outside (0, 1).

    >>> round(float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]])), 4)
    1.0
    """

    kind = "categorical_generalized_cross_entropy"
    takes_labels = True

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.q = checks.number(type(self).__name__, "q", q, above=0, below=1)

    def attributes(self) -> dict[str, Any]:
        return {"delta": self.q}

    def get_config(self) -> Config:
        return {**super().get_config(), "q": self.q}


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> ArrayResult:
    """The binary focal cross-entropy of each row.

    Args:
        y_true: targets, shape (..., outputs).
        y_pred: predictions, the same shape.
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis: see
            `BinaryFocalCrossentropy`.

    Returns:
        An array of y_pred's shape without the axis.

    >>> binary_focal_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).shape
    (1,)
    """
    loss = BinaryFocalCrossentropy(apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis)
    return answer(loss.values(y_true, y_pred))


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> ArrayResult:
    """The categorical focal cross-entropy of each row.

    Args:
        y_true: targets, shape (..., classes).
        y_pred: predictions, the same shape.
        alpha, gamma, from_logits, label_smoothing, axis: see `CategoricalFocalCrossentropy`.

    Returns:
        An array of y_pred's shape without the axis.

    >>> categorical_focal_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).shape
    (1,)
    """
    loss = CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis)
    return answer(loss.values(y_true, y_pred))


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> ArrayResult:
    """The generalised cross-entropy of each row, targets being integer classes.

    Args:
        y_true: classes, shape (...) or (..., 1).
        y_pred: probabilities, shape (..., classes).
        q: see `CategoricalGeneralizedCrossEntropy`.

    Returns:
        An array of shape y_pred.shape[:-1].

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5).tolist()
    [1.0]
    """
    return answer(CategoricalGeneralizedCrossEntropy(q).values(y_true, y_pred))
