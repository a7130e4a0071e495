"""Settings that are changed on objects in use: what runs follows them, and what a file says is what runs."""

import inspect

import numpy as np
import pytest

import lamella
from lamella import constraints, layers, losses, metrics, optimizers, regularizers
from lamella.base.settings import is_own

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 4)).astype("float32")
Y = np.eye(3)[RNG.integers(0, 3, 32)]
PICTURES = RNG.normal(size=(8, 6, 6, 4)).astype("float32")


def network(*hidden, optimizer=None, loss="mse", **options):
    lamella.utils.set_random_seed(0)
    model = lamella.Sequential([layers.Input((4,)), *hidden, layers.Dense(3, name="out")])
    model.compile(optimizer or optimizers.SGD(0.1), loss, **options)
    return model


def used(model):
    """A model after every kind of use."""
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    return model


def measures(model):
    """What the model computes from here on, in every way."""
    outputs = model.predict(X, verbose=0)
    called = np.asarray(model(X))
    score = model.evaluate(X, Y, verbose=0)
    history = model.fit(X, Y, shuffle=False, epochs=2, verbose=0).history
    return [outputs, called, score, *history.values(), *model.get_weights()]


def assert_same(one, other):
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


LAYER_CHANGES = {
    "activation": (lambda: layers.Dense(6, activation="tanh"), "activation", "relu"),
    "activation taken away": (lambda: layers.Dense(6, activation="tanh"), "activation", None),
    "activation layer": (lambda: layers.Activation("tanh"), "activation", "relu"),
    "negative_slope": (lambda: layers.LeakyReLU(0.5), "negative_slope", 0.1),
    "threshold": (lambda: layers.ReLU(), "threshold", 0.5),
    "alpha": (lambda: layers.ELU(), "alpha", 0.3),
    "epsilon": (lambda: layers.BatchNormalization(), "epsilon", 0.5),
    "momentum": (lambda: layers.BatchNormalization(), "momentum", 0.5),
    "layer epsilon": (lambda: layers.LayerNormalization(), "epsilon", 0.5),
    "scale": (lambda: layers.Rescaling(2.0), "scale", 3.0),
    "offset": (lambda: layers.Rescaling(2.0), "offset", 3.0),
    "rate": (lambda: layers.Dropout(0.1, seed=3), "rate", 0.9),
    "seed": (lambda: layers.Dropout(0.5, seed=3), "seed", 4),
    "stddev": (lambda: layers.GaussianNoise(0.1, seed=3), "stddev", 0.9),
    "l1 of activity": (lambda: layers.ActivityRegularization(0.1), "l1", 0.5),
    "kernel_regularizer": (lambda: layers.Dense(4), "kernel_regularizer", "l2"),
    "kernel_regularizer taken away": (
        lambda: layers.Dense(4, kernel_regularizer="l1"),
        "kernel_regularizer",
        None,
    ),
    "bias_regularizer": (lambda: layers.Dense(4), "bias_regularizer", regularizers.L1(0.5)),
    "alpha_regularizer": (lambda: layers.PReLU("ones"), "alpha_regularizer", regularizers.L1(0.5)),
    "gamma_regularizer": (lambda: layers.BatchNormalization(), "gamma_regularizer", regularizers.L1(0.5)),
    "activity_regularizer": (lambda: layers.Dense(4), "activity_regularizer", "l2"),
    "activity_regularizer of others": (lambda: layers.LeakyReLU(), "activity_regularizer", "l2"),
    "kernel_constraint": (lambda: layers.Dense(4), "kernel_constraint", constraints.MaxNorm(0.1)),
    "kernel_constraint taken away": (
        lambda: layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.1)),
        "kernel_constraint",
        None,
    ),
}


