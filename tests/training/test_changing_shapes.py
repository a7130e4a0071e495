"""Batches of ever-changing shapes: one trainer, one optimizer, one count."""

import numpy as np
import pytest

import lamella
from lamella import layers, optimizers
from own_process import output_of


def of_images(seed=0):
    model = lamella.Sequential(
        [
            layers.Conv2D(5, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Conv2D(4, 3, padding="same", activation="tanh"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, kernel_regularizer="l2"),
        ],
        seed=seed,
    )
    model.compile(
        optimizers.Adam(0.01),
        lamella.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        weighted_metrics=["sparse_categorical_crossentropy"],
    )
    return model


def batches(count, shapes=7, rows=6):
    rng = np.random.default_rng(1)
    for i in range(count):
        shape = (rows - i % 3, 8 + i % shapes, 9 + 2 * (i % shapes), 2)
        yield rng.normal(size=shape).astype("float32"), rng.integers(0, 3, shape[0])


def state(model):
    return [*model.get_weights(), *(values for _, _, values in model.optimizer.state().slots)]


def assert_same(one, other):
    for value, again in zip(one, other, strict=True):
        np.testing.assert_array_equal(value, again)


def forget_plans(model):
    """Have everything native made anew, as for a model that is loaded."""
    state = model.optimizer.state()
    model._compiled._training._kept = model.optimizer.trainer = None
    model.optimizer.set_state(state)


@pytest.mark.parametrize("threads", [1, 2])
def test_shapes_that_alternate_are_those_of_trainers_of_their_own(threads):
    lamella.config.set_num_threads(threads)
    model, apart = of_images(), of_images()
    for x, y in batches(20):
        results = model.train_on_batch(x, y)
        if apart.optimizer.trainer is not None:
            forget_plans(apart)
        assert_same(results, apart.train_on_batch(x, y))
    assert model.optimizer.iterations == 20
    assert_same(state(model), state(apart))


def test_more_shapes_than_are_kept():
    model, apart = of_images(), of_images()
    for x, y in list(batches(40, shapes=40)) * 2:
        model.train_on_batch(x, y)
        if apart.optimizer.trainer is not None:
            forget_plans(apart)
        apart.train_on_batch(x, y)
    assert len(model._programs) <= 32
    assert_same(state(model), state(apart))


def test_the_trainer_stays():
    model = of_images()
    (x, y), (other_x, other_y) = batches(2)
    model.train_on_batch(x, y)
    trainer = model.optimizer.trainer
    model.train_on_batch(other_x, other_y)
    model.train_on_batch(x, y)
    assert model.optimizer.trainer is trainer
    model.optimizer.beta_1 = 0.5  # a setting makes another one
    model.train_on_batch(other_x, other_y)
    assert model.optimizer.trainer is not trainer
    assert model.optimizer.iterations == 4


def test_fit_and_evaluate_count_over_all_shapes():
    model = of_images()
    data = list(batches(9))
    model.fit(iter(data), steps_per_epoch=9, verbose=0)
    logs = model.evaluate(iter(data), verbose=0, return_dict=True)
    rows = [len(x) for x, _ in data]
    right = [np.mean(model.predict_on_batch(x).argmax(1) == y) for x, y in data]
    assert logs["accuracy"] == pytest.approx(np.average(right, weights=rows))
    losses = [model.evaluate(x, y, verbose=0, return_dict=True)["loss"] for x, y in data]
    assert logs["loss"] == pytest.approx(np.average(losses, weights=rows))


def test_a_shape_that_is_refused_leaves_no_trace():
    model, other = of_images(), of_images()
    (x, y), (next_x, next_y) = batches(2)
    for each in (model, other):
        each.train_on_batch(x, y)
    too_small, of_other_channels = np.ones((4, 2, 2, 2), "float32"), np.ones((4, 9, 9, 3), "float32")
    for refused, message in ((too_small, "conv2d"), (of_other_channels, "channels|shape")):
        with pytest.raises(ValueError, match=message):
            model.train_on_batch(refused, y[:4])
        with pytest.raises(ValueError, match=message):
            model.evaluate(refused, y[:4], verbose=0)
    for each in (model, other):
        each.train_on_batch(next_x, next_y)
    assert_same(state(model), state(other))


def test_layers_that_are_frozen_on_the_way_are_frozen_for_all_shapes():
    model = of_images()
    data = list(batches(4))
    for x, y in data:
        model.train_on_batch(x, y)
    model.layers[0].trainable = False
    frozen = model.layers[0].get_weights()
    for x, y in data:
        model.train_on_batch(x, y)
    assert_same(model.layers[0].get_weights(), frozen)


def test_a_gradient_hook_sees_every_shape():
    model, seen = of_images(), []
    data = list(batches(3))
    model.train_on_batch(*data[0])
    trainer = model.optimizer.trainer
    trainer.set_gradient_hook(lambda gradients: seen.append(gradients.shape))
    for x, y in data:
        model.train_on_batch(x, y)
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_program_of_another_model_is_refused():
    model, stranger = of_images(), of_images()
    x, y = next(batches(1))
    for each in (model, stranger):
        each.train_on_batch(x, y)
    with pytest.raises(Exception, match="must be of the same model"):
        model.optimizer.trainer.use(stranger.program_for(x.shape[1:]).native)
    before = model.get_weights()
    model.train_on_batch(x, y)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_twenty_shapes_take_the_memory_of_the_largest():
    """Each of these networks needs some 40 MB for its values."""
    grown = output_of(
        """
        import resource

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        model = lamella.Sequential(
            [layers.Conv2D(16, 3), layers.Conv2D(16, 3), layers.GlobalAveragePooling2D(), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        shapes = [(1, 540 - 2 * i, 500 + 2 * i, 3) for i in range(20)]
        calls = [
            model.predict_on_batch,
            lambda x: model.test_on_batch(x, [[1.0]]),
            lambda x: model.train_on_batch(x, [[1.0]]),
        ]
        for call in calls:
            call(np.ones(shapes[0], "float32"))
        before = peak()
        for call in calls:
            for shape in shapes:
                call(np.ones(shape, "float32"))
        print(peak() - before)
        """
    )
    assert float(grown) < 100
