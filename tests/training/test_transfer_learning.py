"""A trained model becomes another one: heads taken off and put on, layers frozen and thawed."""

import pickle

import numpy as np
import pytest

import lamella
from lamella import layers
from lamella.saving import load_model

SHAPE, CLASSES, NEW, ROWS = (10, 10, 3), 5, 3, 48
X = np.random.default_rng(0).normal(size=(ROWS, *SHAPE)).astype("float32")
Y = np.random.default_rng(1).integers(0, CLASSES, ROWS)
LOSS = lamella.losses.SparseCategoricalCrossentropy()


def trained(optimizer="adam", epochs=2):
    """A network with batch normalisation, trained a little."""
    stack = [
        layers.Conv2D(6, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(16, activation="relu", name="hidden"),
        layers.Dense(CLASSES, activation="softmax", name="head"),
    ]
    model = lamella.Sequential([layers.Input(SHAPE), *stack], name="net")
    model.compile(optimizer, LOSS, metrics=["accuracy"])
    model.fit(X, Y, epochs=epochs, batch_size=16, verbose=0)
    return model


@pytest.fixture
def loaded(tmp_path):
    trained().save(tmp_path / "model.safetensors")
    return load_model(tmp_path / "model.safetensors")


def new_head(model):
    """Take the head off, freeze the rest, put another head on."""
    model.pop()
    for layer in model.layers:
        layer.trainable = False
    model.add(layers.Dense(NEW, activation="softmax", name="new_head"))
    return model


def assert_same(weights, before):
    for now, then in zip(weights, before, strict=True):
        np.testing.assert_array_equal(now, then)


def slots_of(optimizer):
    """Slots by the names of their variables' paths."""
    return {(variable.path, name): values for variable, name, values in optimizer.state().slots}


def memory_of(model, rows=16):
    program = model.program_for(SHAPE)
    assert model._compiled.settle_from_loss(program.output_shape)
    return model._compiled.trainer_for(program).memory(rows)


def flops_of(model):
    """Forward and backward operations of a step of one row, as summary prints them."""
    lines = []
    model.summary(print_fn=lines.append, batch_size=1)
    (line,) = [line for line in lines if "FLOPs" in line]
    return [int(part.split()[1].replace(",", "")) for part in line.split("(")[1][:-1].split(", b")]


def test_a_loaded_model_with_another_head(loaded):
    features, before = loaded.layers[:-1], [layer.get_weights() for layer in loaded.layers[:-1]]
    new_head(loaded)
    loaded.compile("adam", LOSS, metrics=["accuracy"])
    history = loaded.fit(X, Y % NEW, epochs=20, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert loaded.layers[:-1] == features
    for layer, weights in zip(features, before, strict=True):
        assert_same(layer.get_weights(), weights)
    assert {w.path for w in loaded.trainable_weights} == {"net/new_head/kernel", "net/new_head/bias"}

    loaded.trainable = True
    loaded.get_layer("norm").trainable = False  # as is done where rows are few
    loaded.compile(lamella.optimizers.Adam(1e-4), LOSS)
    tuned = loaded.fit(X, Y % NEW, epochs=3, batch_size=16, verbose=0).history["loss"]
    assert tuned[-1] < history[-1]
    changed = [(a != b).any() for a, b in zip(features[0].get_weights(), before[0], strict=True)]
    assert all(changed)


def test_taking_off_and_putting_on_keeps_the_weights_of_the_rest(loaded):
    x = X[:4]
    inner = lamella.Sequential([layers.Input(SHAPE), *loaded.layers[:-1]])
    features, outputs = inner.predict(x, verbose=0), loaded.predict(x, verbose=0)
    head = loaded.pop()
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), features)
    loaded.add(head)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), outputs)


def test_a_head_that_does_not_fit_is_an_error(loaded):
    head = loaded.pop()
    loaded.pop()
    loaded.add(head)
    with pytest.raises(ValueError, match="'head' has a kernel of shape"):
        loaded.predict(X, verbose=0)


# What frozen layers cost.


def test_frozen_layers_have_no_gradients_slots_and_kept_activations(loaded):
    whole = memory_of(loaded)
    new_head(loaded)
    loaded.compile("adam", LOSS)
    frozen = memory_of(loaded)
    trained_bytes = sum(4 * w.size for w in loaded.trainable_weights)
    assert trained_bytes == 4 * (16 * NEW + NEW)
    assert frozen["gradients"] < trained_bytes + 2 * 64  # a variable begins at a multiple of 64
    assert frozen["slots"] == 2 * frozen["gradients"]
    assert whole["gradients"] > 20 * frozen["gradients"]
    assert frozen["activations"] < 0.75 * whole["activations"]


