"""Inputs of several shapes in one model, where its weights fit any of them."""

import numpy as np
import pytest

import lamella
from lamella import layers

RNG = np.random.default_rng(0)
SIDES = (6, 9, 6, 7)
BATCHES = [(RNG.normal(size=(4, n, n, 3)).astype("float32"), RNG.normal(size=(4, 1))) for n in SIDES]


def network(*front, **options):
    lamella.utils.set_random_seed(0)
    hidden = [layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D(), layers.Dense(1)]
    model = lamella.Sequential([*front, *hidden])
    model.compile(**{"optimizer": "adam", "loss": "mse", "metrics": ["mae"], **options})
    return model


FRONTS = [lambda: (layers.Input((None, None, 3)),), tuple]


def one_by_one(model, epochs=1):
    """What training on the batches gives: the means of loss and metrics of each epoch, and the weights."""
    logs = []
    for _ in range(epochs):
        logs.append(np.mean([model.train_on_batch(*batch) for batch in BATCHES], axis=0))
    return np.array(logs), model.get_weights()


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("source", [lambda: BATCHES, lambda: iter(BATCHES * 2)])
def test_training_on_pictures_of_several_sizes(front, source):
    right, weights = one_by_one(network(*front()), epochs=2)
    model = network(*front())
    steps = None if isinstance(source(), list) else len(BATCHES)
    history = model.fit(source(), epochs=2, steps_per_epoch=steps, verbose=0).history
    np.testing.assert_allclose(np.array([history["loss"], history["mae"]]).T, right, rtol=1e-5)
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.optimizer.iterations == 2 * len(BATCHES)


@pytest.mark.parametrize("front", FRONTS)
def test_evaluating_and_predicting(front):
    model = network(*front())
    right = np.mean([model.test_on_batch(*batch) for batch in BATCHES], axis=0)
    np.testing.assert_allclose(model.evaluate(iter(BATCHES), verbose=0), right, rtol=1e-6)
    outputs = np.concatenate([model.predict_on_batch(x) for x, _ in BATCHES])
    np.testing.assert_array_equal(model.predict(iter(BATCHES), verbose=0), outputs)
    np.testing.assert_array_equal(np.concatenate([model(x) for x, _ in BATCHES]), outputs)


@pytest.mark.parametrize("front", FRONTS)
def test_validation_has_other_sizes(front):
    model = network(*front())
    history = model.fit(*BATCHES[0], validation_data=iter(BATCHES), epochs=1, verbose=0).history
    np.testing.assert_allclose(history["val_loss"][0], model.evaluate(iter(BATCHES), verbose=0)[0], rtol=1e-6)
    model.fit(*BATCHES[1], validation_data=BATCHES[2], verbose=0)
    assert model.optimizer.iterations == 2


def test_a_file_takes_the_same_shapes(tmp_path):
    model = network()
    model.predict(BATCHES[0][0], verbose=0)
    for name in ("model.safetensors", "model.keras"):
        model.save(tmp_path / name)
        loaded = lamella.saving.load_model(tmp_path / name)
        for x, _ in BATCHES:
            np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("call", [lambda m, x: m.predict(x, verbose=0), lambda m, x: m(x)])
def test_shapes_that_the_weights_do_not_fit_are_refused(call):
    flat = lamella.Sequential([layers.Flatten(), layers.Dense(2, name="dense_behind")])
    outputs = call(flat, np.ones((2, 3, 4)))
    for shape in ((2, 3, 5), (2, 11), (2, 4, 2)):
        with pytest.raises(ValueError, match=rf"takes inputs of shape \(None, 3, 4\)(?s:.*){shape[1]}"):
            call(flat, np.ones(shape))
    np.testing.assert_array_equal(call(flat, np.ones((2, 3, 4))), outputs)


def test_declared_shapes_stay_declared():
    model = network(layers.Input((6, 6, 3)))
    with pytest.raises(ValueError, match=r"takes inputs of shape \(None, 6, 6, 3\)"):
        model.predict(BATCHES[1][0], verbose=0)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.UnitNormalization(), (2, 0)),
        (layers.LayerNormalization(), (2, 0)),
        (layers.RMSNormalization(), (2, 3, 0)),
        (layers.GroupNormalization(1), (2, 3, 0)),
        (layers.UpSampling1D(2), (2, 0, 3)),
        (layers.RandomFlip(), (2, 4, 4, 0)),
        (layers.Activation("relu"), (2, 0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_inputs_that_hold_nothing_are_refused(layer, shape):
    with pytest.raises(ValueError, match=rf"'{layer.name}' takes inputs that hold numbers.*0"):
        layer(np.zeros(shape))
    assert not layer.built
