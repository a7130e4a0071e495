"""Models as estimators of scikit-learn, which is imported when one is asked for."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.wrappers.estimators import *

publish_package(__name__, {"estimators": "SKLearnClassifier SKLearnRegressor SKLearnTransformer"})
