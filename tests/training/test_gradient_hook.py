"""What sees gradients between backward and update may change them, or stop the step."""

import numpy as np
import pytest

import lamella
from lamella import layers


def trained(rate, hook=None, steps=4, l2=None):
    """The weights of a small network after some steps, and its trainer."""
    lamella.utils.set_random_seed(3)
    dense = [
        layers.Dense(5, activation="tanh", kernel_regularizer=l2),
        layers.BatchNormalization(),
        layers.Dense(1),
    ]
    model = lamella.Sequential([lamella.Input((3,)), *dense])
    model.compile(lamella.optimizers.SGD(rate), "mse")
    x = np.random.default_rng(0).normal(size=(8 * steps, 3))
    y = x.sum(axis=1)
    model.train_on_batch(x[:8], y[:8])  # makes the trainer
    trainer = model.session().compiled.trainer_for(model.program_for((3,)))
    trainer.set_gradient_hook(hook)
    for step in range(1, steps):
        model.optimizer.learning_rate = rate if hook is None else 2 * rate
        model.train_on_batch(x[8 * step : 8 * step + 8], y[8 * step : 8 * step + 8])
    return model, trainer


def test_half_the_gradients_at_twice_the_rate_are_the_same_bits():
    plain, _ = trained(0.125)
    hooked, _ = trained(0.125, lambda gradients: gradients * 0.5)
    for weight, other in zip(plain.get_weights(), hooked.get_weights(), strict=True):
        assert weight.tobytes() == other.tobytes()


def test_the_hook_gets_the_gradients_of_the_step_with_those_of_penalties():
    seen = []
    model, trainer = trained(0.125, seen.append, l2="l2")
    data = np.ones((4, 3), "float32")
    expected = trainer.gradients(lamella._core.Feed(data, np.ones((4, 1), "float32"), None))
    model.train_on_batch(data, np.ones(4))
    layout = trainer.gradient_layout()
    assert [variable.path for variable, _ in layout] == [v.path for v in model.trainable_variables]
    for (variable, first), (_, gradient) in zip(layout, expected, strict=True):
        part = seen[-1][first : first + gradient.size].reshape(variable.shape)
        np.testing.assert_array_equal(part, gradient)


def test_what_is_handed_over_may_be_kept():
    kept = []
    trained(0.125, kept.append)
    assert not np.array_equal(kept[0], kept[-1])


def test_a_hook_that_fails_leaves_no_trace():
    def failing(gradients):
        raise RuntimeError("no")

    model, trainer = trained(0.125, lambda gradients: None)
    before, steps = model.get_weights(), trainer.iterations
    trainer.set_gradient_hook(failing)
    with pytest.raises(RuntimeError, match=r"^no$"):
        model.train_on_batch(np.ones((4, 3)), np.ones(4))
    assert trainer.iterations == steps
    for weight, other in zip(before, model.get_weights(), strict=True):
        assert weight.tobytes() == other.tobytes()
    trainer.set_gradient_hook(None)
    model.train_on_batch(np.ones((4, 3)), np.ones(4))


def test_gradients_of_another_shape_are_refused():
    model, trainer = trained(0.125, lambda gradients: None)
    trainer.set_gradient_hook(lambda gradients: gradients[:3])
    with pytest.raises(ValueError, match=r"must return an array of shape \(\d+,\) or None.*shape \(3,\)"):
        model.train_on_batch(np.ones((4, 3)), np.ones(4))


def test_a_trainer_that_takes_over_keeps_the_hook():
    seen = []
    model, trainer = trained(0.125, seen.append)
    count = len(seen)
    model.layers[0].trainable = False
    model.compile(model.optimizer, "mse")
    model.train_on_batch(np.ones((4, 3)), np.ones(4))
    other = model.session().compiled.trainer_for(model.program_for((3,)))
    assert other is not trainer
    assert len(seen) == count + 1
    assert seen[-1].size < seen[0].size
