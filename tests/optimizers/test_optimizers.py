"""What optimizers take and refuse; their steps are compared with Keras's in `test_parity_keras.py`."""

import numpy as np
import pytest

import lamella
from lamella import optimizers


@pytest.mark.parametrize("make", [optimizers.SGD, optimizers.Adam, optimizers.AdamW, optimizers.Ftrl])
def test_old_arguments_say_what_takes_their_place(make):
    with pytest.raises(ValueError, match=r"no argument 'lr': pass learning_rate"):
        make(lr=0.1)
    with pytest.raises(ValueError, match=r"no argument 'decay': .*InverseTimeDecay"):
        make(decay=1e-4)


@pytest.mark.parametrize("rate", ["0.1", [0.1], np.array([0.1]), None, True, -0.1, float("nan"), {}, int])
def test_no_learning_rates(rate):
    with pytest.raises(ValueError, match="SGD: 'learning_rate' must be"):
        optimizers.SGD(rate)
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="SGD: 'learning_rate' must be"):
        optimizer.learning_rate = rate
    assert optimizer.learning_rate == 0.5


@pytest.mark.parametrize("rate", [0, 1, np.float32(0.5), np.array(0.5)])
def test_learning_rates(rate):
    assert optimizers.SGD(rate).learning_rate == float(rate)


def test_get_of_none():
    assert optimizers.get(None) is None
    model = lamella.Sequential([lamella.Input((1,)), lamella.layers.Dense(1)])
    with pytest.raises(ValueError, match="compile: 'optimizer' must be"):
        model.compile(None, "mse")


def test_variables_left_out_of_decay():
    with pytest.raises(ValueError, match="'var_names' must be a list"):
        optimizers.AdamW().exclude_from_weight_decay(var_names="bias")
    with pytest.raises(ValueError, match="'var_names' must be a list of regular expressions"):
        optimizers.AdamW().exclude_from_weight_decay(var_names=["("])
    with pytest.raises(ValueError, match="'var_list' must be a list"):
        optimizers.AdamW().exclude_from_weight_decay(3)
