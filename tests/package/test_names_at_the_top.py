"""Names that programs find at the top: scopes, devices, policies, what inputs must be."""

import numpy as np
import pytest

import lamella
from lamella import InputSpec, Variable, layers


def test_base_classes_are_those_of_their_modules():
    assert lamella.Loss is lamella.losses.Loss
    assert lamella.Metric is lamella.metrics.Metric
    assert lamella.Optimizer is lamella.optimizers.Optimizer
    assert lamella.Initializer is lamella.initializers.Initializer
    assert lamella.Regularizer is lamella.regularizers.Regularizer
    assert lamella.InputSpec is layers.InputSpec
    assert lamella.version() == lamella.__version__


def test_variables_are_named_by_scopes():
    with lamella.name_scope("outer"):
        with lamella.name_scope("inner"):
            assert Variable(1.0, name="scale").path == "outer/inner/scale"
        assert Variable(1.0, name="scale").path == "outer/scale"
        assert layers.Dense(1, name="out").path == "out"
    assert Variable(1.0, name="scale").path == "scale"


@pytest.mark.parametrize("name", ["", "a/b", 3, None])
def test_other_scopes_are_refused(name):
    with pytest.raises(ValueError, match="name_scope"), lamella.name_scope(name):
        pass


@pytest.mark.parametrize("name", ["cpu", "CPU", "cpu:0", "CPU:0", "/CPU:0", "/device:CPU:0"])
def test_the_processor_is_a_device(name):
    with lamella.device(name):
        assert layers.Dense(1, kernel_initializer="ones")(np.ones((1, 2))).tolist() == [[2.0]]


@pytest.mark.parametrize("name", ["gpu", "cuda:0", "/GPU:0", "tpu", "cpu:1", 0])
def test_other_devices_are_refused_with_what_to_do(name):
    with pytest.raises(ValueError, match="device"), lamella.device(name):
        pass
    with pytest.raises(ValueError, match="computed on the CPU: leave it out"), lamella.device("gpu:0"):
        pass


def test_the_policy_is_the_type_of_new_layers():
    assert lamella.mixed_precision.global_policy().name == lamella.config.floatx() == "float32"
    try:
        lamella.mixed_precision.set_global_policy("float64")
        assert layers.Dense(1).dtype == lamella.config.dtype_policy().compute_dtype == "float64"
    finally:
        lamella.config.set_dtype_policy(lamella.DTypePolicy("float32"))
    assert layers.Dense(1).dtype == "float32"


def test_layers_take_policies():
    policy = lamella.DTypePolicy("float64")
    assert layers.Dense(1, dtype=policy).dtype == policy.variable_dtype == "float64"
    assert lamella.dtype_policies.get(policy) is policy
    assert lamella.dtype_policies.get(None) == lamella.DTypePolicy("float32")
    assert lamella.dtype_policies.deserialize(lamella.dtype_policies.serialize(policy)) == policy


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16"])
def test_half_precision_is_refused(name):
    for take in (lamella.mixed_precision.set_global_policy, lamella.config.set_dtype_policy):
        with pytest.raises(ValueError, match=f"nothing is computed in half precision.*{name}"):
            take(name)
    with pytest.raises(ValueError, match="nothing is computed in half precision"):
        lamella.mixed_precision.Policy(name)
    assert lamella.config.floatx() == "float32"


class Doubled(layers.Layer):
    def __init__(self, spec, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = spec

    def forward(self, x):
        return 2 * x

    def backward(self, x, y, gradient):
        return 2 * gradient


@pytest.mark.parametrize(
    ("spec", "fits", "does_not", "words"),
    [
        (InputSpec(ndim=2), (3, 4), (3, 4, 1), "2 axes"),
        (InputSpec(min_ndim=3), (3, 4, 1), (3, 4), "at least 3 axes"),
        (InputSpec(max_ndim=2), (3, 4), (3, 4, 1), "at most 2 axes"),
        (InputSpec(axes={-1: 4}), (3, 2, 4), (3, 4, 2), "4 on axis -1"),
        (InputSpec(shape=(None, 4)), (3, 4), (3, 5), r"shape \(None, 4\)"),
        ([InputSpec(ndim=2)], (3, 4), (3, 4, 1), "2 axes"),
        (
            InputSpec(shape=(None, 4, 1), allow_last_axis_squeeze=True),
            (3, 4),
            (3, 5),
            r"shape \(None, 4, 1\)",
        ),
    ],
)
def test_inputs_are_checked_against_a_spec(spec, fits, does_not, words):
    layer = Doubled(spec)
    assert np.array_equal(layer(np.ones(fits)), np.full(fits, 2.0))
    for call in (layer, Doubled(spec), lamella.Sequential([Doubled(spec)])):
        with pytest.raises(ValueError, match=f"Doubled .* expects inputs of {words}"):
            call(np.ones(does_not))


def test_the_type_of_a_spec_is_the_layers():
    assert Doubled(InputSpec(dtype="float64"), dtype="float64")(np.ones((1, 2))).dtype == np.float64
    with pytest.raises(ValueError, match="the type float64"):
        Doubled(InputSpec(dtype="float64"))(np.ones((1, 2)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"ndim": "two"}, "'ndim'"),
        ({"axes": [1]}, "'axes'"),
        ({"axes": {2: 3}, "ndim": 2}, "'axes'"),
        ({"axes": {"a": 3}}, "'axes'"),
        ({"shape": (None, -1)}, "'shape'"),
        ({"dtype": "int8"}, "dtype"),
    ],
)
def test_specs_that_cannot_be_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        InputSpec(**arguments)


def test_a_spec_is_written_and_read():
    spec = InputSpec(shape=(None, 3), axes={-1: 3})
    assert InputSpec.from_config(spec.get_config()).get_config() == spec.get_config()
    with pytest.raises(ValueError, match="'input_spec' must be an InputSpec"):
        Doubled("anything")(np.ones((1, 2)))
