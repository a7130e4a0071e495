"""F-beta scores of classes and the coefficient of determination."""

from __future__ import annotations

from typing import Any

from lamella.base import checks
from lamella.base.types import Array, Config
from lamella.metrics.outputs import OutputMetric


class FBetaScore(OutputMetric):
    """`(1 + beta ** 2) * precision * recall / (beta ** 2 * precision + recall)` of each class.

    Args:
        average: None (the default) for an array by class, `"micro"` from counts over all classes,
            `"macro"` for
            the mean, `"weighted"` for the mean weighted by the classes' targets.
        beta: how much more recall weighs than precision. Defaults to 1.
        threshold: predictions above it are positive; without one the largest of each row.
        name: a name.
        dtype: see `Metric`.

    Raises:
        ValueError: for another average, a beta that is not positive, or a threshold outside (0, 1].

    >>> round(FBetaScore(average="macro")([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]), 4)
    1.0
    """

    kind = "fbeta_score"
    direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        owner = type(self).__name__
        self.average = checks.choice(owner, "average", average, (None, "micro", "macro", "weighted"))
        self.beta = checks.number(owner, "beta", beta, above=0)
        given = threshold is not None
        self.threshold = checks.number(owner, "threshold", threshold, above=0, most=1) if given else None

    def attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"average": self.average or "none", "beta": self.beta}
        if self.threshold is not None:
            attributes["threshold"] = self.threshold
        return attributes

    def targets(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        true, predicted = super().targets(y_true, y_pred)
        if predicted.ndim < 2:
            raise ValueError(
                f"{type(self).__name__}: 'y_pred' must have an axis of rows and one of classes. Received: "
                f"y_pred of shape {predicted.shape}"
            )
        return true, predicted

    def get_config(self) -> Config:
        config = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **config}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall of each class; arguments as of `FBetaScore`.

    >>> F1Score(threshold=0.5)([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]]).round(4).tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> Config:
        return {key: value for key, value in super().get_config().items() if key != "beta"}


class R2Score(OutputMetric):
    """The share of the targets' variance that predictions explain, 1 at best.

    Args:
        class_aggregation: `"uniform_average"` (the default) over outputs, `"variance_weighted_average"`,
            or None
            for an array.
        num_regressors: number of inputs, for the adjusted score; 0, the default, for the plain one.
        name: a name.
        dtype: see `Metric`.

    Raises:
        ValueError: for another aggregation, or a negative number.

    >>> round(R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [2.0]]), 4)
    0.5
    """

    kind = "r2_score"
    weighs_outputs = True
    direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        allowed = (None, "uniform_average", "variance_weighted_average")
        self.class_aggregation = checks.choice("R2Score", "class_aggregation", class_aggregation, allowed)
        self.num_regressors = checks.integer("R2Score", "num_regressors", num_regressors, least=0)

    def attributes(self) -> dict[str, Any]:
        return {
            "class_aggregation": self.class_aggregation or "none",
            "num_regressors": self.num_regressors,
        }

    def get_config(self) -> Config:
        config = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **config}
