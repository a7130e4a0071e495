"""What the monitor measures is what is there, measuring leaves no trace, and its verdicts are true."""

import warnings

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, layers, optimizers
from lamella.diagnostics import GradientMonitor, gradients
from monitored_networks import NETWORKS, Course

RNG = np.random.default_rng(4)
X = RNG.normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


def network(depth=3, activation="tanh", initializer="glorot_uniform", units=16, rate=0.01):
    lamella.utils.set_random_seed(1)
    hidden = [
        layers.Dense(units, activation, kernel_initializer=initializer, name=f"hidden_{i}")
        for i in range(depth)
    ]
    model = Sequential([Input((6,)), *hidden, layers.Dense(1, name="out")])
    model.compile(optimizers.SGD(rate), "mse")
    return model


def monitored(model, epochs=1, every=1, **options):
    monitor = GradientMonitor(X, Y, every=every)
    model.fit(X, Y, batch_size=10, epochs=epochs, shuffle=False, verbose=0, callbacks=[monitor], **options)
    return monitor


def rms(*arrays):
    return np.sqrt(np.concatenate([a.ravel() for a in arrays]).astype(float).__pow__(2).mean())


def test_gradients_and_updates_are_those_of_the_step():
    """One step of SGD on the rows that are measured: the update is the rate times the gradient."""
    model = network()
    before = model.get_weights()
    monitor = GradientMonitor(X, Y, every=1)
    model.fit(X, Y, batch_size=40, verbose=0, callbacks=[monitor])
    after = model.get_weights()
    for index, name in enumerate(["hidden_0", "hidden_1", "hidden_2", "out"]):
        old, new = before[2 * index : 2 * index + 2], after[2 * index : 2 * index + 2]
        change = rms(*(a - b for a, b in zip(new, old, strict=True)))
        assert monitor.updates[name] == pytest.approx([change])
        assert monitor.ratios[name] == pytest.approx([change / rms(*old)], rel=1e-5)
        assert monitor.gradients[name] == pytest.approx([change / 0.01], rel=1e-3)


def test_activations_are_the_outputs_of_the_layers():
    model = network()
    hidden = np.tanh(X @ model.get_weights()[0])
    monitor = monitored(model)
    assert monitor.activations["hidden_0"][0] == pytest.approx(rms(hidden), rel=1e-5)
    assert list(monitor.activations) == ["hidden_0", "hidden_1", "hidden_2", "out"]


def test_it_measures_every_few_steps():
    assert monitored(network(), epochs=3, every=5).steps == [0, 5, 10]
    with pytest.raises(ValueError, match="every"):
        GradientMonitor(X, Y, every=0)