@pytest.mark.parametrize("compiles", [False, True])
@pytest.mark.parametrize(("make", "name", "value"), LAYER_CHANGES.values(), ids=LAYER_CHANGES)
def test_a_changed_layer_does_what_a_new_one_does(make, name, value, compiles, tmp_path):
    model = used(network(make(), optimizer=optimizers.SGD(0.01)))
    setattr(model.layers[0], name, value)
    if compiles:
        model.compile(model.optimizer, "mse")
    model.save(tmp_path / "model.safetensors")
    loaded = lamella.saving.load_model(tmp_path / "model.safetensors")
    unchanged = lamella.Sequential.from_config(used(network(make())).get_config())
    unchanged.compile(optimizers.SGD(0.01), "mse")
    unchanged.set_weights(model.get_weights())
    changed = measures(model)
    assert_same(changed, measures(loaded))
    differs = [not np.array_equal(a, b) for a, b in zip(changed, measures(unchanged), strict=True)]
    assert any(differs), "the change does not show"


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: regularizers.L2(0.1), "l2", 5.0),
        (lambda: regularizers.L1L2(0.1, 0.1), "l1", 5.0),
        (lambda: regularizers.OrthogonalRegularizer(0.01), "factor", 5.0),
        (lambda: constraints.MaxNorm(2.0), "max_value", 0.1),
        (lambda: constraints.MinMaxNorm(0.0, 2.0), "max_value", 0.1),
        (lambda: constraints.UnitNorm(axis=0), "axis", 1),
    ],
)
def test_penalties_and_constraints_are_followed(make, name, value):
    place = "kernel_constraint" if isinstance(make(), constraints.Constraint) else "kernel_regularizer"
    results = []
    for early in (True, False):
        penalty = make()
        if early:
            setattr(penalty, name, value)
        model = network(layers.Dense(5, **{place: penalty}))
        weights = model.get_weights()
        if not early:
            used(model)
            setattr(penalty, name, value)
            model.set_weights(weights)
            model.compile(optimizers.SGD(0.1), "mse")
        results.append(measures(model))
    assert_same(*results)


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: losses.Huber(1.0), "delta", 0.1),
        (lambda: losses.CategoricalCrossentropy(), "from_logits", True),
        (lambda: losses.CategoricalCrossentropy(from_logits=True), "label_smoothing", 0.2),
        (lambda: losses.MeanSquaredError(), "reduction", "sum"),
        (lambda: losses.Tversky(), "alpha", 0.1),
    ],
)
@pytest.mark.filterwarnings("ignore::lamella.models.PlausibilityWarning")
def test_losses_are_followed(make, name, value):
    changed = make()
    model = used(network(loss=changed))
    setattr(changed, name, value)
    fresh = network(loss=losses.deserialize(losses.serialize(changed)))
    fresh.set_weights(model.get_weights())
    again = model.evaluate(X, Y, verbose=0)
    assert again == fresh.evaluate(X, Y, verbose=0)
    assert again != network(loss=make()).evaluate(X, Y, verbose=0)
    assert model.train_on_batch(X, Y) == fresh.train_on_batch(X, Y)


def test_metrics_are_followed():
    accuracy, precision = metrics.BinaryAccuracy(threshold=0.5), metrics.Precision(thresholds=0.5)
    model = used(network(metrics=[accuracy, precision]))
    accuracy.threshold = -10.0
    precision.thresholds = 0.0
    fresh = network(metrics=[metrics.BinaryAccuracy(threshold=-10.0), metrics.Precision(thresholds=0.0)])
    fresh.set_weights(model.get_weights())
    score = model.evaluate(X, Y, verbose=0)
    assert score == fresh.evaluate(X, Y, verbose=0)
    assert np.isclose(score[1], 1 / 3)
    assert model.train_on_batch(X, Y) == fresh.train_on_batch(X, Y)
    accuracy.update_state([[1.0]], [[-11.0]])
    accuracy.threshold = -12.0
    assert accuracy([[1.0]], [[-11.0]]) == 1.0  # counted anew


OPTIMIZER_CHANGES = [
    ("SGD", "momentum", 0.9),
    ("SGD", "nesterov", True),
    ("Adam", "beta_1", 0.1),
    ("Adam", "beta_2", 0.5),
    ("Adam", "epsilon", 1.0),
    ("Adam", "amsgrad", True),
    ("AdamW", "weight_decay", 0.5),
    ("RMSprop", "rho", 0.1),
    ("RMSprop", "momentum", 0.9),
    ("RMSprop", "centered", True),
    ("Lion", "weight_decay", 0.9),
    ("Ftrl", "l1_regularization_strength", 0.1),
    ("Adadelta", "rho", 0.1),
    ("SGD", "weight_decay", 0.5),
    ("SGD", "clipnorm", 1e-3),
    ("SGD", "clipvalue", 1e-3),
    ("SGD", "global_clipnorm", 1e-3),
    ("Adam", "use_ema", True),
]


