"""Models as estimators of scikit-learn, which is imported when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamella.public_names import publish

if TYPE_CHECKING:
    from lamella.wrappers.estimators import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]

publish(__name__, __all__, dict.fromkeys(__all__, "lamella.wrappers.estimators"))
