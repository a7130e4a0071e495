"""What layers write into programs: lists of values, which carry their shape and type."""

import numpy as np
import pytest

import lamella
from lamella import layers


class Halves(layers.Layer):
    """Two values of one: the first and the last half of the last axis."""

    def emit(self, builder, values):
        [value] = values
        axis, half = len(value.shape) - 1, value.shape[-1] // 2
        return [builder.crop(self, value, axis, first, half) for first in (0, half)]


class SumOfHalves(layers.Layer):
    """A layer with a part that has two outputs."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.halves = Halves()

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)

    def emit(self, builder, values):
        return [builder.merge(self, "add", builder.emit(self.halves, values))]


def test_a_layer_may_hand_on_several_values():
    x = np.arange(24, dtype="float32").reshape(2, 3, 4)
    np.testing.assert_array_equal(SumOfHalves()(x), x[..., :2] + x[..., 2:])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_carry_shape_and_type(dtype):
    model = lamella.Sequential(
        [
            lamella.Input((8, 8, 3), dtype=dtype),
            layers.Conv2D(4, 3, activation="relu", dtype=dtype),
            layers.GlobalAveragePooling2D(dtype=dtype),
            layers.Dense(2, dtype=dtype, activity_regularizer="l2"),
        ]
    )
    program = model.program_for((8, 8, 3))
    made = [(step.op, *(value.shape for value in step.outputs)) for step in program.operations]
    assert made == [
        ("conv", (6, 6, 4)),
        ("activation", (6, 6, 4)),
        ("pool", (1, 1, 4)),
        ("reshape", (4,)),
        ("dense", (2,)),
        ("penalty", (2,)),
    ]
    values = [*program.inputs, *(value for step in program.operations for value in step.outputs)]
    assert [value.id for value in values] == list(range(len(values)))
    assert {value.dtype for value in values} == {dtype}
    assert all(value.mask is None for value in values)
    assert all(step.inputs == [values[index]] for index, step in enumerate(program.operations))
    assert program.outputs == values[-1:]
