"""What each public class and function is called with where it means something, and what it never means."""

import inspect
import pathlib

import numpy as np

import lamella
import ops_cases
from lamella import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    diagnostics,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    utils,
)
from lamella.optimizers import schedules
from lamella.preprocessing.image import smart_resize


class Anything:
    """A class that is no class of the library."""


ABSURD = {
    "None": None,
    "True": True,
    "a text": "no",
    "an empty text": "",
    "bytes": b"x",
    "-1": -1,
    "0": 0,
    "2**70": 2**70,
    "1.5": 1.5,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "-infinity": float("-inf"),
    "1j": 1j,
    "an empty list": [],
    "a list": [0.1],
    "a list of lists": [[None], ["a"]],
    "a dictionary": {},
    "a dictionary with entries": {"class_name": 3, "config": []},
    "a tuple": (),
    "an object": object(),
    "an array": np.ones((2, 0, 3)),
    "an array of texts": np.array(["a", "b"]),
    "an array of objects": np.array([None, {}], dtype=object),
    "an array of one number": np.array([2.0]),
    "a function": lambda one, two, three: None,
    "a class": Anything,
}

_NO_NUMBERS = set(ABSURD) - {"True", "-1", "0", "2**70", "1.5", "infinity", "-infinity"}
_REFUSED = {
    "bool": set(ABSURD) - {"True", "0"},
    "int": _NO_NUMBERS | {"1.5", "infinity", "-infinity"},
    "float": _NO_NUMBERS,
    "str": set(ABSURD) - {"a text", "an empty text"},
}
"""What an argument never takes, by its annotation."""


_ALSO = {
    "input_shape": ("shape",),
    "inputs": ("Layer", "Model"),
    "metrics": ("metric",),
    "name": ("no layer",),
    "weighted_metrics": ("metric",),
    "weights": ("Variable",),
    "x": ("inputs",),
    "y_pred": ("the model's output",),
    "value": ("Variable",),
    "y_true": ("Labels",),
}
"""How a message may name an argument, too."""

_ENDLESS = {("epochs", "2**70"), ("path", "a text"), ("path", "bytes")}
"""What means something, but takes its time, or a network."""


def complaints(function, valid):
    """Give each argument of a function what it cannot mean, the others being right; say what went wrong.

    A call may succeed where the annotation leaves that open; otherwise it must end in ValueError or TypeError
    whose text names the argument.
    """
    found = []
    parameters = inspect.signature(function).parameters
    for name, parameter in parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            continue
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            name, annotation = "no_such_argument", ""
        else:
            annotation = str(parameter.annotation)
        kind, _, none = annotation.partition(" | ")
        refused = _REFUSED.get(kind, set()) if none in ("", "None") else set()
        if parameter.default is not inspect.Parameter.empty:
            refused = refused - {"None"}  # where there is a default, it may stand for it
        for what, value in ABSURD.items():
            if (what == "None" and none == "None") or (name, what) in _ENDLESS:
                continue
            try:
                function(**{**valid, name: value})
            except FileNotFoundError as error:
                if "'no'" not in str(error) and "'x'" not in str(error):
                    found.append(f"{name}={what}: says only {error}")
            except (TypeError, ValueError) as error:
                named = [name, *_ALSO.get(name, ())]
                if what not in refused:  # two arguments may not go together
                    named += parameters
                if not any(one in str(error) for one in named):
                    found.append(f"{name}={what}: says only {type(error).__name__}: {error}")
            except BaseException as error:
                found.append(f"{name}={what}: {type(error).__name__}: {error}")
            else:
                if what in refused:
                    found.append(f"{name}={what}: accepted as {annotation}")
    return found


def _public(module, **valid):
    """The classes and functions of a module with the arguments they need, those of no interest left out."""
    for name in module.__all__:
        member = getattr(module, name)
        if callable(member) and valid.get(name, ()) is not None:
            yield f"{module.__name__.removeprefix('lamella.')}.{name}", member, valid.get(name, {})


