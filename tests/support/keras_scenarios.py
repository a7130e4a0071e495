"""Training runs written once for Keras and lamella: each function takes the module that plays Keras.

Run as a script with Keras installed, it writes what Keras computes: python keras_scenarios.py float64 out.npz
"""

import sys
from functools import partial

import numpy as np

from keras_optimizers import OPTIMIZERS
from keras_windows import SPATIAL, WINDOWS

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


def step_losses(model, x, y):
    """The loss of each of 20 steps."""
    starts = [step * BATCH % (ROWS - ROWS % BATCH) for step in range(20)]
    return [float(model.train_on_batch(x[a : a + BATCH], y[a : a + BATCH])) for a in starts]


def twenty_steps(k, dtype, optimizer, **options):
    """The loss of each of 20 steps and the weights after them."""
    model = network(k, **options)
    model.compile(optimizer=optimizer(k), loss="sparse_categorical_crossentropy")
    return record(model, step_losses(model, inputs(dtype), labels()))


def regularised(k, dtype, **options):
    """20 steps and an evaluation of a network whose first layer has these options."""
    options = {key: make(k) for key, make in options.items()}
    optimizer = options.pop("optimizer", k.optimizers.SGD(0.1, momentum=0.5))
    normalization = {
        key: options.pop(key) for key in ("gamma_constraint", "beta_regularizer") if key in options
    }
    middle = [k.layers.BatchNormalization(momentum=0.8, **normalization)] if normalization else []
    middle += [k.layers.ActivityRegularization(**options.pop("activity"))] if "activity" in options else []
    last = {key[5:]: options.pop(key) for key in list(options) if key.startswith("last_")}
    model = k.Sequential(
        [
            k.layers.Input((FEATURES,)),
            k.layers.Dense(24, activation="tanh", **options),
            *middle,
            k.layers.Dense(CLASSES, activation="softmax", **last),
        ]
    )
    set_weights(model)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    x, y = inputs(dtype), labels()
    losses = step_losses(model, x, y)
    return record(model, [*losses, float(model.evaluate(x, y, batch_size=BATCH, verbose=0))])


def network_of(k, dtype, layers, rows=(FEATURES,), units=CLASSES):
    """20 steps and an evaluation of a network with these layers in the middle."""
    model = k.Sequential(
        [
            k.layers.Input(rows),
            *layers(k.layers),
            k.layers.Flatten(),
            k.layers.Dense(units, activation="softmax"),
        ]
    )
    set_weights(model)
    model.compile(k.optimizers.SGD(0.1, momentum=0.5), "sparse_categorical_crossentropy")
    x, y = inputs(dtype).reshape(ROWS, *rows), labels()
    losses = step_losses(model, x, y)
    losses.append(float(model.evaluate(x, y, batch_size=BATCH, verbose=0)))
    return record(model, losses) | {"predict": model.predict(x, batch_size=32, verbose=0)}


def weighted(k, dtype, loss, last="sigmoid", sparse=False, **options):
    """Six steps with weights of rows, then a fit with weights of classes, evaluated with weights."""
    model = network(k, last=last)
    loss = getattr(k.losses, loss)(**options)
    model.compile(k.optimizers.SGD(0.05), loss, metrics=["mae"], weighted_metrics=["mse"])
    if sparse:
        model.compile(k.optimizers.SGD(0.05), loss, weighted_metrics=["sparse_categorical_accuracy"])
    x, y = inputs(dtype), labels() if sparse else one_hot(dtype)
    rows = np.random.default_rng(6).uniform(0, 2, ROWS).astype(dtype)
    losses = []
    for a in range(0, 6 * BATCH - BATCH, BATCH):
        part = slice(a, a + BATCH)
        losses += model.train_on_batch(x[part], y[part], sample_weight=rows[part])
    classes = {0: 0.5, 2: 3.0}
    history = model.fit(
        x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0, class_weight=classes
    ).history
    losses += history["loss"] + model.evaluate(x, y, batch_size=BATCH, sample_weight=rows, verbose=0)
    return record(model, [float(value) for value in losses])


