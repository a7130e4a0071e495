"""Regularizers and constraints: alone on arrays, in training, written by a user, and what they refuse."""

import numpy as np
import pytest

import lamella
from lamella import constraints, layers, regularizers
from lamella.diagnostics import gradient_check

RNG = np.random.default_rng(0)
W = RNG.normal(size=(5, 7))
X = RNG.normal(size=(40, 6)).astype("float32")
Y = RNG.integers(0, 3, 40)


class Quartic(regularizers.Regularizer):
    """A penalty of a user's own; checked in both directions against L2 by its derivative."""

    def __init__(self, factor=0.1):
        self.factor = factor

    def __call__(self, x):
        return self.factor * float(np.sum(np.asarray(x, "float64") ** 4))

    def gradient(self, x):
        return 4 * self.factor * np.asarray(x, "float64") ** 3

    def get_config(self):
        return {"factor": self.factor}


class MyL2(regularizers.Regularizer):
    def __call__(self, x):
        return 0.05 * float(np.sum(np.square(x, dtype="float64")))

    def gradient(self, x):
        return 0.1 * x


class MyNonNeg(constraints.Constraint):
    def __call__(self, w):
        return np.maximum(w, 0)


def trained(steps=5, **options):
    lamella.utils.set_random_seed(3)
    model = lamella.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, activation="tanh", **options),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    losses = [model.train_on_batch(X, Y) for _ in range(steps)]
    return losses, model


PENALTIES = [
    regularizers.L1(0.1),
    regularizers.L2(0.1),
    regularizers.L1L2(0.1, 0.2),
    regularizers.OrthogonalRegularizer(0.5),
    regularizers.OrthogonalRegularizer(0.5, mode="columns"),
]


@pytest.mark.parametrize("penalty", [*PENALTIES, Quartic()], ids=lambda p: type(p).__name__)
def test_gradient_is_the_derivative_of_the_penalty(penalty):
    gradient = penalty.gradient(W)
    step = 1e-6
    for index in np.ndindex(W.shape):
        high, low = W.copy(), W.copy()
        high[index] += step
        low[index] -= step
        assert gradient[index] == pytest.approx(
            (penalty(high) - penalty(low)) / (2 * step), rel=1e-5, abs=1e-8
        )


@pytest.mark.parametrize("penalty", [*PENALTIES, Quartic()], ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("where", ["kernel_regularizer", "activity_regularizer"])
def test_training_follows_the_gradient_of_the_penalty(penalty, where):
    _, model = trained(steps=0, **{where: penalty})
    report = gradient_check(model, X, Y)
    assert report.passed, str(report)


def test_penalty_is_in_the_loss_of_training_and_evaluation():
    plain, _ = trained(steps=1)
    model = trained(steps=0)[1]
    expected = plain[0] + regularizers.L1(0.1)(model.layers[0].kernel.numpy())
    losses, _ = trained(steps=1, kernel_regularizer=regularizers.L1(0.1))
    assert losses[0] == pytest.approx(expected, rel=1e-6)
    _, model = trained(steps=0, activity_regularizer=regularizers.L2(0.5))
    activity = model.layers[0](X)
    without = trained(steps=0)[1].evaluate(X, Y, batch_size=40, verbose=0)
    expected = without + 0.5 * float(np.square(activity).sum()) / 40
    assert model.evaluate(X, Y, batch_size=40, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_regularizer_of_ones_own_trains_like_the_native_one():
    native, first = trained(kernel_regularizer=regularizers.L2(0.05), activity_regularizer="l2")
    own, second = trained(kernel_regularizer=MyL2(), activity_regularizer=regularizers.L2(0.01))
    np.testing.assert_allclose(own, native, rtol=1e-6)
    np.testing.assert_allclose(second.get_weights()[0], first.get_weights()[0], rtol=1e-4, atol=1e-6)


def test_a_constraint_of_ones_own_trains_like_the_native_one():
    native, first = trained(kernel_constraint="non_neg", bias_constraint="non_neg")
    own, second = trained(kernel_constraint=MyNonNeg(), bias_constraint=MyNonNeg())
    assert own == native
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_errors_of_ones_own_objects_reach_the_caller_and_the_model_stays_usable():
    class Broken(constraints.Constraint):
        fails = True

        def __call__(self, w):
            if self.fails:
                raise RuntimeError("not today")
            return w[:1] if w.ndim > 1 else w

    constraint = Broken()
    with pytest.raises(RuntimeError, match="not today"):
        trained(steps=1, kernel_constraint=constraint)
    constraint.fails = False
    with pytest.raises(ValueError, match=r"shape \(6, 8\).*kernel.*\(1, 8\)"):
        trained(steps=1, kernel_constraint=constraint)


@pytest.mark.parametrize(
    "constraint",
    [
        constraints.MaxNorm(0.5),
        constraints.MaxNorm(0.5, axis=1),
        constraints.MaxNorm(1.5, axis=[0, 1]),
        constraints.MinMaxNorm(0.6, 0.9, rate=0.3),
        constraints.MinMaxNorm(0.6, 0.9, axis=-1),
        constraints.NonNeg(),
        constraints.UnitNorm(axis=0),
    ],
    ids=lambda c: type(c).__name__,
)
@pytest.mark.parametrize("units", [1, 7, 130])
def test_training_keeps_what_the_constraint_allows(constraint, units):
    lamella.utils.set_random_seed(0)
    model = lamella.Sequential([layers.Input((6,)), layers.Dense(units, kernel_constraint=constraint)])
    model.compile(lamella.optimizers.SGD(0.0), "mse")
    before = model.layers[0].kernel.numpy().copy()
    model.train_on_batch(X, np.zeros((40, units)))
    np.testing.assert_allclose(model.layers[0].kernel.numpy(), constraint(before), rtol=2e-6, atol=1e-7)


def test_frozen_layers_are_not_constrained():
    lamella.utils.set_random_seed(0)
    model = lamella.Sequential(
        [layers.Input((6,)), layers.Dense(4, kernel_constraint="non_neg"), layers.Dense(1)]
    )
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].kernel.numpy().copy()
    model.train_on_batch(X, np.zeros(40))
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), before)