def _model():
    model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    return model


X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
DATA = {"x": X, "y": Y}
_RATE, _PICTURE = {"rate": 0.5}, {"height": 2, "width": 2}
_OF_LAYERS = {
    "Activation": {"activation": "relu"},
    "AlphaDropout": _RATE,
    "Branches": {"branches": [[layers.Dense(2)], [layers.Dense(2)]]},
    "CenterCrop": _PICTURE,
    "Dense": {"units": 2},
    "Dropout": _RATE,
    "GaussianDropout": _RATE,
    "GaussianNoise": {"stddev": 0.5},
    "Input": {"shape": (3,)},
    "InputLayer": {"shape": (3,)},
    "Permute": {"dims": (1,)},
    "RandomBrightness": {"factor": 0.1},
    "RandomContrast": {"factor": 0.1},
    "RandomCrop": _PICTURE,
    "RandomRotation": {"factor": 0.1},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
    "RepeatVector": {"n": 2},
    "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (2, 3)},
    "Residual": {"layers": [layers.Dense(2)]},
    "Resizing": _PICTURE,
}


_SHAPE = {"shape": (2, 3)}
_OF_RANDOM = {
    "beta": {**_SHAPE, "alpha": 1.0, "beta": 1.0},
    "binomial": {**_SHAPE, "counts": 3, "probabilities": 0.5},
    "categorical": {"logits": np.ones((2, 3)), "num_samples": 2},
    "dropout": {"inputs": np.ones((2, 3)), "rate": 0.5},
    "gamma": {**_SHAPE, "alpha": 1.0},
    "normal": _SHAPE,
    "randint": {**_SHAPE, "minval": 0, "maxval": 3},
    "shuffle": {"x": np.ones(3)},
    "truncated_normal": _SHAPE,
    "uniform": _SHAPE,
}


def _operations():
    """What the table of calls gives operations; those that take functions, or any number of arrays, apart."""
    for name, (args, kwargs) in ops_cases.ARGUMENTS.items():
        home, _, name = name.rpartition(".")
        function = getattr(getattr(ops, home) if home else ops, name)
        yield name, inspect.signature(function).bind(*args, **kwargs).arguments
    for name in ("cond", "einsum", "fori_loop", "map", "meshgrid", "scan", "switch", "vectorize"):
        yield name, None
    yield from {"vectorized_map": None, "while_loop": None}.items()


def _scores(module):
    """The targets and predictions that functions need; classes need none."""
    sparse = {"y_true": np.array([1]), "y_pred": np.array([[0.2, 0.8]])}
    dense = {**sparse, "y_true": np.array([[0.0, 1.0]])}
    for name in module.__all__:
        if not isinstance(getattr(module, name), type):
            yield name, sparse if name.startswith("sparse_") else dense
    yield from dict.fromkeys(("Loss", "Metric", "FunctionLoss", "get", "serialize", "deserialize")).items()
    yield "categorical_generalized_cross_entropy", {**sparse, "q": 0.5}
    yield "MeanMetricWrapper", {"fn": lamella.losses.MeanSquaredError()}


def _windows():
    """Layers that there are for each number of axes, under all their names."""
    convolution = {"filters": 2, "kernel_size": 2}
    for axes in "123":
        for name in ("Conv", "Convolution", "SeparableConv", "SeparableConvolution"):
            yield f"{name}{axes}D", convolution
            yield f"{name}{axes}DTranspose", convolution
        yield f"DepthwiseConv{axes}D", {"kernel_size": 2}
        yield f"SpatialDropout{axes}D", _RATE
        for name in ("MaxPooling", "MaxPool", "AveragePooling", "AvgPool"):
            yield f"{name}{axes}D", {"pool_size": 2}


def _variable():
    layer = layers.Dense(2)
    layer.build((None, 2))
    return layer.bias


def _fit_regressor(model, warm_start=False, model_kwargs=None, fit_kwargs=None):
    """Estimators of scikit-learn look at what they were made with in `fit`."""
    lamella.wrappers.SKLearnRegressor(model, warm_start, model_kwargs, fit_kwargs).fit(X, Y, verbose=0)