@pytest.mark.parametrize(("kind", "name", "value"), OPTIMIZER_CHANGES)
def test_optimizers_are_followed_and_keep_their_slots(kind, name, value, tmp_path):
    def trained(changes, through_a_file=False):
        start = {"nesterov": {"momentum": 0.5}, "amsgrad": {"beta_2": 0.1}}.get(name, {})
        model = network(optimizer=getattr(optimizers, kind)(0.01, **start))
        model.fit(X, Y, shuffle=False, epochs=2, verbose=0)
        if through_a_file:
            model.save(tmp_path / "model.safetensors")
            model = lamella.saving.load_model(tmp_path / "model.safetensors")
        if changes:
            setattr(model.optimizer, name, value)
        model.fit(X, Y, shuffle=False, epochs=2, verbose=0)
        assert model.optimizer.iterations == 4
        return model.get_weights()

    changed = trained(changes=True)
    assert_same(changed, trained(changes=True, through_a_file=True))
    assert any(not np.array_equal(a, b) for a, b in zip(changed, trained(changes=False), strict=True))


REFUSED = [
    (lambda: layers.Dense(3), "units", 4),
    (lambda: layers.Dense(3), "use_bias", False),
    (lambda: layers.Dense(3), "activation", "no such"),
    (lambda: layers.Dense(3), "kernel_regularizer", "no such"),
    (lambda: layers.Dense(3), "kernel_constraint", constraints.MaxNorm(axis=5)),
    (lambda: layers.Dense(3), "dtype", "float64"),
    (lambda: layers.Dense(3), "lora_rank", 2),
    (lambda: layers.BatchNormalization(), "center", False),
    (lambda: layers.BatchNormalization(), "axis", 1),
    (lambda: layers.BatchNormalization(), "momentum", 2.0),
    (lambda: layers.BatchNormalization(), "renorm", True),
    (lambda: layers.Dropout(0.5), "rate", 1.5),
    (lambda: layers.Dropout(0.5), "noise_shape", "a"),
    (lambda: layers.Reshape((6, 6, 4)), "target_shape", (36, 4)),
    (lambda: layers.Conv2D(3, 2), "filters", 4),
    (lambda: layers.Conv2D(3, 2), "kernel_size", 3),
    (lambda: layers.Conv2D(3, 2), "strides", 2),
    (lambda: layers.Conv2D(3, 2), "padding", "same"),
    (lambda: layers.Conv2D(4, 2), "groups", 2),
    (lambda: layers.Conv2D(3, 2), "data_format", "channels_first"),
    (lambda: layers.MaxPooling2D(2), "pool_size", 3),
    (lambda: layers.MaxPooling2D(2), "strides", 1),
    (lambda: layers.DepthwiseConv2D(2), "depth_multiplier", 2),
    (lambda: layers.Conv2DTranspose(3, 2), "dilation_rate", 2),
    (lambda: layers.Normalization(mean=0.0, variance=1.0), "mean", 1.0),
    (lambda: layers.Dense(3), "kernel", 0.0),
    (lambda: layers.Residual([layers.Dense(4)]), "shortcut", []),
    (lambda: layers.Branches([[], []]), "merge", "add"),
]


@pytest.mark.parametrize(("make", "name", "value"), REFUSED)
def test_what_cannot_be_changed_is_refused_by_name(make, name, value):
    layer = make()
    before, config = layer(PICTURES), layer.get_config()
    with pytest.raises(ValueError, match=name if value != "no such" else value):
        setattr(layer, name, value)
    np.testing.assert_array_equal(layer(PICTURES), before)
    assert layer.get_config() == config


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: optimizers.SGD(), "momentum", 2.0),
        (lambda: optimizers.Adam(), "beta_1", -1.0),
        (lambda: optimizers.Adam(clipnorm=1.0), "clipvalue", 1.0),
        (lambda: regularizers.L2(), "l2", -1.0),
        (lambda: regularizers.L2(), "l1", 1.0),
        (lambda: constraints.UnitNorm(), "max_value", 2.0),
        (lambda: losses.MeanSquaredError(), "reduction", "most"),
    ],
)
def test_wrong_values_are_refused_as_by_the_constructor(make, name, value):
    made = make()
    config = made.get_config()
    with pytest.raises((ValueError, TypeError), match=name):
        setattr(made, name, value)
    assert made.get_config() == config


def test_accumulated_gradients_stay_as_they_are():
    model = used(network(optimizer=optimizers.SGD(0.1, gradient_accumulation_steps=2)))
    with pytest.raises(ValueError, match=r"gradient_accumulation_steps.*trained"):
        model.optimizer.gradient_accumulation_steps = 3


def test_layers_before_their_first_use_take_what_the_constructor_takes():
    layer = layers.Dense(3)
    layer.units = 5
    layer.activation = "relu"
    with pytest.raises(ValueError, match="units"):
        layer.units = -1
    assert layer(X).shape == (32, 5)
    assert np.min(layer(X)) == 0.0


