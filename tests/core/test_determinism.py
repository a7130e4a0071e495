"""One seed, one build, one instruction set: the same bits, whatever the threads."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import lamella
from lamella import layers


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(1001, 96)).astype("float32"), rng.integers(0, 10, 1001)


def network():
    return lamella.Sequential(
        [
            layers.Input((96,)),
            layers.Dense(257, activation="relu", kernel_constraint="max_norm", activity_regularizer="l2"),
            layers.Dropout(0.3),
            layers.Dense(130, kernel_regularizer="l1", bias_constraint="non_neg"),
            layers.BatchNormalization(),
            layers.Activation("gelu"),
            layers.AlphaDropout(0.2),
            layers.LayerNormalization(),
            layers.GaussianNoise(0.1),
            layers.GroupNormalization(10),
            layers.PReLU(),
            layers.GaussianDropout(0.1),
            layers.Dense(10, activation="softmax"),
        ]
    )


def digest(model):
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())
    ).hexdigest()


def train(model):
    x, y = data()
    model.fit(x, y, batch_size=128, epochs=3, verbose=0)
    return digest(model)


def compiled(seed, optimizer="adam"):
    lamella.utils.set_random_seed(seed)
    model = network()
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def serial_digest():
    lamella.config.set_num_threads(1)
    return train(compiled(seed=5))


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 7])
def test_threads_do_not_change_the_weights(serial_digest, threads):
    lamella.config.set_num_threads(threads)
    assert train(compiled(seed=5)) == serial_digest


def classifier(*hidden, units=10, loss="sparse_categorical_crossentropy"):
    layer = layers.Dense(units, activation="softmax" if units > 1 else "sigmoid")
    return lamella.Sequential([layers.Input((4, 7)), layers.Flatten(), *hidden, layer]), loss


# Rows apart from each other: each thread takes its own through all layers.
SMALL_NETWORKS = {
    "dropout and a penalty": lambda: classifier(
        layers.Dense(33, activation="tanh"),
        layers.Dropout(0.3),
        layers.Dense(64, use_bias=False),
        layers.Activation("gelu"),
        layers.Dense(20, activation="relu", kernel_regularizer="l2"),
    ),
    "one unit": lambda: classifier(layers.Dense(70, activation="relu"), units=1, loss="binary_crossentropy"),
    "frozen layers": lambda: classifier(
        layers.Dense(33, activation="tanh", trainable=False),
        layers.Dense(40, activation="relu"),
        layers.Dense(50, activation="glu", trainable=False),
        layers.Rescaling(0.5),
        layers.Dense(20, activation="log_softmax"),
    ),
    "an activity penalty": lambda: classifier(
        layers.Dense(64, activation="relu", activity_regularizer="l2"), layers.Dense(64, activation="relu")
    ),
    "four outputs a row": lambda: (
        lamella.Sequential([layers.Input((4, 7)), layers.Dense(64, activation="selu"), layers.Dense(3)]),
        "mean_squared_error",
    ),
}


def small_data(loss):
    rng = np.random.default_rng(0)
    x, classes = rng.normal(size=(777, 4, 7)), rng.integers(0, 10, 777)
    if loss == "mean_squared_error":
        return x, x[:, :, :3]
    return x, classes if loss.startswith("sparse") else classes[:, None] % 2


def results_of_small_network(name, threads, batch_size, weights):
    lamella.config.set_num_threads(threads)
    lamella.utils.set_random_seed(1)
    model, loss = SMALL_NETWORKS[name]()
    model.compile(optimizer="adam", loss=loss)
    x, y = small_data(loss)
    history = model.fit(x, y, batch_size=batch_size, epochs=3, sample_weight=weights, verbose=0)
    return digest(model), *history.history["loss"]


@pytest.mark.parametrize("batch_size", [64, 99, 256])
@pytest.mark.parametrize("name", SMALL_NETWORKS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_batch_cut_by_rows_gives_the_same_bits(name, batch_size, weighted):
    weights = np.random.default_rng(1).uniform(0.5, 2, 777) if weighted else None
    results = {results_of_small_network(name, threads, batch_size, weights) for threads in (1, 2, 3, 8)}
    assert len(results) == 1


def test_a_batch_of_float64_cut_by_rows_gives_the_same_bits(float64):
    name = "dropout and a penalty"
    assert len({results_of_small_network(name, threads, 128, None) for threads in (1, 2, 3)}) == 1


def test_float64_is_independent_of_threads_too(float64):
    digests = set()
    for threads in (1, 3):
        lamella.config.set_num_threads(threads)
        digests.add(train(compiled(seed=5)))
    assert len(digests) == 1


def test_another_seed_gives_other_weights(serial_digest):
    assert train(compiled(seed=6)) != serial_digest


def test_dropout_and_shuffling_follow_the_seed():
    """From the same initial weights, two seeds still train differently."""
    weights = compiled(seed=5).get_weights()
    digests = []
    for seed in (5, 6):
        model = compiled(seed=seed)
        model.set_weights(weights)
        digests.append(train(model))
    assert digests[0] != digests[1]


@pytest.mark.parametrize("threads", [1, 2])
def test_python_threads_train_as_if_alone(threads):
    """Two models trained at once have the bits they get one after the other."""
    lamella.config.set_num_threads(threads)
    alone = [train(compiled(seed, optimizer)) for seed, optimizer in ((1, "adam"), (2, "sgd"))]
    models = [compiled(1, "adam"), compiled(2, "sgd")]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(train, models))
    assert together == alone


def test_predictions_from_several_python_threads():
    model = compiled(seed=5)
    x, _ = data()
    expected = model.predict(x, verbose=0)
    with ThreadPoolExecutor(4) as pool:
        for actual in pool.map(lambda _: model.predict(x, verbose=0), range(8)):
            np.testing.assert_array_equal(actual, expected)


def test_predictions_do_not_depend_on_threads():
    model = compiled(seed=5)
    x, _ = data()
    results = []
    for threads in (1, 4):
        lamella.config.set_num_threads(threads)
        results.append(model.predict(x, batch_size=500, verbose=0).tobytes())
    assert results[0] == results[1]
