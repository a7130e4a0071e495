"""Arrays, tables and data sets of other libraries: each trains as the same numbers in NumPy's arrays do."""

import numpy as np
import pytest

import lamella
from lamella import layers, losses, metrics

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")


def network():
    lamella.utils.set_random_seed(0)
    stack = [lamella.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1, "sigmoid")]
    model = lamella.Sequential(stack)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def in_order(x, y=None, **options):
    """The history of two epochs without shuffling, and predictions after them."""
    model = network()
    history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0, **options).history
    return history, model.predict(X, verbose=0)


def assert_as_numpy(x, y=None, **options):
    history, predicted = in_order(x, y, **options)
    expected, right = in_order(X, Y)
    assert history == expected
    assert np.array_equal(predicted, right)


def torch_arrays():
    torch = pytest.importorskip("torch")
    return torch.from_numpy(X), torch.from_numpy(Y)


def jax_arrays():
    jax = pytest.importorskip("jax")
    return jax.numpy.asarray(X), jax.numpy.asarray(Y)


def tensorflow_arrays():
    tensorflow = pytest.importorskip("tensorflow")
    return tensorflow.constant(X), tensorflow.constant(Y)


def tensorflow_variables():
    tensorflow = pytest.importorskip("tensorflow")
    return tensorflow.Variable(X), tensorflow.Variable(Y)


def pandas_tables():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=list("abcd")), pandas.Series(Y)


def polars_tables():
    polars = pytest.importorskip("polars")
    return polars.DataFrame(X, schema=list("abcd")), polars.Series(Y)


def arrow_tables():
    arrow = pytest.importorskip("pyarrow")
    return arrow.table(dict(zip("abcd", X.T, strict=True))), arrow.array(Y)


def sparse_matrices():
    sparse = pytest.importorskip("scipy.sparse")
    return sparse.csr_array(X), Y


def labelled_arrays():
    xarray = pytest.importorskip("xarray")
    return xarray.DataArray(X, dims=("row", "feature")), xarray.DataArray(Y, dims="row")


ARRAYS = [torch_arrays, jax_arrays, tensorflow_arrays, tensorflow_variables, labelled_arrays]
TABLES = [pandas_tables, polars_tables, arrow_tables, sparse_matrices]


@pytest.mark.parametrize("make", [*ARRAYS, *TABLES])
def test_training_on_them_is_training_on_numpys(make):
    assert_as_numpy(*make())


@pytest.mark.parametrize("make", [*ARRAYS, *TABLES])
def test_they_are_evaluated_and_predicted(make):
    x, y = make()
    model = network()
    assert model.evaluate(x, y, verbose=0) == model.evaluate(X, Y, verbose=0)
    assert np.array_equal(model.predict(x, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("make", ARRAYS)
def test_models_layers_losses_and_metrics_are_called_on_them(make):
    x, y = make()
    model = network()
    predicted = model(X)
    assert np.array_equal(model(x), predicted)
    assert np.array_equal(model.layers[0](x), model.layers[0](X))
    assert losses.MeanSquaredError()(y, predicted) == losses.MeanSquaredError()(Y, predicted)
    assert metrics.BinaryAccuracy()(y, predicted) == metrics.BinaryAccuracy()(Y, predicted)
    assert np.array_equal(lamella.activations.relu(x), np.maximum(X, 0))


@pytest.mark.parametrize("make", ARRAYS)
def test_weights_are_set_from_them(make):
    x, _ = make()
    layer = layers.Dense(4)
    layer.build((None, 48))
    layer.kernel.assign(x)
    assert np.array_equal(layer.kernel.numpy(), X)
    layer.set_weights([x, np.zeros(4)])
    assert np.array_equal(lamella.Variable(x).numpy(), X)


@pytest.mark.parametrize("make", [torch_arrays, jax_arrays, tensorflow_arrays])
def test_generators_may_yield_them(make):
    x, y = make()
    batches = [(x[start : start + 16], y[start : start + 16]) for start in range(0, 48, 16)]
    assert_as_numpy(batches)


class TestTensorFlowDataSets:
    """`tf.data.Dataset`."""

    @pytest.fixture
    def data(self):
        tensorflow = pytest.importorskip("tensorflow")
        return tensorflow.data.Dataset.from_tensor_slices((X, Y))

    def test_batches_are_those_of_the_data_set(self, data):
        assert_as_numpy(data.batch(16))
        assert_as_numpy(data.batch(16).cache().prefetch(2))

    def test_one_without_an_end_takes_steps(self, data):
        assert_as_numpy(data.batch(16).repeat(), steps_per_epoch=3)

    def test_one_whose_length_is_unknown(self, data):
        assert_as_numpy(data.filter(lambda x, y: True).batch(16))

    def test_names_of_inputs_and_weights(self, data):
        named = data.map(lambda x, y: ({"anything": x}, y, 1.0)).batch(16)
        assert_as_numpy(named)

    def test_validation_evaluation_and_prediction(self, data):
        model = network()
        history = model.fit(data.batch(16), validation_data=data.batch(16), verbose=0).history
        assert model.evaluate(data.batch(16), verbose=0)[0] == history["val_loss"][0]
        assert model.predict(data.batch(16), verbose=0).shape == (48, 1)

    def test_normalization_learns_from_one(self, data):
        layer, other = layers.Normalization(), layers.Normalization()
        layer.adapt(data.map(lambda x, y: x).batch(16))
        other.adapt(X)
        assert np.allclose(layer.mean.numpy(), other.mean.numpy(), atol=1e-6)


class TestLoadersOfPyTorch:
    """`torch.utils.data.DataLoader`."""

    @pytest.fixture
    def loader(self):
        torch = pytest.importorskip("torch")
        pairs = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
        return torch.utils.data.DataLoader(pairs, batch_size=16)

    def test_batches_are_those_of_the_loader(self, loader):
        assert_as_numpy(loader)

    def test_validation_evaluation_and_prediction(self, loader):
        model = network()
        history = model.fit(loader, validation_data=loader, verbose=0).history
        assert model.evaluate(loader, verbose=0)[0] == history["val_loss"][0]
        assert model.predict(loader, verbose=0).shape == (48, 1)

    def test_tensors_that_want_gradients_are_refused_with_what_to_do(self):
        torch = pytest.importorskip("torch")
        wanting = torch.from_numpy(X).requires_grad_()
        with pytest.raises(TypeError, match=r"x must be an array of real numbers.*detach"):
            network().predict(wanting, verbose=0)
