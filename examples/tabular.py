"""Tables: scikit-learn's breast cancer and diabetes data, beside its linear models: tabular.png.

python examples/tabular.py [--seeds 5] [--picture tabular.png]

A linear model is hard to beat on either, and the numbers say so: the progress of diabetes depends on ten
columns nearly linearly, and 264 patients are too few to learn from them where it does not. What a network can
do for such a table is to be no worse: a layer from the input straight to the output is the linear model, and
a small network beside it, held back by dropout and a strong penalty, adds the little that there is to add.
"""

import chapter
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import lamella
from lamella import layers, regularizers
from lamella.callbacks import EarlyStopping, ReduceLROnPlateau


def parts(load, seed, is_classes):
    """Standardised columns and targets: 60 % for training, 15 % for stopping, 25 % for the test."""
    x, y = load(return_X_y=True)
    halves = {"random_state": seed, "stratify": y if is_classes else None}
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.25, **halves)
    halves["stratify"] = y if is_classes else None
    x, x_stop, y, y_stop = train_test_split(x, y, test_size=0.2, **halves)
    scaler = StandardScaler().fit(x)
    return [
        (scaler.transform(columns), targets)
        for columns, targets in ((x, y), (x_stop, y_stop), (x_test, y_test))
    ]


def network(features, activation):
    """A linear model and a small network beside it."""
    penalty = regularizers.L2(0.03)
    beside = [
        layers.Dense(16, "relu", kernel_regularizer=penalty),
        layers.Dropout(0.3),
        layers.Dense(1, kernel_initializer="zeros", kernel_regularizer=penalty),
    ]
    return lamella.Sequential(
        [layers.Input((features,)), layers.Residual(beside, [layers.Dense(1)]), layers.Activation(activation)]
    )


def fit(model, training, validation):
    """Train until the rows that are kept aside say stop."""
    stop = EarlyStopping(patience=40, restore_best_weights=True)
    slow = ReduceLROnPlateau(factor=0.5, patience=15)
    model.fit(*training, epochs=400, validation_data=validation, verbose=0, callbacks=[stop, slow])


def breast_cancer(seed):
    """Truth and probability of a benign tumour for the held-out women, of the network and a linear model."""
    lamella.utils.set_random_seed(seed)
    training, validation, (x_test, y_test) = parts(load_breast_cancer, seed, True)
    model = network(x_test.shape[1], "sigmoid")
    model.compile(lamella.optimizers.Adam(3e-3), "binary_crossentropy")
    fit(model, training, validation)
    linear = LogisticRegression(C=0.1).fit(*training)
    return y_test, model.predict(x_test, verbose=0)[:, 0], linear.predict_proba(x_test)[:, 1]


def diabetes(seed):
    """Truth and prediction of the disease's progress, of the network and of a linear model."""
    lamella.utils.set_random_seed(seed)
    training, validation, (x_test, y_test) = parts(load_diabetes, seed, False)
    centre, scale = training[1].mean(), training[1].std()
    scaled = [(x, (y - centre) / scale) for x, y in (training, validation)]
    model = network(x_test.shape[1], None)
    model.compile(lamella.optimizers.Adam(3e-3), "mse")
    fit(model, *scaled)
    linear = LinearRegression().fit(*training)
    return y_test, model.predict(x_test, verbose=0)[:, 0] * scale + centre, linear.predict(x_test)


def draw(path, cancer, sugar):
    """The test rows of the first seed."""
    truth, probability, _ = (values[0] for values in cancer)
    area = roc_auc_score(truth, probability)
    measured, predicted, _ = (values[0] for values in sugar)
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


def scores(score, results):
    """The network's and the linear model's, one a seed."""
    truth, network, linear = results
    return [np.array([score(*pair) for pair in zip(truth, said, strict=True)]) for said in (network, linear)]


def main():
    arguments = chapter.seeds(5)
    cancer, sugar = (chapter.over_seeds(run, arguments.seeds) for run in (breast_cancer, diabetes))
    draw(arguments.picture, cancer, sugar)
    right = scores(lambda truth, said: accuracy_score(truth, said > 0.5), cancer)
    explained = scores(r2_score, sugar)
    for name, (of_network, of_linear) in (("breast cancer, accuracy", right), ("diabetes, R2", explained)):
        better = np.sum(of_network > of_linear)
        print(
            f"{name}: network {chapter.spread(of_network)}, linear model {chapter.spread(of_linear)}, ",
            end="",
        )
        print(f"the network ahead in {better} of {len(of_network)}")
    print(f"breast cancer, accuracy: {right[0].mean():.4f}")
    print(f"diabetes, R2: {explained[0].mean():.4f} (linear model {explained[1].mean():.4f})")


if __name__ == "__main__":
    main()
