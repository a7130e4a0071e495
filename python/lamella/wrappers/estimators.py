"""The estimators: a compiled model, or a function that makes one, behind scikit-learn's methods."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Self

import numpy as np

from lamella.base.checks import flag, refusal
from lamella.base.optional import require
from lamella.base.types import Array, Config
from lamella.models import Model
from lamella.models.cloning import clone_model

_base = require("sklearn.base", "sklearn")
_validation = require("sklearn.utils.validation", "sklearn")
_multiclass = require("sklearn.utils.multiclass", "sklearn")
BaseEstimator: Any = _base.BaseEstimator
ClassifierMixin: Any = _base.ClassifierMixin
RegressorMixin: Any = _base.RegressorMixin
TransformerMixin: Any = _base.TransformerMixin


class _Estimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The common part of the estimators.

    Args:
        model: a compiled `Sequential`, which is cloned for each fit, or a function that returns one and is
            called with the training data as `X=` and `y=`, and with `model_kwargs`.
        warm_start: whether `fit` goes on with the model of the last `fit`, or with the given one. Defaults
            to False.
        model_kwargs: further arguments of the function, or None.
        fit_kwargs: arguments of the model's `fit`, or None; those of the estimator's `fit` come first.

    Attributes:
        model_: the model that was trained.
        history_: what its `fit` returned.
    """

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: Config | None = None,
        fit_kwargs: Config | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_clone__(self) -> Self:
        """An estimator that has not been fitted, with the same model: each `fit` clones it anyway."""
        return type(self)(**self.get_params(deep=False))

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Self:  # noqa: N803  # scikit-learn's name
        """Train a model.

        Args:
            X: rows, (rows, ...).
            y: targets, (rows,) or (rows, outputs).
            **kwargs: arguments of the model's `fit`.

        Raises:
            ValueError: for arrays that do not fit each other, or a model that is not compiled.
        """
        rows, given = _validation.check_X_y(
            X, y, multi_output=True, allow_nd=True, dtype="numeric", y_numeric=False
        )
        targets = self._targets_for_fit(given)
        self.n_features_in_ = rows.shape[1]
        options = {**_arguments(self, "fit_kwargs", self.fit_kwargs), **kwargs}
        if not _binds(Model.fit, None, rows, targets, **options):
            raise refusal(type(self).__name__, "fit_kwargs", "arguments of the model's fit", options)
        model = self._model_for(rows, targets)
        self.history_ = model.fit(rows, targets, **options)
        self.model_ = model
        return self

    def _model_for(self, rows: Array, targets: Array) -> Model:
        """The model that is trained next."""
        warm = flag(type(self).__name__, "warm_start", self.warm_start)
        options = _arguments(self, "model_kwargs", self.model_kwargs)
        if isinstance(self.model, Model) and options:
            raise refusal(
                type(self).__name__, "model_kwargs", "None: a model, not a function, is given", options
            )
        if warm and hasattr(self, "model_"):
            model: Any = self.model_
        elif isinstance(self.model, Model):
            model = self.model if warm else _compiled_clone(self.model)
        elif callable(self.model):
            if not _binds(self.model, X=rows, y=targets, **options):
                expected = "a function of X= and y=, and of what model_kwargs holds"
                raise refusal(type(self).__name__, "model", expected, self.model)
            model = self.model(X=rows, y=targets, **options)
        else:
            raise refusal(type(self).__name__, "model", "a model, or a function that returns one", self.model)
        if not isinstance(model, Model) or not model.compiled:
            raise refusal(type(self).__name__, "model", "a compiled model, or return one", model)
        return model

    def _targets_for_fit(self, y: Array) -> Array:
        """Targets as the model is given them."""
        self._flat = y.ndim == 1
        return y[:, np.newaxis] if self._flat else y

    def _outputs(self, X: Any) -> Array:  # noqa: N803
        _validation.check_is_fitted(self)
        rows = _validation.check_array(X, allow_nd=True)
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {rows.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        return self.model_.predict(rows, verbose=0)


class SKLearnClassifier(ClassifierMixin, _Estimator):  # type: ignore[misc]
    """A model as classifier; it is given one-hot targets, whatever the labels are.

    Args:
        model, warm_start, model_kwargs, fit_kwargs: a compiled `Sequential`, or a function that makes one of
            `X=` and `y=`; whether to go on training; arguments of the function, and of the model's `fit`.

    Attributes:
        classes_: the labels, in the order of the model's outputs.

    >>> import lamella
    >>> def two_layers(X, y):
    ...     model = lamella.Sequential([lamella.layers.Dense(8, "relu"), lamella.layers.Dense(2, "softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> labels = np.where(x[:, 0] > 0, "right", "left")
    >>> estimator = SKLearnClassifier(two_layers, fit_kwargs={"epochs": 50, "verbose": 0}).fit(x, labels)
    >>> estimator.score(x, labels) > 0.9
    True
    """

    def _targets_for_fit(self, y: Array) -> Array:
        kind = _multiclass.type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise refusal("SKLearnClassifier", "y", f"labels of two or more classes, not {kind}", y)
        self.classes_, places = np.unique(y.reshape(len(y)), return_inverse=True)
        if len(self.classes_) < 2:
            raise refusal("SKLearnClassifier", "y", "labels of two or more classes", y)
        return np.eye(len(self.classes_), dtype="float32")[places.reshape(-1)]

    def decision_function(self, X: Any) -> Array:  # noqa: N803
        """What the model puts out, (rows, classes)."""
        return self._outputs(X)

    def predict(self, X: Any) -> Array:  # noqa: N803
        """The label of the largest output of each row."""
        return np.asarray(self.classes_[self._outputs(X).argmax(axis=1)])


class SKLearnRegressor(RegressorMixin, _Estimator):  # type: ignore[misc]
    """A model as regressor.

    Args:
        model, warm_start, model_kwargs, fit_kwargs: see `SKLearnClassifier`.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
    >>> model.compile(lamella.optimizers.Adam(0.1), "mse")
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> estimator = SKLearnRegressor(model, fit_kwargs={"epochs": 50, "verbose": 0}).fit(x, x.sum(axis=1))
    >>> estimator.predict(x).shape, estimator.score(x, x.sum(axis=1)) > 0.9
    ((200,), True)
    """

    def predict(self, X: Any) -> Array:  # noqa: N803
        """The outputs of the model, (rows,) where the targets had one axis."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._flat else outputs


class SKLearnTransformer(TransformerMixin, _Estimator):  # type: ignore[misc]
    """A model as transformer: it is trained on targets, and its outputs go on to the next step.

    Args:
        model, warm_start, model_kwargs, fit_kwargs: see `SKLearnClassifier`.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(3)])
    >>> model.compile("sgd", "mse")
    >>> transformer = SKLearnTransformer(model, fit_kwargs={"verbose": 0})
    >>> transformer.fit(np.ones((8, 2)), np.ones((8, 3))).transform(np.ones((8, 2))).shape
    (8, 3)
    """

    def transform(self, X: Any) -> Array:  # noqa: N803
        """The outputs of the model."""
        return self._outputs(X)


def _arguments(estimator: _Estimator, name: str, value: Any) -> Config:
    """Further arguments of a function, by name; none where the value is None."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise refusal(type(estimator).__name__, name, "a dictionary of arguments, or None", value)
    return value


def _binds(function: Callable[..., Any], *arguments: Any, **options: Any) -> bool:
    """Whether a function takes these arguments, without calling it."""
    try:
        signature(function).bind(*arguments, **options)
    except (TypeError, ValueError):
        return False
    return True


def _compiled_clone(model: Model) -> Model:
    """A model with new weights, compiled as the given one is."""
    clone = clone_model(model)
    compiled = model.get_compile_config()
    if compiled is not None:
        clone.compile_from_config(compiled)
    return clone