def write_data_sets():
    """Small files in the place of those that would be downloaded."""
    texts = np.array([[1, 2, 3], [1, 4], [1, 5, 6, 7], [1, 2]], dtype=object)
    labels = np.arange(4) % 2
    utils.save_img("picture.png", np.ones((2, 2, 3)))
    for name in "ab":
        pathlib.Path("pictures", name).mkdir(parents=True)
        utils.save_img(f"pictures/{name}/0.png", np.ones((2, 2, 3)))
    np.savez("table.npz", x=np.ones((4, 3)), y=labels)
    np.savez("texts.npz", x=texts, y=labels, x_train=texts, y_train=labels, x_test=texts, y_test=labels)


_POLICY = {"policy": "float32"}
FILES = {"filepath": "model.safetensors"}
TABLE, TEXTS = {"path": "./table.npz"}, {"path": "./texts.npz"}


def _methods():
    """What models and files are called with; each with a model of its own."""
    data = {**DATA, "verbose": 0}
    weights = [np.ones((2, 1), "float32"), np.ones(1, "float32")]
    for method, valid in {
        "build": {},
        "compile": {},
        "evaluate": data,
        "export": {"filepath": "model.c", "verbose": False},
        "fit": data,
        "get_layer": {"name": "out"},
        "load_weights": FILES,
        "predict": {"x": X, "verbose": 0},
        "predict_on_batch": {"x": X},
        "save": FILES,
        "save_weights": FILES,
        "set_weights": {"weights": weights},
        "summary": {},
        "test_on_batch": DATA,
        "train_on_batch": DATA,
    }.items():
        yield f"models.Model.{method}", getattr(_model(), method), valid


