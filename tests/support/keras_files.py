"""Models for files, made alike by Keras and lamella: each case takes the module that plays Keras.

Run as a script with Keras installed, in a folder that holds lamella's files, it loads these, writes Keras's
files beside them, and what Keras computes: python keras_files.py FOLDER
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np

from keras_optimizers import OPTIMIZERS
from keras_scenarios import ACTIVATIONS, NETWORKS, REGULARISED
from keras_scores import INPUTS, LOSSES, METRICS
from keras_windows import SPATIAL, WINDOWS

ROWS = 12
LAST = {
    "numbers": "linear",
    "counts": "sigmoid",
    "bits": "sigmoid",
    "one_hot": "softmax",
    "labels": "softmax",
}
NOISE = {
    "Dropout": (0.3,),
    "SpatialDropout1D": (0.3,),
    "GaussianDropout": (0.3,),
    "GaussianNoise": (0.1,),
    "AlphaDropout": (0.2,),
}
PICTURES = {
    "RandomFlip": ("horizontal",),
    "RandomRotation": (0.2,),
    "RandomTranslation": ((-0.1, 0.1), (-0.2, 0.3)),
    "RandomZoom": ((-0.2, 0.1),),
    "RandomBrightness": (0.2,),
    "RandomContrast": ((0.2, 0.3),),
    "RandomCrop": (7, 8),
}
SIZES = {"CenterCrop": (5, 6), "Resizing": (4, 9), "Rescaling": (0.5, 0.1)}
# Options that "everything" has too, and what neither side writes.
NOT_HERE = ("ema", "staircase", "_decay", "clipnorm", "clipvalue", "overwrite", "position")
NOT_WRITTEN = ("without_decay_of_biases", "without_decay_of_kernels", "of_a_function")
INITIALIZERS = {
    "Constant": {"value": 0.3},
    "Ones": {},
    "Zeros": {},
    "RandomNormal": {"mean": 0.1, "stddev": 0.3, "seed": 3},
    "RandomUniform": {"minval": -0.3, "maxval": 0.2},
    "TruncatedNormal": {"stddev": 0.4},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_avg", "distribution": "uniform"},
    "GlorotNormal": {"seed": 4},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {},
    "LecunNormal": {},
    "LecunUniform": {},
    "Orthogonal": {"gain": 0.5},
    "Identity": {"gain": 0.5},
}


def numbers(shape, seed=0):
    return np.random.default_rng(seed).normal(size=(ROWS, *shape)).astype("float32")


def compiled(k, layers, shape, optimizer=None, loss="mse", units=3, dtype=None, **options):
    """A stack with a layer of units at its end, and rows to train it on."""
    last = [k.layers.Flatten(dtype=dtype), k.layers.Dense(units, dtype=dtype)]
    model = k.Sequential([k.layers.Input(shape), *layers(k.layers), *last])
    model.compile(optimizer or k.optimizers.SGD(0.001, momentum=0.9), loss, **options)
    return model, numbers(shape), numbers((units,), 1)


def stack_of(layers, arguments):
    return [getattr(layers, name)(*given) for name, given in arguments.items()]


def window(k, name, arguments, options):
    rank = int(name[name.index("D") - 1] if name[0] != "D" else name[-2])
    make = getattr(k.layers, name)
    return compiled(k, lambda _: [make(*arguments, **options)], (*SPATIAL[rank], 4))


def small(k, optimizer, dtype=None):
    def layers(module):
        return [
            module.Dense(6, activation="tanh", dtype=dtype),
            module.BatchNormalization(momentum=0.8, dtype=dtype),
        ]

    return compiled(k, layers, (5,), optimizer=optimizer(k), dtype=dtype)


def regularised(k, **options):
    options = {key: make(k) for key, make in options.items()}
    optimizer = options.pop("optimizer", None)
    activity = options.pop("activity", {"l1": 0.1})
    last = {key[5:]: options.pop(key) for key in list(options) if key.startswith("last_")}
    normalization = {key: options.pop(key) for key in list(options) if key.startswith(("gamma", "beta"))}
    return compiled(
        k,
        lambda layers: [
            layers.Dense(6, activation="tanh", **options),
            layers.BatchNormalization(**normalization),
            layers.ActivityRegularization(**activity),
            layers.Dense(4, **last),
        ],
        (5,),
        optimizer=optimizer,
    )


def scored(k, kind, loss=None, loss_options=(), metrics=()):
    """A model with this loss, and metrics for targets of the same kind."""
    y_true, _ = INPUTS[kind]
    y_true = y_true[:ROWS] if kind.startswith("label") else y_true[:ROWS].astype("float32")
    classes = INPUTS[kind][1].shape[1]
    model = k.Sequential([k.layers.Input((4,)), k.layers.Dense(classes, activation=LAST.get(kind, "linear"))])
    model.compile(
        k.optimizers.SGD(0.01),
        getattr(k.losses, loss)(**dict(loss_options)) if loss else default_loss(kind),
        metrics=[
            getattr(k.metrics, name)(**options, name=f"metric{i}")
            for i, (name, options) in enumerate(metrics)
        ],
    )
    return model, numbers((4,)), y_true


def default_loss(kind):
    return "sparse_categorical_crossentropy" if kind.startswith("label") else "mse"


def activations(k, names):
    return compiled(k, lambda layers: [layers.Dense(4, activation=name) for name in names], (5,))


def nested(k, frozen=()):
    inner = k.Sequential([k.layers.Dense(6, activation="relu"), k.layers.Dropout(0.0), k.layers.Dense(4)])
    model, x, y = compiled(k, lambda layers: [layers.Dense(5), inner, layers.LayerNormalization()], (5,))
    if "inner" in frozen:
        inner.trainable = False
    for index in frozen:
        if index != "inner":
            model.layers[index].trainable = False
    model.compile(k.optimizers.SGD(0.001, momentum=0.9), "mse", metrics=["mae"])
    return model, x, y


def from_names(k):
    model, x, y = compiled(k, lambda layers: [layers.Dense(6, "relu"), layers.Dense(4)], (5,))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy", "mse"], weighted_metrics=["mae"])
    return model, x, (y > 0).astype("float32")


def uncompiled(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.PReLU()])
    model.build((None, 4))
    return model, numbers((4,)), None


def adapted(k):
    model, x, y = compiled(k, lambda layers: [layers.Normalization(axis=1), layers.Dense(4)], (5,))
    model.layers[0].adapt(3 * x + 1)
    return model, x, y


def initialised(k):
    def layers(module):
        return [
            module.Dense(
                5, kernel_initializer=getattr(k.initializers, name)(**options), bias_initializer="ones"
            )
            for name, options in INITIALIZERS.items()
        ]

    return compiled(k, layers, (5,), optimizer=k.optimizers.SGD(1e-5))


# Models with branches: entries are units of a Dense layer, or a block of stacks of entries.


def draw_stack(rng, depth):
    return [draw_entry(rng, depth) for _ in range(rng.integers(1, 4))]


def draw_entry(rng, depth):
    kind = rng.choice(["dense", "dense", "residual", "add", "concat", "nested"]) if depth else "dense"
    if kind == "dense":
        return ("dense", int(rng.integers(2, 5)))
    if kind == "nested":
        return ("nested", draw_stack(rng, depth - 1))
    count = 2 if kind == "residual" else int(rng.integers(2, 4))
    stacks = [draw_stack(rng, depth - 1) if rng.random() < 0.8 else [] for _ in range(count)]
    # What is added must agree.
    if kind != "concat":
        stacks = [[*stack, ("dense", 4)] for stack in stacks]
    return (kind, stacks)


def in_keras(k, stack, value):
    for kind, what in stack:
        if kind == "dense":
            value = k.layers.Dense(what, activation="tanh")(value)
        elif kind == "nested":
            inside = k.layers.Input(value.shape[1:])
            outside = in_keras(k, what, inside)
            # Without blocks it is a Sequential there, whose weights have another name.
            is_stack = all(kind in ("dense", "nested") for kind, _ in what)
            inner = k.Model(inside, outside)
            value = (k.Sequential(inner.layers) if is_stack else inner)(value)
        else:
            values = [in_keras(k, branch, value) for branch in what]
            value = (k.layers.Concatenate if kind == "concat" else k.layers.Add)()(values)
    return value


def in_lamella(k, stack):
    layers = []
    for kind, what in stack:
        if kind == "dense":
            layers.append(k.layers.Dense(what, activation="tanh"))
        elif kind == "nested":
            layers.append(k.Sequential(in_lamella(k, what)))
        elif kind == "residual":
            layers.append(k.layers.Residual(*(in_lamella(k, branch) for branch in what)))
        else:
            layers.append(k.layers.Branches([in_lamella(k, branch) for branch in what], merge=kind))
    return layers


def blocks(k, seed):
    stack = [*draw_stack(np.random.default_rng(seed), 2), ("dense", 3)]
    if hasattr(k.layers, "Residual"):
        model = k.Sequential([k.layers.Input((4,)), *in_lamella(k, stack)])
    else:
        start = k.layers.Input((4,))
        model = k.Model(start, in_keras(k, stack, start))
    model.compile(k.optimizers.SGD(0.001, momentum=0.9), "mse")
    return model, numbers((4,)), numbers(model.output_shape[1:], 1)


def is_scalar(options):
    return not isinstance(options.get("thresholds"), list) and options.get("average", "") is not None


def metrics_of(kind):
    return [
        (name, options)
        for name, options, its_kind in METRICS
        if its_kind == kind and is_scalar(options) and options.get("class_aggregation", "") is not None
    ]


def different_windows():
    """Each layer with each set of options, in their largest sizes."""
    found = {(name, *options): (name, arguments, options) for name, arguments, options in WINDOWS}
    return list(found.values())


CASES = {
    **{
        f"window_{i}_{w[0]}": partial(window, name=w[0], arguments=w[1], options=w[2])
        for i, w in enumerate(different_windows())
    },
    **{
        f"network_{name}": lambda k, options=run.keywords: compiled(
            k, options["layers"], options.get("rows", (12,))
        )
        for name, run in NETWORKS.items()
        if not name.startswith("activation")
    },
    **{f"activations_{i}": partial(activations, names=ACTIVATIONS[i::4]) for i in range(4)},
    "layers_of_activations": partial(
        compiled,
        layers=lambda layers: [
            layers.Dense(6),
            layers.LeakyReLU(0.2),
            layers.ELU(0.5),
            layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.1),
            layers.Softmax(),
            layers.PReLU(),
            layers.Reshape((2, 3)),
            layers.Permute((2, 1)),
            layers.Identity(),
        ],
        shape=(5,),
    ),
    "random_noise": partial(compiled, layers=lambda layers: stack_of(layers, NOISE), shape=(5, 4)),
    "random_pictures": partial(compiled, layers=lambda layers: stack_of(layers, PICTURES), shape=(7, 8, 3)),
    "pictures": partial(compiled, layers=lambda layers: stack_of(layers, SIZES), shape=(7, 8, 3)),
    **{
        f"optimizer_{name}": partial(small, optimizer=make)
        for name, make in OPTIMIZERS.items()
        if not name.endswith((*NOT_HERE, *NOT_WRITTEN))
    },
    **{f"regularised_{name}": partial(regularised, **options) for name, options in REGULARISED.items()},
    **{
        f"loss_{i}_{name}": partial(scored, kind=kind, loss=name, loss_options=tuple(options.items()))
        for i, (name, options, kind) in enumerate(LOSSES)
        if name != "Huber"  # Keras does not write its delta
    },
    **{f"metrics_{kind}": partial(scored, kind=kind, metrics=metrics_of(kind)) for kind in INPUTS},
    **{f"blocks_{seed}": partial(blocks, seed=seed) for seed in range(12)},
    "nested": nested,
    "frozen_layer": partial(nested, frozen=(0, 2)),
    "frozen_model_inside": partial(nested, frozen=("inner",)),
    "from_names": from_names,
    "uncompiled": uncompiled,
    "adapted": adapted,
    "initialised": initialised,
    "float64": partial(small, optimizer=OPTIMIZERS["adam"], dtype="float64"),
}
OLD_FORMAT = (
    "optimizer_adam",
    "optimizer_schedule_cosine",
    "nested",
    "frozen",
    "network_conv",
    "blocks",
    "adapted",
)
OF_WEIGHTS = ("network", "blocks", "nested", "adapted", "uncompiled", "window_0", "window_5")
RANDOM = "random_"


def results(name, model, x, y):
    """Outputs, the results of two steps, and the outputs after them."""
    arrays = {"before": np.asarray(model.predict_on_batch(x))}
    if y is not None and not name.startswith(RANDOM):
        arrays["steps"] = steps(model, x, y)
        arrays["after"] = np.asarray(model.predict_on_batch(x))
    return arrays


def steps(model, x, y, count=2):
    return np.array([np.atleast_1d(model.train_on_batch(x, y)) for _ in range(count)], "float64")


def prepared(k, name):
    """The model of a case, trained a little, and its rows."""
    k.utils.set_random_seed(len(name))
    model, x, y = CASES[name](k)
    if y is not None and not name.startswith(RANDOM):
        steps(model, x, y)
    return model, x, y


def configs(model):
    """What a model is made of and compiled with, but for the names."""
    return json.dumps(without_names([model.get_config(), model.get_compile_config()]), sort_keys=True)


def without_names(value):
    if isinstance(value, dict):
        hidden = ("name", "shared_object_id", "seed")
        return {key: without_names(entry) or None for key, entry in value.items() if key not in hidden}
    return [without_names(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def run(folder):
    """Write Keras's files, load lamella's, and note what comes out of both."""
    import keras

    arrays = {}
    for name in CASES:
        model, x, y = prepared(keras, name)
        made = configs(model)
        model.save(folder / "keras" / f"{name}.keras")
        if name.startswith(OF_WEIGHTS):
            model.save_weights(folder / "keras" / f"{name}.weights.h5")
        if name.startswith(OLD_FORMAT):
            model.save(folder / "keras" / f"{name}.h5")
        arrays |= {f"keras/{name}/{key}": value for key, value in results(name, model, x, y).items()}
        model = keras.models.load_model(folder / "lamella" / f"{name}.keras")
        # Blocks are made by other means there; a model that was frozen is not any more when Keras loads it.
        if not name.startswith(("blocks", "frozen_model")):
            arrays[f"configs/{name}"] = np.array([made, configs(model)])
        arrays |= {f"lamella/{name}/{key}": value for key, value in results(name, model, x, y).items()}
        if name.startswith(OF_WEIGHTS):
            model.load_weights(folder / "lamella" / f"{name}.weights.h5")
            arrays[f"weights/{name}"] = np.asarray(model.predict_on_batch(x))
        if name.startswith(OLD_FORMAT):
            model = keras.models.load_model(folder / "lamella" / f"{name}.h5")
            arrays[f"old/{name}"] = np.asarray(model.predict_on_batch(x))
    np.savez(folder / "results.npz", **arrays)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