OBJECTS = [
    *PENALTIES,
    constraints.MaxNorm(3, axis=1),
    constraints.MinMaxNorm(0.1, 2.0, 0.5, [0, 1]),
    constraints.NonNeg(),
    constraints.UnitNorm(1),
]


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda t: type(t).__name__)
def test_configs_go_round(thing):
    module = regularizers if isinstance(thing, regularizers.Regularizer) else constraints
    config = module.serialize(thing)
    again = module.deserialize(config)
    assert type(again) is type(thing)
    assert module.serialize(again) == config
    assert type(module.get(lamella.base.naming.snake_case(type(thing).__name__))) is type(thing)


def test_configs_of_ones_own_objects_need_their_class():
    config = regularizers.serialize(Quartic(0.5))
    with pytest.raises(ValueError, match="Unknown regularizer 'Quartic'"):
        regularizers.deserialize(config)
    assert regularizers.deserialize(config, {"Quartic": Quartic}).factor == 0.5


def test_layers_write_them_into_their_config():
    layer = layers.Dense(
        3, kernel_constraint="max_norm", bias_constraint="non_neg", activity_regularizer=regularizers.L1(0.5)
    )
    again = layers.Dense.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert isinstance(again.kernel_constraint, constraints.MaxNorm)
    assert again.activity_regularizer.get_config() == {"l1": 0.5}
    normalization = layers.BatchNormalization(gamma_constraint="unit_norm", beta_constraint="non_neg")
    again = layers.BatchNormalization.from_config(normalization.get_config())
    assert again.get_config() == normalization.get_config()
    penalty = layers.ActivityRegularization(0.1, 0.2)
    assert (
        layers.ActivityRegularization.from_config(penalty.get_config()).get_config() == penalty.get_config()
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: regularizers.L1(-1.0), "'l1'.*-1"),
        (lambda: regularizers.L2(float("nan")), "'l2'.*nan"),
        (lambda: regularizers.L1L2(l2="much"), "'l2'.*much"),
        (lambda: regularizers.OrthogonalRegularizer(mode="both"), "'mode'.*rows.*columns.*both"),
        (lambda: regularizers.OrthogonalRegularizer()(np.ones(3)), r"matrices.*\(3,\)"),
        (lambda: constraints.MaxNorm(-1), "'max_value'.*-1"),
        (lambda: constraints.MinMaxNorm(2.0, 1.0), "'min_value'.*'max_value', 1.0.*2.0"),
        (lambda: constraints.MinMaxNorm(rate=1.5), "'rate'.*1.5"),
        (lambda: constraints.get("max_nrom"), "max_norm"),
        (
            lambda: layers.Dense(2, kernel_constraint=constraints.MaxNorm(axis=2)).build((None, 3)),
            "'axis'.*2",
        ),
        (lambda: layers.ActivityRegularization(l1=-0.5), "'l1'.*-0.5"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_python_called_back_has_denormals():
    """Native calls flush denormal numbers to zero; Python in the middle of one must not notice."""
    seen = []

    class Probe(regularizers.Regularizer):
        def __call__(self, x):
            tiny = np.float64(2.0**-1060)
            seen.append(float(tiny * np.float64(0.5)))
            return 0.0

        def gradient(self, x):
            return np.zeros_like(x)

    trained(steps=1, kernel_regularizer=Probe())
    assert seen == [2.0**-1061]


def quartic(x):
    return 0.1 * float(np.sum(np.asarray(x, "float64") ** 4)), 0.4 * np.asarray(x, "float64") ** 3


def clipped(w):
    return np.clip(w, -0.2, 0.2)


def test_a_function_is_a_regularizer_as_a_class_is():
    losses, model = trained(kernel_regularizer=quartic, activity_regularizer=quartic)
    right, other = trained(kernel_regularizer=Quartic(), activity_regularizer=Quartic())
    assert losses == right
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_function_is_a_constraint():
    _, model = trained(kernel_constraint=clipped)
    assert np.abs(model.layers[0].kernel).max() == np.float32(0.2)


def test_functions_are_loaded_by_their_names(tmp_path):
    _, model = trained(kernel_regularizer=quartic, bias_constraint=clipped)
    for suffix in ("keras", "safetensors"):
        path = tmp_path / f"model.{suffix}"
        model.save(path)
        loaded = lamella.saving.load_model(path, custom_objects={"quartic": quartic, "clipped": clipped})
        assert loaded.layers[0].kernel_regularizer.function is quartic
        assert loaded.layers[0].bias_constraint.function is clipped
        with pytest.raises(ValueError, match=r"quartic|clipped"):
            lamella.saving.load_model(path)


def test_a_function_without_a_gradient_says_what_to_return():
    with pytest.raises(TypeError, match=r"must return a tuple \(penalty, gradient\)"):
        trained(kernel_regularizer=lambda x: 0.1 * np.sum(x**2))


@pytest.mark.parametrize("wrong", [lambda: 0.0, lambda a, b: 0.0])
def test_functions_of_other_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="'kernel_regularizer': FunctionRegularizer"):
        layers.Dense(1, kernel_regularizer=wrong)
    with pytest.raises(ValueError, match="'bias_constraint': FunctionConstraint"):
        layers.Dense(1, bias_constraint=wrong)