def test_one_object_for_several_layers():
    penalty = regularizers.L2(0.0)
    model = used(
        network(layers.Dense(4, kernel_regularizer=penalty), layers.Dense(4, bias_regularizer=penalty))
    )
    penalty.l2 = 1.0
    kernel, bias = model.layers[0].kernel, model.layers[1].bias
    plain = float(np.mean((model.predict(X, verbose=0) - Y) ** 2))
    expected = plain + float(np.sum(kernel**2) + np.sum(bias**2))
    assert np.isclose(model.evaluate(X, Y, verbose=0), expected, rtol=1e-5)
    model.layers[1].bias_regularizer = None
    assert np.isclose(model.evaluate(X, Y, verbose=0), plain + float(np.sum(kernel**2)), rtol=1e-5)


def test_attributes_of_the_user_are_left_alone():
    class Mine(layers.Dense):
        def __init__(self, units, factor=1.0, **kwargs):
            super().__init__(units, **kwargs)
            self.factor = factor
            self.activation = "relu"

    layer = Mine(3)
    layer(X)
    layer.factor = layer.note = object()
    layer.activation = "tanh"
    assert np.max(np.abs(layer(X))) < 1.0


BASES = (
    layers.Layer,
    layers.InputLayer,
    metrics.MeanMetricWrapper,
    losses.Loss,
    metrics.Metric,
    optimizers.Optimizer,
    regularizers.Regularizer,
    constraints.Constraint,
)
ALL = [
    (module, cls)
    for module in (layers, losses, metrics, optimizers, regularizers, constraints)
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if is_own(cls) and hasattr(cls, "get_config") and cls not in BASES
]
ARGUMENTS = {
    **dict.fromkeys(("units", "filters", "num_classes"), 4),
    **dict.fromkeys(("kernel_size", "pool_size", "n", "height", "width"), 2),
    **dict.fromkeys(("rate", "stddev", "factor", "scale", "height_factor", "width_factor"), 0.1),
    "activation": "relu",
    "target_shape": (3,),
    "dims": (1,),
    "layers": [],
    "branches": [[], []],
    "function": np.sum,
}
FIXED = {"layers", "branches", "shortcut", "merge", "gradient_accumulation_steps"}
ELSEWHERE = {
    "axis",
    "from_sorted_ids",
    "fn",
    "trainable",
    "learning_rate",
    "layers",
    "branches",
    "shortcut",
    "autocast",
    "mean",
    "variance",
}


@pytest.mark.parametrize(("module", "cls"), ALL, ids=[cls.__name__ for _, cls in ALL])
def test_every_argument_is_an_attribute_that_the_constructor_takes_back(module, cls):
    parameters = [
        entry for entry in inspect.signature(cls).parameters.values() if entry.kind is not entry.VAR_KEYWORD
    ]
    given = {p.name: ARGUMENTS[p.name] for p in parameters if p.name in ARGUMENTS and p.default is p.empty}
    made = cls(**given)
    for parameter in parameters:
        if parameter.name in ELSEWHERE or parameter.kind is parameter.VAR_POSITIONAL:
            continue
        assert hasattr(made, parameter.name), parameter.name
    for name in set(vars(made)) & {parameter.name for parameter in parameters} - FIXED:
        setattr(made, name, getattr(made, name))


def test_what_a_model_takes_is_not_changed_behind_it():
    model = used(network())
    for layer in (model, model.layers[0], layers.Residual([])):
        with pytest.raises(ValueError, match="trainable"):
            layer.trainable = "no"
    with pytest.raises(ValueError, match="dtype"):
        model.dtype = "float64"
    for name, value in (("batch_shape", (None, 5)), ("dtype", "float64"), ("sparse", True)):
        with pytest.raises(ValueError, match=name):
            setattr(layers.Input((4,)), name, value)
    assert model.predict(X, verbose=0).dtype == "float32"


@pytest.mark.parametrize("make", [optimizers.SGD, lambda: optimizers.SGD(momentum=0.9), optimizers.Adam])
def test_averages_that_begin_late_begin_at_the_weights(make):
    optimizer = make()
    model = lamella.Sequential([layers.Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0])
    model.train_on_batch(x, y)
    optimizer.use_ema, optimizer.ema_momentum = True, 0.5
    model.compile(optimizer, "mse")
    before = model.get_weights()[0]
    model.train_on_batch(x, y)
    after = model.get_weights()[0]
    optimizer.finalize_variable_values()
    assert not np.allclose(before, after)
    np.testing.assert_allclose(model.get_weights()[0], (before + after) / 2, rtol=1e-6)