def test_measuring_changes_nothing():
    weights = []
    for callbacks in ([], [GradientMonitor(X[:9], Y[:9], every=1)], [GradientMonitor(every=1)]):
        lamella.utils.set_random_seed(3)
        model = Sequential(
            [Input((6,)), layers.Dense(8), layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        model.fit(X, Y, batch_size=7, epochs=3, verbose=0, callbacks=callbacks)
        weights.append(model.get_weights())
    for plain, watched, watched_by_batch in zip(*weights, strict=True):
        np.testing.assert_array_equal(plain, watched)
        np.testing.assert_array_equal(plain, watched_by_batch)


def test_dead_and_saturated_units_are_counted():
    model = network(depth=1, activation="relu", units=4, rate=0.0)
    bias = np.array([-1e3, -1e3, -1e3, 1e3])
    model.set_weights([np.ones((6, 4)), bias, np.ones((4, 1)), np.zeros(1)])
    monitor = monitored(model)
    assert monitor.dead["hidden_0"][0] == 0.75
    for activation, expected in (("tanh", 0.75), ("sigmoid", 0.75)):
        model = network(depth=1, activation=activation, units=4, rate=0.0)
        kernel = np.zeros((6, 4))
        model.set_weights([kernel, np.array([-9, 9, 0, 9]), np.ones((4, 1)), np.zeros(1)])
        assert monitored(model).saturated["hidden_0"][0] == expected


def test_activation_layers_and_models_in_the_model_are_looked_into():
    inner = Sequential([Input((6,)), layers.Dense(4), layers.ReLU(name="rectified")])
    model = Sequential([Input((6,)), inner, layers.Activation("tanh", name="squashed"), layers.Dense(1)])
    model.compile("sgd", "mse")
    monitor = monitored(model)
    assert "rectified" in monitor.dead
    assert "squashed" in monitor.saturated
    assert len(monitor.gradients) == 2


def test_verdicts_on_networks_of_known_truth():
    """At most one network is judged wrongly, of those that became what they were made for.

    Trainings whose steps are too large end otherwise with every other rounding, so on every instruction set.
    """
    truths, wrong = 0, []
    for network in NETWORKS:
        monitor = GradientMonitor(every=5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some are not finite, and some have inputs of a wild scale
            course = Course(network, [monitor])
        if course.shows(network.word):
            truths += 1
            if monitor.verdict().partition(":")[0] != network.word:
                wrong.append((str(network), monitor.verdict()))
    assert truths >= len(NETWORKS) - 3
    assert len(wrong) <= 1, wrong


def test_signals_are_norms_of_gradients_by_outputs():
    model = network(activation="relu")
    expected = gradients(model, X, Y, training=True).outputs
    signals = monitored(model).signals
    for name, gradient in expected.items():
        norm = np.sqrt(np.square(gradient.astype(float)).sum() / len(X))
        assert signals[name][0] == pytest.approx(norm, rel=1e-5)


def test_blocks_layers_used_twice_and_pictures_are_measured():
    """Through a block of zeros goes the shortcut alone; a mean over positions takes nothing away."""
    shared = layers.Conv2D(3, 1, name="shared")
    block = layers.Residual([layers.Conv2D(3, 1, kernel_initializer="zeros", name="inside")], name="block")
    stack = [layers.Conv2D(3, 3, name="conv"), shared, shared, block]
    model = Sequential(
        [Input((8, 8, 1)), *stack, layers.GlobalAveragePooling2D(name="mean"), layers.Dense(1, name="top")]
    )
    model.compile("sgd", "mse")
    monitor = GradientMonitor(every=1)
    model.fit(RNG.normal(size=(8, 8, 8, 1)), RNG.normal(size=8), verbose=0, callbacks=[monitor])
    assert list(monitor.activations)[:5] == ["conv", "shared", "shared (2)", "inside", "block"]
    assert monitor.activations["block"] == pytest.approx(monitor.activations["shared (2)"])
    assert monitor.activations["inside"] == [0.0]
    assert list(monitor.gradients) == ["conv", "shared", "block", "inside", "top"]
    assert monitor.signals["block"] == pytest.approx(monitor.signals["mean"], rel=1e-5)


def test_without_rows_it_measures_the_step_that_comes_next():
    """Every step of SGD is the rate times the gradient that was measured, shuffled and weighted as it is."""
    weights = {0: 1.0, 1: 5.0, 2: 0.5}
    y = np.arange(40) % 3

    def batches():
        for start in range(0, 40, 12):
            yield X[start : start + 12], y[start : start + 12]

    for data, options in (
        ((X, y), {"batch_size": 12, "class_weight": weights}),
        ((X, y), {"batch_size": 12, "sample_weight": RNG.random(40), "steps_per_epoch": 2, "epochs": 4}),
        ((X, y), {"batch_size": 7, "shuffle": False}),
        ((batches(),), {}),
    ):
        lamella.utils.set_random_seed(5)
        model = Sequential([Input((6,)), layers.Dense(5, "tanh"), layers.Dense(3, "softmax")])
        model.compile(optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        monitor = GradientMonitor(every=1)
        model.fit(*data, verbose=0, callbacks=[monitor], **options)
        assert len(monitor.steps) == model.optimizer.iterations > 2
        for name, sizes in monitor.gradients.items():
            np.testing.assert_allclose(0.1 * np.array(sizes), monitor.updates[name], rtol=1e-4)


def test_units_are_dead_that_stay_off_for_many_rows():
    """On for one row in eight, they are off in most batches of two rows and in none of 32."""
    x = np.zeros((256, 1))
    x[::8] = 1
    model = Sequential([Input((1,)), layers.Dense(4, "relu", name="rare"), layers.Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    model.set_weights([np.ones((1, 4)), np.array([-0.5, -0.5, -0.5, -2.0]), np.ones((4, 1)), np.zeros(1)])
    monitor = GradientMonitor(every=1)
    model.fit(x, 1.0 - x, batch_size=2, shuffle=False, verbose=0, callbacks=[monitor])
    assert monitor.dead["rare"] == [0.25] * 128


def test_findings_tell_layer_step_cause_and_cure():
    model = network(depth=3, activation="relu", units=50)
    weights = model.get_weights()
    weights[3][:] = np.where(np.arange(50) < 49, -1e3, 1.0)
    model.set_weights(weights)
    found = monitored(model).finding()
    assert (found.word, found.layer, found.step) == ("dead", "hidden_1", 0)
    assert "98% of the units of 'hidden_1'" in found.evidence
    assert "biases" in found.cause
    assert str(found).startswith("dead: 98%")

    model = network(activation="relu")
    model.compile(optimizers.Adam(1.0), "mse")
    found = monitored(model, epochs=5).finding()
    assert found.word == "dead"
    assert found.step > 0
    assert "steps" in found.cause
    assert "learning rate" in found.cure

    found = monitored(network(12, initializer=lamella.initializers.RandomNormal(stddev=0.05))).finding()
    assert found.word == "vanishing"
    assert 5 < int(found.layer.removeprefix("hidden_")) < 11

    bad = X.copy()
    bad[33, 2] = np.nan
    monitor = GradientMonitor(every=1)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="not finite"):
        network().fit(bad, Y, batch_size=10, shuffle=False, verbose=0, callbacks=[monitor])
    found = monitor.finding()
    assert (found.word, found.layer, found.step) == ("not finite", "hidden_0", 3)
    assert "inputs" in found.cause


def test_what_breaks_between_measurements_is_found_at_the_end():
    monitor = GradientMonitor(every=1000)
    with pytest.warns(RuntimeWarning, match="not finite"):
        network(activation="relu", rate=1e3).fit(X, Y, batch_size=4, verbose=0, callbacks=[monitor])
    assert monitor.steps == [0]
    assert monitor.finding().word == "not finite"
    assert 0 < monitor.finding().step < 10


def test_a_last_layer_may_be_sure_but_not_saturated_and_wrong():
    for loss, word in (("mse", "saturated"), ("binary_crossentropy", "exploding")):
        model = Sequential([Input((6,)), layers.Dense(1, "sigmoid", name="out")])
        model.compile(optimizers.SGD(0.001), loss)
        model.set_weights([np.full((6, 1), -90.0), np.zeros(1)])
        monitor = GradientMonitor(every=1)
        model.fit(X, (X.sum(1) > 0).astype(float), batch_size=10, epochs=2, verbose=0, callbacks=[monitor])
        assert monitor.finding().word == word
    model.set_weights([np.full((6, 1), 90.0), np.zeros(1)])
    model.compile(optimizers.SGD(0.01), "mse")
    model.fit(X, (X.sum(1) > 0).astype(float), batch_size=10, epochs=2, verbose=0, callbacks=[monitor])
    assert monitor.finding().word == "healthy"


def test_it_goes_on_where_a_training_was_interrupted():
    first, second = GradientMonitor(every=2), GradientMonitor(every=2)
    model = network()
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[first])
    second.set_model(model)
    second.set_state(first.get_state())
    assert second.steps == [0, 2, 4, 6]
    assert second.verdict().partition(":")[0] == "healthy"


def test_it_keeps_no_data():
    monitor = GradientMonitor()
    network().fit(X, Y, verbose=0, callbacks=[monitor])
    assert not [
        name
        for name, value in vars(monitor).items()
        if name in ("_last_rows", "_meter", "_next_batch") and value
    ]
    with pytest.raises(ValueError, match="x and y"):
        GradientMonitor(X)


def test_a_monitor_without_training_says_so():
    with pytest.raises(ValueError, match="measured nothing"):
        GradientMonitor(X, Y).verdict()


def test_monitor_plots_its_three_panels(tmp_path):
    pytest.importorskip("matplotlib")
    monitor = monitored(network())
    figure = monitor.plot()
    assert len(figure.axes) == 3
    np.testing.assert_allclose(
        figure.axes[1].lines[0].get_ydata(), [sizes[0] for sizes in monitor.gradients.values()]
    )
    figure.savefig(tmp_path / "monitor.png")
