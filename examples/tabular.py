"""Tables: scikit-learn's breast cancer and diabetes data, beside its linear models: tabular.png.

python examples/tabular.py [--seed 0] [--picture tabular.png]
"""

import argparse

import chapter
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import lamella
from lamella import layers, regularizers
from lamella.callbacks import EarlyStopping, ReduceLROnPlateau


def standardised(x, y, seed, stratify=None):
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, stratify=stratify, random_state=seed
    )
    scaler = StandardScaler().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_test), y_train, y_test


def fit(model, x, y):
    """Train until a fifth that is kept aside says stop."""
    stop = EarlyStopping(patience=40, restore_best_weights=True)
    slow = ReduceLROnPlateau(factor=0.5, patience=15)
    model.fit(x, y, epochs=400, validation_split=0.2, verbose=0, callbacks=[stop, slow])


def network(features, activation):
    penalty = regularizers.L2(1e-3)
    return lamella.Sequential(
        [
            layers.Input((features,)),
            layers.Dense(32, "relu", kernel_regularizer=penalty),
            layers.Dropout(0.2),
            layers.Dense(16, "relu", kernel_regularizer=penalty),
            layers.Dense(1, activation),
        ]
    )


def breast_cancer(seed):
    """Truth and probability of a benign tumour for the held-out women."""
    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = standardised(x, y, seed, stratify=y)
    model = network(x.shape[1], "sigmoid")
    model.compile("adam", "binary_crossentropy")
    fit(model, x_train, y_train)
    return y_test, model.predict(x_test, verbose=0)[:, 0]


def diabetes(seed):
    """Truth and prediction of the disease's progress, and what a linear model explains of it."""
    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = standardised(x, y, seed)
    centre, scale = y_train.mean(), y_train.std()
    model = network(x.shape[1], None)
    model.compile("adam", "mse")
    fit(model, x_train, (y_train - centre) / scale)
    linear = LinearRegression().fit(x_train, y_train)
    predicted = model.predict(x_test, verbose=0)[:, 0] * scale + centre
    return y_test, predicted, r2_score(y_test, linear.predict(x_test))


def draw(path, cancer, sugar):
    truth, probability = cancer
    area = roc_auc_score(truth, probability)
    measured, predicted, _ = sugar
    figure, (left, right) = chapter.new_picture(
        f"Two tables: tumours told apart with an AUC of {area:.3f}, diabetes foreseen only roughly", 2
    )
    false, true, _ = roc_curve(truth, probability)
    left.plot([0, 1], [0, 1], color="#CCCCCC", linestyle="--")
    left.text(0.6, 0.54, "guessing", color=chapter.QUIET)
    left.plot(false, true, color=chapter.COLOURS[2], linewidth=2)
    left.text(0.12, 0.93, "network", color=chapter.COLOURS[2])
    left.set_ylabel("benign found", color=chapter.QUIET)
    chapter.title(left, f"Breast cancer: {len(truth)} unseen women", "malignant called benign")
    ends = np.array([min(measured.min(), predicted.min()), max(measured.max(), predicted.max())])
    right.plot(ends, ends, color="#CCCCCC", linestyle="--")
    right.annotate(
        "as measured",
        (ends[1], ends[1]),
        (4, 0),
        textcoords="offset points",
        color=chapter.QUIET,
        va="center",
    )
    right.scatter(measured, predicted, s=16, color=chapter.COLOURS[0], alpha=0.7, linewidth=0)
    right.set_ylabel("predicted progress", color=chapter.QUIET)
    chapter.title(right, f"Diabetes: {len(measured)} unseen patients", "measured progress after a year")
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="tabular.png")
    arguments = parser.parse_args()
    lamella.utils.set_random_seed(arguments.seed)
    cancer, sugar = breast_cancer(arguments.seed), diabetes(arguments.seed)
    draw(arguments.picture, cancer, sugar)
    print(f"breast cancer, accuracy: {((cancer[1] > 0.5) == cancer[0]).mean():.4f}")
    print(f"diabetes, R2: {r2_score(sugar[0], sugar[1]):.4f} (linear model {sugar[2]:.4f})")


if __name__ == "__main__":
    main()