CASES = [
    *_public(
        activations,
        **{
            **{name: {"x": np.ones((2, 4))} for name in activations.__all__},
            **dict.fromkeys(("get", "serialize", "deserialize")),
            "threshold": {"x": np.ones((2, 4)), "threshold": 0.5, "default_value": 0.0},
        },
    ),
    *_public(
        backend,
        batch_get_value={"xs": [_variable()]},
        batch_set_value={"pairs": [(_variable(), np.ones(2))]},
        is_float_dtype={"dtype": "int32"},
        is_int_dtype={"dtype": "int32"},
        is_keras_tensor=None,  # which asks of anything
        result_type=None,
        standardize_dtype={"dtype": "int32"},
        get_value={"x": _variable()},
        set_epsilon={"value": 1e-7},
        set_floatx={"value": "float32"},
        set_image_data_format={"data_format": "channels_last"},
        set_value={"x": _variable(), "value": np.ones(2)},
    ),
    ("datasets.boston_housing.load_data", datasets.boston_housing.load_data, TABLE),
    ("datasets.california_housing.load_data", datasets.california_housing.load_data, TABLE),
    ("datasets.imdb.load_data", datasets.imdb.load_data, TEXTS),
    ("datasets.reuters.load_data", datasets.reuters.load_data, TEXTS),
    ("preprocessing.image.smart_resize", smart_resize, {"x": np.ones((3, 3, 1)), "size": (2, 2)}),
    *_public(preprocessing.sequence, pad_sequences={"sequences": [[1], [2, 3]]}),
    *_public(optimizers, Optimizer=None, get=None, serialize=None, deserialize=None),
    *_public(
        schedules,
        CosineDecay={"initial_learning_rate": 0.1, "decay_steps": 10},
        CosineDecayRestarts={"initial_learning_rate": 0.1, "first_decay_steps": 10},
        ExponentialDecay={"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        FunctionRate={"function": lambda: 0.1},
        InverseTimeDecay={"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        PiecewiseConstantDecay={"boundaries": [3], "values": [0.1, 0.01]},
        PolynomialDecay={"initial_learning_rate": 0.1, "decay_steps": 10},
        serialize=None,
        deserialize=None,
    ),
    *_public(
        callbacks,
        BackupAndRestore={"backup_dir": "folder"},
        CSVLogger={"filename": "log.csv"},
        LearningRateScheduler={"schedule": lambda epoch: 0.1},
        ModelCheckpoint={"filepath": "model.keras"},
    ),
    *_public(
        utils,
        Progbar={"target": 3},
        get_custom_objects={},
        get_file={"origin": pathlib.Path(__file__).as_uri(), "cache_dir": "cache"},
        pad_sequences={"sequences": [[1], [2, 3]]},
        array_to_img={"x": np.ones((2, 2, 3))},
        img_to_array={"img": np.ones((2, 2, 3))},
        image_dataset_from_directory={"directory": "pictures"},
        load_img={"path": "picture.png"},
        save_img={"path": "saved.png", "x": np.ones((2, 2, 3))},
        to_categorical={"x": [0, 1]},
        deserialize_keras_object=None,
        get_registered_name=None,
        get_registered_object=None,
        is_keras_tensor=None,
        normalize={"x": X},
        pack_x_y_sample_weight=None,  # which takes anything
        serialize_keras_object=None,
        standardize_dtype={"dtype": "int32"},
        unpack_x_y_sample_weight={"data": X},
        set_random_seed={"seed": 1},
        custom_object_scope=None,  # which looks at its argument when it is entered
        CustomObjectScope=None,
    ),
    *_public(
        config,
        set_epsilon={"value": 1e-7},
        set_floatx={"value": "float32"},
        set_image_data_format={"data_format": "channels_last"},
        set_dtype_policy={"policy": "float32"},
        set_num_threads={"count": 1},
        standardize_dtype={"dtype": "float32"},
    ),
    *_public(
        diagnostics,
        Finding=None,
        GradientMonitor=DATA,
        GradientReport=None,
        Gradients=None,
        LearningRateCurve=None,
        VariableCheck=None,
        gradient_check={"model": _model(), **DATA},
        gradients={"model": _model(), **DATA},
        learning_rate_finder={"model": _model(), **DATA},
    ),
    *_public(
        layers,
        Layer=None,
        **dict(_windows()),
        **_OF_LAYERS,
        get=None,
        serialize=None,
        deserialize=None,
    ),
    *_public(initializers, FunctionInitializer=None, get=None, serialize=None, deserialize=None),
    *_public(
        regularizers,
        FunctionRegularizer={"function": lambda x: (0.0, x)},
        get=None,
        serialize=None,
        deserialize=None,
    ),
    *_public(constraints, FunctionConstraint={"function": abs}, get=None, serialize=None, deserialize=None),
    *_public(random, **_OF_RANDOM),
    *_public(ops, **dict(_operations())),
    *_public(ops.image, **dict(_operations())),
    *_public(losses, **dict(_scores(losses))),
    *_public(metrics, **dict(_scores(metrics))),
    *_methods(),
    *_public(
        mixed_precision, set_dtype_policy={"policy": "float32"}, set_global_policy={"policy": "float32"}
    ),
    *_public(dtype_policies, get=None, serialize=None, deserialize=None),
    ("wrappers.SKLearnRegressor", _fit_regressor, {"model": _model()}),
    ("models.Sequential", lamella.Sequential, {}),
    ("models.Sequential.add", lamella.Sequential().add, {"layer": lamella.layers.Dense(2)}),
    ("models.clone_model", lamella.models.clone_model, {"model": _model()}),
    ("models.model_from_json", lamella.models.model_from_json, {"json_string": _model().to_json()}),
    ("saving.load_model", lamella.saving.load_model, FILES),
    ("saving.save_model", lamella.saving.save_model, {"model": _model(), **FILES}),
    ("saving.save_weights", lamella.saving.save_weights, {"model": _model(), **FILES}),
    ("saving.load_weights", lamella.saving.load_weights, {"model": _model(), **FILES}),
]
"""Name, class or function, and the arguments it needs."""
