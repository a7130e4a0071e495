"""Training runs written once for Keras and lamella: each function takes the module that plays Keras.

Run as a script with Keras installed, it writes what Keras computes: python keras_scenarios.py float64 out.npz
"""

import sys
from functools import partial

import numpy as np

ROWS, FEATURES, CLASSES, BATCH = 90, 12, 5, 16  # 5 full batches and one of 10 rows; 20 steps are 3.3 epochs


def inputs(dtype):
    return np.random.default_rng(0).normal(size=(ROWS, FEATURES)).astype(dtype)


def labels():
    return np.random.default_rng(1).integers(0, CLASSES, ROWS)


def one_hot(dtype):
    return np.eye(CLASSES, dtype=dtype)[labels()]


def set_weights(model):
    """Weights that do not depend on anybody's initializers; vectors, variances among them, are positive."""
    rng = np.random.default_rng(2)
    values = [rng.normal(0, 0.4, weight.shape) for weight in model.get_weights()]
    model.set_weights([np.abs(value) + 0.1 if value.ndim == 1 else value for value in values])


def network(k, units=CLASSES, last="softmax", normalize=False, penalty=None):
    layers = [k.layers.Input((FEATURES,)), k.layers.Dense(24, kernel_regularizer=penalty)]
    layers += [k.layers.BatchNormalization(momentum=0.8)] if normalize else []
    layers += [
        k.layers.Activation("relu"),
        k.layers.Dense(16, activation="tanh"),
        k.layers.Dense(units, activation=last),
    ]
    model = k.Sequential(layers)
    set_weights(model)
    return model


def record(model, losses):
    return {"losses": np.array(losses, "float64")} | {
        f"weight{i}": w for i, w in enumerate(model.get_weights())
    }


def twenty_steps(k, dtype, optimizer, **options):
    """The loss of each of 20 steps and the weights after them."""
    model = network(k, **options)
    model.compile(optimizer=optimizer(k), loss="sparse_categorical_crossentropy")
    x, y = inputs(dtype), labels()
    starts = [step * BATCH % (ROWS - ROWS % BATCH) for step in range(20)]
    losses = [float(model.train_on_batch(x[a : a + BATCH], y[a : a + BATCH])) for a in starts]
    return record(model, losses)


def fit(k, dtype, loss, target, last="softmax", metrics=(), penalty=None, normalize=False, **options):
    """What `fit` and `evaluate` report, the partial batch and a validation split included."""
    y = target(dtype)
    regularizer = k.regularizers.L2(penalty) if penalty else None
    model = network(k, units=CLASSES, last=last, penalty=regularizer, normalize=normalize)
    model.compile(optimizer=k.optimizers.SGD(0.05), loss=loss(k), metrics=list(metrics))
    x = inputs(dtype)
    history = model.fit(x, y, batch_size=BATCH, epochs=4, shuffle=False, verbose=0, **options).history
    evaluated = model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
    result = record(model, history.pop("loss"))
    result |= {f"history_{name}": np.array(values, "float64") for name, values in history.items()}
    result |= {f"evaluate_{name}": np.array(float(value)) for name, value in evaluated.items()}
    return result | {"predict": model.predict(x, batch_size=32, verbose=0)}


def named(name, **options):
    return lambda k: getattr(k.losses, name)(**options)


OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(learning_rate=0.1),
    "sgd_momentum": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.9),
    "sgd_nesterov": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.8, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(),
    "adam_options": lambda k: k.optimizers.Adam(learning_rate=0.02, beta_1=0.7, beta_2=0.95, epsilon=1e-3),
}

SCENARIOS = {
    **{f"steps_{name}": partial(twenty_steps, optimizer=optimizer) for name, optimizer in OPTIMIZERS.items()},
    "steps_batch_normalization": partial(twenty_steps, optimizer=OPTIMIZERS["sgd"], normalize=True),
    "fit_sparse": partial(
        fit, loss=named("SparseCategoricalCrossentropy"), target=lambda dtype: labels(), metrics=["accuracy"]
    ),
    "fit_sparse_logits": partial(
        fit,
        loss=named("SparseCategoricalCrossentropy", from_logits=True),
        target=lambda dtype: labels(),
        last="linear",
        metrics=["accuracy"],
    ),
    "fit_categorical": partial(
        fit, loss=named("CategoricalCrossentropy"), target=one_hot, metrics=["accuracy", "mse", "mae"]
    ),
    "fit_categorical_smoothed": partial(
        fit, loss=named("CategoricalCrossentropy", label_smoothing=0.2), target=one_hot, metrics=["accuracy"]
    ),
    "fit_binary": partial(
        fit, loss=named("BinaryCrossentropy"), target=one_hot, last="sigmoid", metrics=["accuracy"]
    ),
    "fit_binary_logits_smoothed": partial(
        fit,
        loss=named("BinaryCrossentropy", from_logits=True, label_smoothing=0.1),
        target=one_hot,
        last="linear",
    ),
    "fit_mean_squared_error": partial(
        fit, loss=named("MeanSquaredError"), target=one_hot, last="linear", metrics=["mae"]
    ),
    "fit_penalty_and_validation": partial(
        fit, loss=named("MeanSquaredError"), target=one_hot, penalty=0.01, validation_split=0.25
    ),
    "fit_batch_normalization": partial(fit, loss=named("MeanSquaredError"), target=one_hot, normalize=True),
}


def run_all(k, dtype):
    """Every scenario's arrays under the names scenario/array."""
    return {f"{name}/{key}": value for name, run in SCENARIOS.items() for key, value in run(k, dtype).items()}


if __name__ == "__main__":
    import keras
    from keras.src.backend.common import dtypes

    # Outside TensorFlow, Keras promotes to at most 32 bits, so that means of float64 are taken in float32.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    keras.config.set_floatx(sys.argv[1])
    np.savez(sys.argv[2], **run_all(keras, sys.argv[1]))