def test_the_way_back_ends_at_the_first_layer_that_is_trained(loaded):
    forward, backward = flops_of(loaded)
    convolution = 2 * 8 * 8 * 3 * 3 * 3 * 6  # of the first layer, which makes no gradient by its input
    hidden = 2 * 6 * 16 * 16
    assert forward > convolution + hidden
    assert convolution + 2 * hidden < backward < 2 * convolution + 2 * hidden
    loaded.get_layer("conv").trainable = loaded.get_layer("norm").trainable = False
    assert hidden < flops_of(loaded)[1] < 1.5 * hidden
    new_head(loaded)
    last = 2 * 16 * NEW
    assert last <= flops_of(loaded)[1] < 2 * last
    assert flops_of(loaded)[0] > forward - 200
    loaded.trainable = False
    assert flops_of(loaded)[1] == 0


def test_a_head_on_a_frozen_model_is_frozen_with_it(loaded):
    """As in Keras: freeze the layers, or put the model into another one."""
    loaded.pop()
    loaded.trainable = False
    loaded.add(layers.Dense(NEW, activation="softmax"))
    assert loaded.trainable_weights == []
    with pytest.warns(UserWarning, match="no trainable weights"):
        loaded.fit(X, Y % NEW, batch_size=16, verbose=0)


def test_a_model_made_frozen_freezes_its_layers(loaded):
    frozen = lamella.Sequential([layers.Input(SHAPE), *loaded.layers[:-1]], trainable=False)
    model = lamella.Sequential([frozen, layers.Dense(NEW, activation="softmax")])
    assert len(model.trainable_weights) == 2
    assert not any(layer.trainable for layer in frozen.layers)


def test_a_frozen_layer_in_the_middle_hands_the_gradient_on(loaded):
    _, backward = flops_of(loaded)
    hidden = loaded.get_layer("hidden")
    hidden.trainable = False
    assert flops_of(loaded)[1] == backward - 2 * 6 * 16 * 16
    before, first = hidden.get_weights(), loaded.layers[0].get_weights()
    loaded.fit(X, Y, batch_size=16, verbose=0)
    assert_same(hidden.get_weights(), before)
    assert (loaded.layers[0].get_weights()[0] != first[0]).any()


def test_everything_frozen(loaded):
    loaded.trainable = False
    before = loaded.get_weights()
    with pytest.warns(UserWarning, match="'net' has no trainable weights"):
        loaded.fit(X, Y, epochs=2, batch_size=16, verbose=0)
    assert_same(loaded.get_weights(), before)
    assert memory_of(loaded)["gradients"] == memory_of(loaded)["slots"] == 0


# Batch normalisation.


def test_frozen_batch_normalisation_is_as_at_inference(loaded):
    """Neither the statistics nor the normalisation of a batch: the loss of a step is that of evaluation."""
    loaded.get_layer("norm").trainable = False
    before = loaded.get_layer("norm").get_weights()
    expected = loaded.test_on_batch(X[:16], Y[:16])[0]
    assert loaded.train_on_batch(X[:16], Y[:16])[0] == pytest.approx(expected, rel=1e-5)
    assert_same(loaded.get_layer("norm").get_weights(), before)

    loaded.get_layer("norm").trainable = True
    expected = loaded.test_on_batch(X[:16], Y[:16])[0]
    assert abs(loaded.train_on_batch(X[:16], Y[:16])[0] - expected) > 1e-3
    assert all((a != b).any() for a, b in zip(loaded.get_layer("norm").get_weights(), before, strict=True))


