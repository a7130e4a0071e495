"""Losses as metrics: reported, not trained on, and without penalties."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamella.base import checks
from lamella.base.types import Array, Config
from lamella.losses.arrays import axes_or_all, class_axis
from lamella.losses.crossentropy import ignored_class, warn_of_one_class
from lamella.metrics.metric import Metric


class MeanSquaredError(Metric):
    """The mean squared error.

    >>> MeanSquaredError()([[0.0, 0.0]], [[1.0, 3.0]])
    5.0
    """

    kind = "mean_squared_error"
    of_elements = True

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class MeanAbsoluteError(Metric):
    """The mean absolute error.

    >>> MeanAbsoluteError()([[0.0, 0.0]], [[1.0, -3.0]])
    2.0
    """

    kind = "mean_absolute_error"
    of_elements = True

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class BinaryCrossentropy(Metric):
    """The binary cross-entropy; arguments as of `losses.BinaryCrossentropy`.

    >>> round(BinaryCrossentropy()([[1.0]], [[0.5]]), 4)
    0.6931
    """

    kind = "binary_crossentropy"
    of_elements = True

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(dtype, name)
        owner = type(self).__name__
        self.from_logits = checks.flag(owner, "from_logits", from_logits)
        self.label_smoothing = checks.number(owner, "label_smoothing", label_smoothing, least=0, most=1)

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

    def targets(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        found = super().targets(y_true, y_pred)
        self.look_at(np.shape(y_pred))
        return found

    def look_at(self, output_shape: tuple[int, ...]) -> None:
        warn_of_one_class(self.kind, output_shape)

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype, name)
        self.axis = class_axis(type(self).__name__, axis)
        owner = type(self).__name__
        self.from_logits = checks.flag(owner, "from_logits", from_logits)
        self.label_smoothing = checks.number(owner, "label_smoothing", label_smoothing, least=0, most=1)

    def attributes(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}

    def get_config(self) -> Config:
        return {**super().get_config(), **self.attributes(), "axis": self.axis}


class SparseCategoricalCrossentropy(Metric):
    """The sparse categorical cross-entropy; arguments as of `losses.SparseCategoricalCrossentropy`.

    As in Keras, rows of the ignored class count as 0; where rows have weights, they do not count.

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
        owner = type(self).__name__
        self.axis = class_axis(owner, axis)
        self.from_logits = checks.flag(owner, "from_logits", from_logits)
        self.ignore_class = ignored_class(owner, ignore_class)

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
            "axis": self.axis,
        }


class MeanAbsolutePercentageError(Metric):
    """The mean absolute percentage error.

    >>> round(MeanAbsolutePercentageError()([[2.0]], [[1.0]]), 4)
    50.0
    """

    kind = "mean_absolute_percentage_error"
    of_elements = True

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class MeanSquaredLogarithmicError(Metric):
    """The mean squared logarithmic error.

    >>> MeanSquaredLogarithmicError()([[1.0]], [[1.0]])
    0.0
    """

    kind = "mean_squared_logarithmic_error"
    of_elements = True

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class RootMeanSquaredError(Metric):
    """The root of the mean squared error.

    >>> RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]])
    3.0
    """

    kind = "root_mean_squared_error"
    weighs_outputs = True

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class LogCoshError(Metric):
    """The mean logarithm of the hyperbolic cosine of the error.

    >>> round(LogCoshError()([[1.0]], [[1.0]]), 6)
    0.0
    """

    kind = "log_cosh"
    of_elements = True

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class Poisson(Metric):
    """The Poisson loss.

    >>> Poisson()([[0.0]], [[1.0]])
    1.0
    """

    kind = "poisson"
    of_elements = True

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
    of_elements = True

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(dtype, name)


class SquaredHinge(Metric):
    """The squared hinge loss.

    >>> SquaredHinge()([[1.0]], [[0.5]])
    0.25
    """

    kind = "squared_hinge"
    of_elements = True

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
    """The cosine of the angle between targets and predictions, along one axis or several.

    >>> CosineSimilarity()([[0.0, 1.0]], [[0.0, 3.0]])
    1.0
    """

    kind = "cosine_similarity"
    direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(dtype, name)
        self.axis = axes_or_all("CosineSimilarity", axis)

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}