def transfer(k, dtype):
    """A trained network gets another head, which is trained alone; then everything is trained."""
    model = network(k, normalize=True)
    model.compile(optimizer=k.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    losses = step_losses(model, inputs(dtype), labels())
    model.pop()
    for layer in model.layers:
        layer.trainable = False
    model.add(k.layers.Dense(CLASSES, activation="softmax"))
    kernel = np.linspace(-0.5, 0.5, 16 * CLASSES).reshape(16, CLASSES)
    model.layers[-1].set_weights([kernel, np.ones(CLASSES)])
    model.compile(optimizer=k.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
    losses += step_losses(model, inputs(dtype), labels())
    model.trainable = True
    model.compile(optimizer=k.optimizers.SGD(0.01), loss="sparse_categorical_crossentropy")
    losses += step_losses(model, inputs(dtype), labels())
    return record(model, losses)


def values_of_activations(k, dtype):
    """Every activation on a grid, on its own."""
    sizes = [0.0, 1e-30, 1e-4, 0.3, 0.5, 0.7, 1.0, 1.5, 2.9, 3.1, 5.9, 6.1, 12.0, 87.0, 1e4]
    x = np.array([*sizes, *(-size for size in sizes)], dtype)
    matrix = np.random.default_rng(4).normal(0, 2, (5, 6, 4)).astype(dtype)
    functions = {name: partial(getattr(k.activations, name)) for name in ACTIVATIONS}
    functions |= {
        "celu_2": partial(k.activations.celu, alpha=2.0),
        "gelu_approximate": partial(k.activations.gelu, approximate=True),
        "hard_shrink_1": partial(k.activations.hard_shrink, threshold=1.0),
        "leaky_relu_3": partial(k.activations.leaky_relu, negative_slope=0.3),
        "relu_max": partial(k.activations.relu, max_value=2.0),
        "relu_slope_max": partial(k.activations.relu, negative_slope=0.3, max_value=2.0),
        "relu_threshold": partial(k.activations.relu, threshold=1.2),
        "relu_all": partial(k.activations.relu, negative_slope=0.3, max_value=4.0, threshold=1.2),
        "relu_low_threshold": partial(k.activations.relu, negative_slope=0.1, threshold=-1.2),
        "soft_shrink_1": partial(k.activations.soft_shrink, threshold=1.0),
        "squareplus_1": partial(k.activations.squareplus, b=1.0),
        "threshold": partial(k.activations.threshold, threshold=1.2, default_value=-3.0),
    }
    values = {name: np.asarray(function(x)) for name, function in functions.items()}
    for name in ("glu", "log_softmax", "softmax"):  # sparsemax does not sum to 1 there
        for axis in (-1, 1, 2):
            values[f"{name}_{axis}"] = np.asarray(getattr(k.activations, name)(matrix, axis=axis))
    return values


def fit(
    k,
    dtype,
    loss,
    target,
    last="softmax",
    metrics=(),
    penalty=None,
    normalize=False,
    optimizer=None,
    **options,
):
    """What `fit` and `evaluate` report, the partial batch and a validation split included."""
    y = target(dtype)
    regularizer = k.regularizers.L2(penalty) if penalty else None
    model = network(k, units=CLASSES, last=last, penalty=regularizer, normalize=normalize)
    model.compile(
        optimizer=optimizer(k) if optimizer else k.optimizers.SGD(0.05), loss=loss(k), metrics=list(metrics)
    )
    x = inputs(dtype)
    history = model.fit(x, y, batch_size=BATCH, epochs=4, shuffle=False, verbose=0, **options).history
    evaluated = model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
    result = record(model, history.pop("loss"))
    result |= {f"history_{name}": np.array(values, "float64") for name, values in history.items()}
    result |= {f"evaluate_{name}": np.array(float(value)) for name, value in evaluated.items()}
    return result | {"predict": model.predict(x, batch_size=32, verbose=0)}


def named(name, **options):
    return lambda k: getattr(k.losses, name)(**options)


REGULARISED = {
    "l1": {"kernel_regularizer": lambda k: k.regularizers.L1(0.01)},
    "l1_l2": {"kernel_regularizer": lambda k: k.regularizers.L1L2(0.01, 0.02)},
    "orthogonal_rows": {"kernel_regularizer": lambda k: k.regularizers.OrthogonalRegularizer(0.3)},
    "orthogonal_columns": {
        "kernel_regularizer": lambda k: k.regularizers.OrthogonalRegularizer(0.3, mode="columns")
    },
    "bias_and_beta": {
        "bias_regularizer": lambda k: k.regularizers.L2(0.1),
        "beta_regularizer": lambda k: k.regularizers.L1(0.1),
    },
    "max_norm": {"kernel_constraint": lambda k: k.constraints.MaxNorm(0.8)},
    "max_norm_of_rows": {"kernel_constraint": lambda k: k.constraints.MaxNorm(0.8, axis=1)},
    "max_norm_of_all": {"kernel_constraint": lambda k: k.constraints.MaxNorm(3.0, axis=[0, 1])},
    "min_max_norm": {"kernel_constraint": lambda k: k.constraints.MinMaxNorm(1.0, 1.2, rate=0.7)},
    "non_neg": {
        "kernel_constraint": lambda k: k.constraints.NonNeg(),
        "bias_constraint": lambda k: k.constraints.NonNeg(),
    },
    "unit_norm": {
        "kernel_constraint": lambda k: k.constraints.UnitNorm(),
        "gamma_constraint": lambda k: k.constraints.UnitNorm(axis=0),
    },
    "constraint_and_options": {
        "kernel_constraint": lambda k: k.constraints.MaxNorm(0.8),
        "optimizer": lambda k: k.optimizers.SGD(
            0.1, weight_decay=0.1, use_ema=True, ema_momentum=0.7, gradient_accumulation_steps=3
        ),
    },
    "activity_l1": {"activity_regularizer": lambda k: k.regularizers.L1(0.02)},
    "activity_l1_l2": {"activity_regularizer": lambda k: k.regularizers.L1L2(0.02, 0.03)},
    "activity_layer": {"activity": lambda k: {"l1": 0.01, "l2": 0.03}},
    "activity_of_the_last_layer": {"last_activity_regularizer": lambda k: k.regularizers.L2(0.5)},
}


def values_of_windows(k, dtype):
    """What the layers of `WINDOWS` make of numbers that are all different."""
    values = {}
    for number, (name, arguments, options) in enumerate(WINDOWS):
        rank = int(name[name.index("D") - 1] if name[0] != "D" else name[-2])
        layer = getattr(k.layers, name)(*arguments, **options)
        x = np.random.default_rng(number).normal(size=(3, *SPATIAL[rank], 4)).astype(dtype)
        layer.build(x.shape)
        set_weights(layer)
        y = layer(x)
        values[f"{number}_{name}"] = y.detach().numpy() if hasattr(y, "detach") else y
    return values


ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]

NETWORKS = {
    **{
        f"activation_{name}": partial(network_of, layers=lambda layers, name=name: [layers.Dense(16, name)])
        for name in ("mish", "selu", "hard_silu", "softsign", "relu6", "gelu", "celu")
    },
    "relu_layer": partial(
        network_of, layers=lambda layers: [layers.Dense(16), layers.ReLU(1.0, 0.1, 0.2)], rows=(3, 4)
    ),
    "prelu": partial(network_of, layers=lambda layers: [layers.PReLU(), layers.Dense(9), layers.PReLU()]),
    "prelu_shared": partial(network_of, layers=lambda layers: [layers.PReLU(shared_axes=[1])], rows=(3, 4)),
    "softmax_axis": partial(network_of, layers=lambda layers: [layers.Softmax(axis=1)], rows=(3, 4)),
    "permute": partial(
        network_of, layers=lambda layers: [layers.Permute((2, 1)), layers.Dense(5, "tanh")], rows=(3, 4)
    ),
    "layer_normalization": partial(
        network_of,
        layers=lambda layers: [layers.Dense(9), layers.LayerNormalization(gamma_regularizer="l2")],
    ),
    "layer_normalization_of_axes": partial(
        network_of,
        layers=lambda layers: [layers.LayerNormalization(axis=[1, 2], epsilon=0.01, center=False)],
        rows=(3, 4),
    ),
    "rms_normalization": partial(
        network_of, layers=lambda layers: [layers.Dense(9), layers.RMSNormalization()], rows=(3, 4)
    ),
    "unit_normalization": partial(
        network_of, layers=lambda layers: [layers.Dense(9), layers.UnitNormalization()], rows=(3, 4)
    ),
    "unit_normalization_of_axes": partial(
        network_of, layers=lambda layers: [layers.UnitNormalization(axis=[1, 2])], rows=(3, 4)
    ),
    "group_normalization": partial(
        network_of, layers=lambda layers: [layers.Dense(8), layers.GroupNormalization(2)]
    ),
    "group_normalization_of_positions": partial(
        network_of,
        layers=lambda layers: [layers.Dense(6), layers.GroupNormalization(2, scale=False), layers.ReLU()],
        rows=(3, 4),
    ),
    "instance_normalization": partial(
        network_of, layers=lambda layers: [layers.GroupNormalization(-1, epsilon=0.01)], rows=(3, 2, 2)
    ),
    "normalization": partial(
        network_of,
        layers=lambda layers: [
            layers.Normalization(mean=np.arange(4.0), variance=np.arange(4.0) + 0.5),
            layers.Normalization(axis=1, mean=[0.1, 0.2, 0.3], variance=[0.7, 0.2, 0.9]),
            layers.Normalization(axis=None, mean=0.1, variance=0.7, invert=True),
        ],
        rows=(3, 4),
    ),
    "conv1d": partial(
        network_of,
        layers=lambda layers: [
            layers.Conv1D(5, 3, padding="causal", activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(6, 2, strides=2, kernel_regularizer="l2"),
        ],
        rows=(12, 1),
    ),
    "conv2d": partial(
        network_of,
        layers=lambda layers: [
            layers.UpSampling2D(2),
            layers.Conv2D(6, 3, padding="same", activation="relu"),
            layers.AveragePooling2D(3, 1, padding="same"),
            layers.Conv2D(4, (2, 3), dilation_rate=(1, 2), padding="same", groups=2),
            layers.BatchNormalization(momentum=0.8),
            layers.MaxPooling2D(2),
        ],
        rows=(3, 4, 1),
    ),
    "conv3d": partial(
        network_of,
        layers=lambda layers: [
            layers.ZeroPadding3D(1),
            layers.Conv3D(5, 2, activation="tanh"),
            layers.Cropping3D(((0, 1), (0, 0), (0, 0))),
            layers.MaxPooling3D(2),
            layers.GlobalAveragePooling3D(),
        ],
        rows=(3, 2, 2, 1),
    ),
    "separable": partial(
        network_of,
        layers=lambda layers: [
            layers.UpSampling2D(2, interpolation="bilinear"),
            layers.DepthwiseConv2D(3, strides=2, depth_multiplier=3, activation="relu"),
            layers.SeparableConv2D(5, 2, padding="same", use_bias=False, pointwise_regularizer="l2"),
            layers.GlobalMaxPooling2D(keepdims=True),
        ],
        rows=(3, 4, 1),
    ),
    "transposed": partial(
        network_of,
        layers=lambda layers: [
            layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(3, 2, output_padding=0, activation="tanh"),
            layers.Cropping2D(((1, 2), (0, 3))),
        ],
        rows=(2, 3, 2),
    ),
    "repeat_vector": partial(
        network_of, layers=lambda layers: [layers.RepeatVector(3), layers.Identity(), layers.Dense(5, "tanh")]
    ),
}

WEIGHTED = {
    **{
        name: {"loss": name}
        for name in [
            "MeanSquaredError",
            "MeanAbsoluteError",
            "MeanSquaredLogarithmicError",
            "Huber",
            "LogCosh",
            "CosineSimilarity",
            "Poisson",
            "KLDivergence",
            "Hinge",
            "SquaredHinge",
            "CategoricalHinge",
            "BinaryCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalFocalCrossentropy",
            "Dice",
            "Tversky",
        ]
    },
    "CategoricalCrossentropy": {"loss": "CategoricalCrossentropy", "last": "softmax"},
    "SparseCategoricalCrossentropy": {
        "loss": "SparseCategoricalCrossentropy",
        "last": "softmax",
        "sparse": True,
    },
    "CategoricalGeneralizedCrossEntropy": {
        "loss": "CategoricalGeneralizedCrossEntropy",
        "last": "softmax",
        "sparse": True,
    },
    "mean_with_sample_weight": {"loss": "MeanSquaredError", "reduction": "mean_with_sample_weight"},
    "sum": {"loss": "BinaryCrossentropy", "reduction": "sum"},
}

SCENARIOS = {
    **{f"weighted_{name}": partial(weighted, **options) for name, options in WEIGHTED.items()},
    "values_of_activations": values_of_activations,
    "values_of_windows": values_of_windows,
    **{f"network_{name}": run for name, run in NETWORKS.items()},
    **{f"regularised_{name}": partial(regularised, **options) for name, options in REGULARISED.items()},
    **{f"steps_{name}": partial(twenty_steps, optimizer=optimizer) for name, optimizer in OPTIMIZERS.items()},
    "transfer": transfer,
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
    "fit_ema": partial(
        fit,
        loss=named("MeanSquaredError"),
        target=one_hot,
        optimizer=lambda k: k.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9),
    ),
    "fit_schedule": partial(
        fit,
        loss=named("MeanSquaredError"),
        target=one_hot,
        optimizer=lambda k: k.optimizers.Adam(k.optimizers.schedules.CosineDecay(0.02, 30)),
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
