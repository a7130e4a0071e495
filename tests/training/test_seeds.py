"""Models with a seed of their own are repeatable, whatever else draws random numbers."""

import copy
import json
import pickle
import threading

import numpy as np
import pytest

import lamella
from lamella import Input, Sequential, initializers, layers

RNG = np.random.default_rng(8)
X = RNG.normal(size=(60, 6)).astype("float32")
Y = X[:, :1] * X[:, 1:2]


def stack(declared=True):
    inner = Sequential(
        [layers.Dense(5, kernel_initializer=initializers.HeNormal()), layers.GaussianNoise(0.1)]
    )
    block = layers.Residual([layers.Dense(5), layers.Dropout(0.2)])
    declaration = [Input((6,))] if declared else []
    return [*declaration, layers.Dense(8, "tanh"), layers.Dropout(0.3), inner, block, layers.Dense(1)]


def seeded(seed=0, **options):
    model = Sequential(stack(**options), seed=seed)
    model.compile("adam", "mse")
    return model


def trained(model, x=X, y=Y, epochs=2):
    """The bits of everything random: losses, weights, and outputs with dropout, twice."""
    losses = model.fit(x, y, epochs=epochs, batch_size=16, verbose=0).history["loss"]
    outputs = [model(X, training=True) for _ in range(2)]
    assert (outputs[0] != outputs[1]).any()
    return [np.array(losses), *model.get_weights(), *outputs]


def assert_alike(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("declared", [True, False])
def test_a_seed_makes_a_model_repeatable(declared):
    lamella.utils.set_random_seed(1)
    first = trained(seeded(declared=declared))
    lamella.utils.set_random_seed(2)
    assert_alike(trained(seeded(declared=declared)), first)
    other = trained(seeded(seed=1, declared=declared))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_other_threads_may_draw_meanwhile():
    expected, found, ended = trained(seeded()), [], threading.Event()

    def disturb():
        while not ended.is_set():
            layers.Dense(3)(np.ones((1, 2)))
            lamella.random.normal((2,))
            lamella.utils.set_random_seed(3)

    def train():
        found.append(trained(seeded()))

    disturbing, threads = threading.Thread(target=disturb), [threading.Thread(target=train) for _ in range(3)]
    for thread in (disturbing, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    disturbing.join()
    assert len(found) == 3
    for one in found:
        assert_alike(one, expected)


def test_it_draws_nothing_from_the_seed_of_the_process():
    lamella.utils.set_random_seed(4)
    parts = stack()
    expected = lamella.random.normal((3,))
    lamella.utils.set_random_seed(4)
    parts = stack()
    model = Sequential(parts, seed=0)
    model.compile("adam", "mse")
    trained(model)
    np.testing.assert_array_equal(lamella.random.normal((3,)), expected)


def test_layers_differ_from_each_other():
    model = Sequential(seed=3)
    model.add(Input((4,)))
    for _ in range(3):
        model.add(layers.Dense(4))
    kernels = [layer.kernel.numpy() for layer in model.layers]
    assert (kernels[0] != kernels[1]).any()
    assert (kernels[1] != kernels[2]).any()
    at_once = Sequential([Input((4,)), *(layers.Dense(4) for _ in range(3))], seed=3)
    assert_alike(model.get_weights(), at_once.get_weights())


def test_sparse_batches_come_in_the_same_order():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(X)
    assert_alike(trained(seeded(), matrix), trained(seeded(), matrix))


def test_a_seed_is_kept_in_configs_copies_and_files(tmp_path):
    model = seeded(seed=5)
    weights = model.get_weights()
    assert model.seed == model.get_config()["seed"] == 5
    again = [
        Sequential.from_config(json.loads(json.dumps(model.get_config()))),
        lamella.models.model_from_json(model.to_json()),
    ]
    for made in again:
        assert made.seed == 5
        assert_alike(made.get_weights(), weights)
    clones = [lamella.models.clone_model(model) for _ in range(2)]
    assert clones[0].seed == 5
    assert_alike(clones[0].get_weights(), clones[1].get_weights())
    model.save(tmp_path / "model.safetensors")
    assert lamella.models.load_model(tmp_path / "model.safetensors").seed == 5
    expected = trained(seeded(seed=5))
    assert_alike(trained(copy.deepcopy(model)), expected)
    assert_alike(trained(pickle.loads(pickle.dumps(model))), expected)
    assert "seed" not in Sequential(stack()).get_config()


def test_a_seed_is_kept_in_files_of_keras(tmp_path):
    """Where it is a Sequential there: one with blocks becomes a functional model, which has no seed."""
    pytest.importorskip("h5py")
    Sequential([Input((4,)), layers.Dense(3)], seed=5).save(tmp_path / "model.keras")
    assert lamella.models.load_model(tmp_path / "model.keras").seed == 5


def test_what_is_refused_draws_nothing():
    model, untouched = seeded(declared=False), seeded(declared=False)
    with pytest.raises(ValueError, match="equally many"):
        model.fit(X, Y[:-1], verbose=0)
    with pytest.raises(ValueError, match="Targets must have the shape"):
        model.fit(X, np.ones((60, 3)), verbose=0)
    assert_alike(trained(model), trained(untouched))


def test_layers_keep_seeds_of_their_own():
    stacks = [[Input((4,)), layers.Dense(3, kernel_initializer=initializers.HeNormal(7))] for _ in range(2)]
    one, other = (Sequential(stack, seed=seed) for seed, stack in enumerate(stacks))
    assert_alike(one.get_weights(), other.get_weights())


def test_bad_seeds_are_refused():
    for seed in (-1, "a", 1.5, True):
        with pytest.raises(ValueError, match="Sequential: 'seed' must be None or an integer"):
            Sequential(seed=seed)
    with pytest.raises(ValueError, match="'seed' cannot be changed"):
        seeded().seed = 3
