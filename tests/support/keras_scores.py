"""Losses and metrics computed once for Keras and lamella: `compute` takes the module that plays Keras.

Run as a script with Keras installed, it prints what Keras computes: python keras_scores.py float64
"""

import json
import sys

import numpy as np

ROWS, CLASSES = 23, 7
RNG = np.random.default_rng(5)
NUMBERS = RNG.normal(size=(ROWS, CLASSES))
PROBABILITIES = RNG.dirichlet(np.ones(CLASSES), ROWS)
PROBABILITIES[0] = np.eye(CLASSES)[0]  # clipped at both ends
BITS = (RNG.random((ROWS, CLASSES)) < 0.4).astype("float64")
ONE_HOT = np.eye(CLASSES)[RNG.integers(0, CLASSES, ROWS)]
LABELS = RNG.integers(0, CLASSES, ROWS)
WEIGHTS = RNG.random(ROWS)
OUTPUT_WEIGHTS = RNG.random((ROWS, CLASSES))
OF_OUTPUTS = ("Accuracy", "AUC", "BinaryAccuracy", "R2Score", "RootMeanSquaredError", "TruePositives")
INPUTS = {
    "numbers": (RNG.normal(size=(ROWS, CLASSES)), NUMBERS),
    "counts": (RNG.random((ROWS, CLASSES)), PROBABILITIES),
    "bits": (BITS, PROBABILITIES),
    "margins": (BITS, NUMBERS),
    "logits": (ONE_HOT, NUMBERS),
    "one_hot": (ONE_HOT, PROBABILITIES),
    "labels": (LABELS, PROBABILITIES),
    "label_logits": (LABELS, NUMBERS),
}
REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")
LOSSES = [
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("BinaryCrossentropy", {}, "bits"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, "margins"),
    ("CategoricalCrossentropy", {}, "one_hot"),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, "logits"),
    ("SparseCategoricalCrossentropy", {}, "labels"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "label_logits"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "numbers"),
    ("Huber", {"delta": 0.6}, "numbers"),
    ("LogCosh", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("Poisson", {}, "counts"),
    ("KLDivergence", {}, "one_hot"),
    ("Hinge", {}, "margins"),
    ("SquaredHinge", {}, "numbers"),
    ("CategoricalHinge", {}, "one_hot"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 1.5}, "bits"),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "margins"),
    ("CategoricalFocalCrossentropy", {}, "one_hot"),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "logits"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.6}, "labels"),
    ("Dice", {}, "bits"),
    ("Tversky", {"alpha": 0.3, "beta": 0.8}, "bits"),
    ("Dice", {"axis": (1,)}, "bits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "labels"),
]
METRICS = [
    ("BinaryAccuracy", {"threshold": 0.2}, "bits"),
    ("CategoricalAccuracy", {}, "one_hot"),
    ("SparseCategoricalAccuracy", {}, "labels"),
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "bits"),
    ("CategoricalCrossentropy", {}, "one_hot"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "label_logits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "labels"),
    ("Accuracy", {}, "bits"),
    ("TopKCategoricalAccuracy", {"k": 3}, "one_hot"),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, "labels"),
    ("Precision", {}, "bits"),
    ("Precision", {"thresholds": [0.3, 0.1, 0.2]}, "bits"),
    ("Precision", {"thresholds": [0.0, 0.5, 1.0]}, "bits"),
    ("Recall", {"top_k": 2}, "bits"),
    ("Recall", {"class_id": 2, "thresholds": 0.1}, "bits"),
    ("TruePositives", {"thresholds": [0.1, 0.2]}, "bits"),
    ("TrueNegatives", {}, "bits"),
    ("FalsePositives", {"thresholds": 0.1}, "bits"),
    ("FalseNegatives", {}, "bits"),
    *(
        ("AUC", {"curve": curve, "summation_method": method}, "bits")
        for curve in ("ROC", "PR")
        for method in ("interpolation", "minoring", "majoring")
    ),
    ("AUC", {"multi_label": True}, "bits"),
    ("AUC", {"num_thresholds": 17, "from_logits": True}, "margins"),
    ("AUC", {"thresholds": [0.3, 0.1]}, "bits"),
    *(
        ("FBetaScore", {"average": average, "beta": 2.0}, "one_hot")
        for average in (None, "micro", "weighted")
    ),
    ("F1Score", {"average": "macro", "threshold": 0.2}, "bits"),
    ("R2Score", {}, "numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 3}, "numbers"),
    ("R2Score", {"class_aggregation": None}, "numbers"),
    ("RootMeanSquaredError", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("LogCoshError", {}, "numbers"),
    ("KLDivergence", {}, "one_hot"),
    ("Poisson", {}, "counts"),
    ("Hinge", {}, "margins"),
    ("SquaredHinge", {}, "margins"),
    ("CategoricalHinge", {}, "one_hot"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "numbers"),
]


def compute(k, dtype):
    """Every loss with every reduction and every metric, with and without weights."""
    values = {}
    weights = {"plain": None, "weighted": WEIGHTS.astype(dtype)}
    of_losses = {**weights, "column": WEIGHTS.astype(dtype)[:, None]}
    for number, (name, options, kind) in enumerate(LOSSES):
        y_true, y_pred = prepared(kind, dtype)
        for reduction in REDUCTIONS:
            for label, weight in of_losses.items():
                loss = getattr(k.losses, name)(reduction=reduction, dtype=dtype, **options)
                values[f"loss{number}_{name}_{reduction}_{label}"] = loss(y_true, y_pred, weight)
    for number, (name, options, kind) in enumerate(METRICS):
        y_true, y_pred = prepared(kind, dtype)
        each = {"each": OUTPUT_WEIGHTS.astype(dtype)} if name in OF_OUTPUTS else {}
        for label, weight in {**weights, **each}.items():
            metric = getattr(k.metrics, name)(dtype=dtype, **options)
            for part in (slice(0, 11), slice(11, None)):
                part_weight = None if weight is None else weight[part]
                metric.update_state(y_true[part], y_pred[part], sample_weight=part_weight)
            values[f"metric{number}_{name}_{label}"] = metric.result()
    return {name: np.asarray(value, "float64") for name, value in values.items()}


def prepared(kind, dtype):
    y_true, y_pred = INPUTS[kind]
    return (y_true if kind.startswith("label") else y_true.astype(dtype)), y_pred.astype(dtype)


if __name__ == "__main__":
    import keras

    keras.config.set_floatx(sys.argv[1])
    print(json.dumps({name: value.tolist() for name, value in compute(keras, sys.argv[1]).items()}))
