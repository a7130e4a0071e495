"""Models as estimators of scikit-learn."""

import subprocess
import sys

import numpy as np
import pytest

import lamella
from lamella import layers

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lamella.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
LABELS = np.array(["red", "green", "blue"])[X.argmax(axis=1)]
TARGETS = X.sum(axis=1)


def classifier(X, y, units=16):  # noqa: N803  # the name that scikit-learn has
    hidden = layers.Dense(units, "relu")
    model = lamella.Sequential([lamella.Input(X.shape[1:]), hidden, layers.Dense(y.shape[1], "softmax")])
    model.compile(lamella.optimizers.Adam(0.05), "categorical_crossentropy")
    return model


def linear():
    model = lamella.Sequential([lamella.Input((3,)), layers.Dense(1)])
    model.compile(lamella.optimizers.Adam(0.1), "mse")
    return model


FIT = {"epochs": 40, "verbose": 0}


def test_a_function_makes_a_classifier_of_labels():
    estimator = SKLearnClassifier(classifier, model_kwargs={"units": 12}, fit_kwargs=FIT).fit(X, LABELS)
    assert estimator.classes_.tolist() == ["blue", "green", "red"]
    assert estimator.model_.layers[0].units == 12
    assert estimator.decision_function(X).shape == (120, 3)
    assert estimator.score(X, LABELS) > 0.9
    assert len(estimator.history_.history["loss"]) == 40


def test_arguments_of_fit_come_first():
    estimator = SKLearnClassifier(classifier, fit_kwargs=FIT).fit(X, LABELS, epochs=2)
    assert len(estimator.history_.history["loss"]) == 2
    assert FIT["epochs"] == 40


def test_a_compiled_model_is_cloned_for_each_fit():
    model = linear()
    before = model.get_weights()
    estimator = SKLearnRegressor(model, fit_kwargs=FIT).fit(X, TARGETS)
    assert estimator.predict(X).shape == (120,)
    assert estimator.score(X, TARGETS) > 0.99
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))
    assert estimator.fit(X, np.stack([TARGETS], axis=1)).predict(X).shape == (120, 1)


def test_a_warm_start_goes_on():
    estimator = SKLearnRegressor(linear(), warm_start=True, fit_kwargs=FIT)
    first, second = (estimator.fit(X, TARGETS).history_.history["loss"] for _ in range(2))
    assert second[0] < first[0] / 10
    assert estimator.model_ is estimator.model


def test_estimators_are_cloned_searched_and_put_into_pipelines():
    estimator = SKLearnRegressor(linear(), fit_kwargs=FIT)
    assert clone(estimator).get_params(deep=False) == estimator.get_params(deep=False)
    assert cross_val_score(estimator, X, TARGETS, cv=2).min() > 0.9
    search = GridSearchCV(
        make_pipeline(StandardScaler(), SKLearnClassifier(classifier, fit_kwargs=FIT)),
        {"sklearnclassifier__model_kwargs": [{"units": 2}, {"units": 16}]},
        cv=2,
    )
    assert search.fit(X, LABELS).best_score_ > 0.7


def test_a_transformer_hands_outputs_on():
    transformer = SKLearnTransformer(linear(), fit_kwargs={"verbose": 0})
    assert transformer.fit(X, TARGETS).transform(X).shape == (120, 1)


@pytest.mark.parametrize(
    ("make", "y", "words"),
    [
        (lambda: SKLearnRegressor(3), TARGETS, "'model' must be a model, or a function"),
        (lambda: SKLearnRegressor(lambda **data: 3), TARGETS, "'model' must be a compiled model"),
        (lambda: SKLearnRegressor(lamella.Sequential([layers.Dense(1)])), TARGETS, "compiled model"),
        (lambda: SKLearnRegressor(lambda x: x), TARGETS, "'model' must be a function of X= and y="),
        (lambda: SKLearnRegressor(linear(), model_kwargs={"a": 1}), TARGETS, "'model_kwargs' must be None"),
        (lambda: SKLearnRegressor(linear(), fit_kwargs={"a": 1}), TARGETS, "'fit_kwargs' must be arguments"),
        (lambda: SKLearnClassifier(classifier), TARGETS, "labels of two or more classes, not continuous"),
        (lambda: SKLearnClassifier(classifier), ["one"] * 120, "labels of two or more classes"),
        (lambda: SKLearnRegressor(linear()), TARGETS[:3], "inconsistent numbers of samples"),
    ],
)
def test_what_does_not_fit_is_refused(make, y, words):
    with pytest.raises(ValueError, match=words):
        make().fit(X, y)


def test_rows_of_another_width_are_refused():
    estimator = SKLearnRegressor(linear(), fit_kwargs={"verbose": 0}).fit(X, TARGETS)
    with pytest.raises(ValueError, match="X has 2 features"):
        estimator.predict(X[:, :2])


def test_without_scikit_learn_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['sklearn'] = None; import lamella; lamella.wrappers\n"
        "try:\n    lamella.wrappers.SKLearnClassifier\n"
        "except ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'lamella[sklearn]'" in run.stdout