def test_a_frozen_model_as_first_layer(loaded):
    loaded.pop()
    loaded.trainable = False
    before = loaded.get_weights()
    model = lamella.Sequential([loaded, layers.Dense(NEW, activation="softmax")])
    model.compile("adam", LOSS)
    expected = model.test_on_batch(X[:16], Y[:16] % NEW)
    assert model.train_on_batch(X[:16], Y[:16] % NEW) == pytest.approx(expected, rel=1e-5)
    losses = model.fit(X, Y % NEW, epochs=5, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert_same(loaded.get_weights(), before)
    assert memory_of(model)["gradients"] < 4 * (16 * NEW + NEW) + 2 * 64

    loaded.trainable = True
    loaded.get_layer("norm").trainable = False
    model.compile(lamella.optimizers.Adam(1e-4), LOSS)
    model.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert_same(loaded.get_layer("norm").get_weights(), before[2:6])
    assert (loaded.layers[0].get_weights()[0] != before[0]).any()


# Optimizers.


def test_the_optimizer_of_a_loaded_model_goes_on_with_another_head(loaded):
    steps, before = loaded.optimizer.iterations, slots_of(loaded.optimizer)
    assert steps == 6
    loaded.pop()
    loaded.add(layers.Dense(NEW, activation="softmax", name="new_head"))
    loaded.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert loaded.optimizer.iterations == steps + 3
    after = slots_of(loaded.optimizer)
    assert ("net/new_head/kernel", "momentum") in after
    assert not any(path.startswith("net/head/") for path, _ in after)
    assert (after["net/conv/kernel", "velocity"] != before["net/conv/kernel", "velocity"]).any()


def test_slots_follow_variables_that_stay_trainable():
    model = trained("sgd")
    optimizer = lamella.optimizers.SGD(0.01, momentum=0.9)
    model.compile(optimizer, LOSS)
    model.fit(X, Y, epochs=2, batch_size=16, verbose=0)
    before = slots_of(optimizer)
    model.get_layer("conv").trainable = False
    model.compile(optimizer, LOSS)
    model.summary(batch_size=16, print_fn=lambda line: None)  # makes the trainer, without a step
    after = slots_of(optimizer)
    assert set(before) - set(after) == {("net/conv/kernel", "momentum"), ("net/conv/bias", "momentum")}
    for key, values in after.items():
        np.testing.assert_array_equal(values, before[key])
    assert optimizer.iterations == 6
    model.fit(X, Y, batch_size=16, verbose=0)
    hidden = "net/hidden/kernel", "momentum"
    assert (slots_of(optimizer)[hidden] != before[hidden]).any()


def test_averages_of_a_new_head_begin_at_its_weights():
    """At 0 they would pull it there when fit ends."""
    optimizer = lamella.optimizers.SGD(1e-6, use_ema=True, ema_momentum=0.99)
    model = trained(optimizer)
    model.pop()
    model.add(layers.Dense(NEW, activation="softmax", kernel_initializer="ones", name="new_head"))
    model.fit(X, Y % NEW, batch_size=16, verbose=0)
    np.testing.assert_allclose(model.layers[-1].get_weights()[0], 1.0, atol=1e-4)


@pytest.mark.parametrize("again", [lambda model, path: pickle.loads(pickle.dumps(model)), None])
def test_a_model_whose_head_was_taken_off_is_saved(again, tmp_path):
    """Also straight after training, when the optimizer still holds slots of the head."""

    def through_a_file(model, path):
        model.save(path)
        return load_model(path)

    model = trained()
    model.pop()
    copy = (again or through_a_file)(model, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(copy.predict(X, verbose=0), model.predict(X, verbose=0))
    assert copy.optimizer.iterations == 6
    for one in (model, copy):
        one.add(layers.Dense(NEW, activation="softmax", kernel_initializer="ones"))
        one.fit(X, Y % NEW, batch_size=16, shuffle=False, verbose=0)
    assert_same(copy.get_weights(), model.get_weights())


# Models that share layers.


def with_the_layers_of(model):
    """Another model of the same layers, but for the head."""
    head = layers.Dense(NEW, activation="softmax")
    other = lamella.Sequential([layers.Input(SHAPE), *model.layers[:-1], head])
    other.compile("sgd", LOSS)
    return other


def test_training_one_model_changes_the_other(loaded):
    other = with_the_layers_of(loaded)
    outputs = loaded.predict(X, verbose=0)
    other.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert (loaded.predict(X, verbose=0) != outputs).any()
    assert_same(loaded.get_weights()[:-2], other.get_weights()[:-2])
    outputs = other.predict(X, verbose=0)
    loaded.fit(X, Y, batch_size=16, verbose=0)
    assert (other.predict(X, verbose=0) != outputs).any()
    assert_same(loaded.get_weights()[:-2], other.get_weights()[:-2])


def test_freezing_shared_layers_freezes_them_in_both(loaded):
    other = with_the_layers_of(loaded)
    other.fit(X, Y % NEW, batch_size=16, verbose=0)
    for layer in loaded.layers[:-1]:
        layer.trainable = False
    before = other.get_weights()
    other.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert_same(other.get_weights()[:-2], before[:-2])
    assert (other.get_weights()[-2] != before[-2]).any()


def test_features_computed_once_are_those_of_the_frozen_model(loaded):
    """The quick way: predict with what is frozen, train the head on that, put both together."""
    loaded.pop()
    features = loaded.predict(X, verbose=0)
    head = lamella.Sequential([layers.Input(features.shape[1:]), layers.Dense(NEW, activation="softmax")])
    head.compile("adam", LOSS)
    head.fit(features, Y % NEW, epochs=3, batch_size=16, verbose=0)
    loaded.trainable = False
    model = lamella.Sequential([loaded, head])
    np.testing.assert_allclose(
        model.predict(X, verbose=0), head.predict(features, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_thawing_without_compiling_takes_effect_at_the_next_fit(loaded):
    new_head(loaded)
    before = loaded.layers[0].get_weights()
    loaded.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert_same(loaded.layers[0].get_weights(), before)
    loaded.trainable = True
    loaded.fit(X, Y % NEW, batch_size=16, verbose=0)
    assert (loaded.layers[0].get_weights()[0] != before[0]).any()
    assert memory_of(loaded)["gradients"] > 4 * 6 * 16 * 16


def test_changes_during_training_wait_for_the_next_fit(loaded):
    class Freeze(lamella.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.layers[0].trainable = False

    before = loaded.layers[0].get_weights()
    loaded.fit(X, Y, epochs=2, batch_size=16, verbose=0, callbacks=[Freeze()])
    middle = loaded.layers[0].get_weights()
    assert (middle[0] != before[0]).any()
    loaded.fit(X, Y, batch_size=16, verbose=0)
    assert_same(loaded.layers[0].get_weights(), middle)
