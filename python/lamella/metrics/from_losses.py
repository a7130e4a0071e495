"""Losses as metrics: reported, not trained on, and without penalties."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.losses.crossentropy import check_axis
from lamella.metrics.metric import Metric


class MeanSquaredError(Metric):
    """The mean squared error.

    >>> MeanSquaredError()([[0.0, 0.0]], [[1.0, 3.0]])
    5.0
    """

    kind = "mean_squared_error"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class MeanAbsoluteError(Metric):
    """The mean absolute error.

    >>> MeanAbsoluteError()([[0.0, 0.0]], [[1.0, -3.0]])
    2.0
    """

    kind = "mean_absolute_error"

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class BinaryCrossentropy(Metric):
    """The binary cross-entropy; arguments as of `losses.BinaryCrossentropy`.

    >>> round(BinaryCrossentropy()([[1.0]], [[0.5]]), 4)
    0.6931
    """

    kind = "binary_crossentropy"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(dtype, name)
        self.from_logits = bool(from_logits)
        self.label_smoothing = float(label_smoothing)

    def attributes(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes()}


class CategoricalCrossentropy(Metric):
    """The categorical cross-entropy; arguments as of `losses.CategoricalCrossentropy`.

    >>> round(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]), 4)
    0.6931
    """

    kind = "categorical_crossentropy"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype, name)
        check_axis("CategoricalCrossentropy", axis)
        self.from_logits = bool(from_logits)
        self.label_smoothing = float(label_smoothing)

    def attributes(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes(), "axis": -1}


class SparseCategoricalCrossentropy(Metric):
    """The sparse categorical cross-entropy; arguments as of `losses.SparseCategoricalCrossentropy`.

    >>> round(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]), 4)
    0.6931
    """

    kind = "sparse_categorical_crossentropy"
    takes_labels = True

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype, name)
        check_axis("SparseCategoricalCrossentropy", axis)
        self.from_logits = bool(from_logits)
        self.ignore_class = ignore_class

    def attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"from_logits": self.from_logits}
        if self.ignore_class is not None:
            attributes["ignore_class"] = self.ignore_class
        return attributes

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": -1,
        }


class MeanAbsolutePercentageError(Metric):
    """The mean absolute percentage error.

    >>> round(MeanAbsolutePercentageError()([[2.0]], [[1.0]]), 4)
    50.0
    """

    kind = "mean_absolute_percentage_error"

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class MeanSquaredLogarithmicError(Metric):
    """The mean squared logarithmic error.

    >>> MeanSquaredLogarithmicError()([[1.0]], [[1.0]])
    0.0
    """

    kind = "mean_squared_logarithmic_error"

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class RootMeanSquaredError(Metric):
    """The root of the mean squared error.

    >>> RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]])
    3.0
    """

    kind = "root_mean_squared_error"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class LogCoshError(Metric):
    """The mean logarithm of the hyperbolic cosine of the error.

    >>> round(LogCoshError()([[1.0]], [[1.0]]), 6)
    0.0
    """

    kind = "log_cosh"

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class Poisson(Metric):
    """The Poisson loss.

    >>> Poisson()([[0.0]], [[1.0]])
    1.0
    """

    kind = "poisson"

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class KLDivergence(Metric):
    """The Kullback-Leibler divergence.

    >>> KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]])
    0.0
    """

    kind = "kl_divergence"

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class Hinge(Metric):
    """The hinge loss.

    >>> Hinge()([[1.0]], [[0.5]])
    0.5
    """

    kind = "hinge"

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class SquaredHinge(Metric):
    """The squared hinge loss.

    >>> SquaredHinge()([[1.0]], [[0.5]])
    0.25
    """

    kind = "squared_hinge"

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class CategoricalHinge(Metric):
    """The categorical hinge loss.

    >>> CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]])
    0.5
    """

    kind = "categorical_hinge"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class CosineSimilarity(Metric):
    """The cosine of the angle between targets and predictions; `axis` must be -1.

    >>> CosineSimilarity()([[0.0, 1.0]], [[0.0, 3.0]])
    1.0
    """

    kind = "cosine_similarity"
    direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(dtype, name)
        check_axis("CosineSimilarity", axis)
