"""Small integers, flags and halves count as the numbers they are, in losses, metrics, layers and training."""

import numpy as np
import pytest

import lamella
from lamella import layers, losses, metrics

RNG = np.random.default_rng(0)
TYPES = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "uint64",
    "int64",
    "float16",
    "longdouble",
    ">i2",
]

PAIRS = {
    "uint8": ([[0], [200]], [[16], [100]]),
    "int8": ([[-128], [127]], [[127], [-128]]),
    "bool": ([[True], [False]], [[False], [False]]),
    "uint16": ([[65535], [0]], [[0], [65535]]),
    "uint64": ([[2**40], [1]], [[0], [2]]),
    "int64": ([[-(2**33)], [5]], [[2**33], [5]]),
    "float16": ([[60000], [1]], [[-60000], [1]]),
    ">i2": ([[-32768], [1]], [[32767], [1]]),
}


@pytest.mark.parametrize("dtype", PAIRS)
def test_errors_do_not_wrap_around(dtype):
    true, predicted = (np.array(values).astype(dtype) for values in PAIRS[dtype])
    apart = true.astype(np.float64) - predicted.astype(np.float64)
    squared, absolute = (apart**2).mean(), np.abs(apart).mean()
    assert float(losses.MeanSquaredError()(true, predicted)) == pytest.approx(squared, rel=1e-5)
    assert float(metrics.MeanSquaredError()(true, predicted)) == pytest.approx(squared, rel=1e-5)
    assert float(losses.mean_absolute_error(true, predicted).mean()) == pytest.approx(absolute, rel=1e-5)
    model = lamella.Sequential([layers.Input((1,)), layers.Identity()])
    model.compile("sgd", "mse", metrics=["mae"])
    assert model.evaluate(predicted, true, verbose=0) == pytest.approx([squared, absolute], rel=1e-5)
    assert model.fit(predicted, true, verbose=0).history["loss"] == pytest.approx([squared], rel=1e-5)


def numbers(dtype, shape, top):
    return RNG.integers(0, 2 if dtype == "bool" else top, shape).astype(dtype)


SCORES = {
    "BinaryCrossentropy": 2,
    "KLDivergence": 2,
    "Poisson": 2,
    "Hinge": 2,
    "CategoricalHinge": 2,
    "MeanAbsolutePercentageError": 100,
    "MeanSquaredLogarithmicError": 100,
    "LogCosh": 100,
    "Huber": 100,
    "CosineSimilarity": 100,
}
"""Losses, and the number below which their targets and predictions stay."""


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", SCORES)
def test_losses_take_every_type_as_its_numbers(name, dtype):
    true, predicted = (numbers(dtype, (6, 3), SCORES[name]) for _ in range(2))
    as_float = (true.astype(np.float32), predicted.astype(np.float32))
    loss = getattr(losses, name)()
    expected = float(loss(*as_float))
    for pair in ((true, predicted), (true, as_float[1]), (as_float[0], predicted)):
        assert float(loss(*pair)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dtype", TYPES)
def test_metrics_take_every_type_as_its_numbers(dtype):
    true, predicted = numbers(dtype, (12, 3), 2), numbers(dtype, (12, 3), 2)
    for name in ("BinaryAccuracy", "CategoricalAccuracy", "Precision", "Recall", "AUC", "F1Score", "R2Score"):
        results = []
        for pair in ((true, predicted), (true.astype(np.float32), predicted.astype(np.float32))):
            metric = getattr(metrics, name)()
            metric.update_state(*pair)
            results.append(np.asarray(metric.result()))
        np.testing.assert_allclose(*results, rtol=1e-6, err_msg=name)


FLAT = [
    lambda: layers.Dense(3),
    lambda: layers.BatchNormalization(),
    lambda: layers.LayerNormalization(),
    lambda: layers.Normalization(mean=3.0, variance=2.0),
    lambda: layers.Rescaling(1 / 255, -1.0),
    lambda: layers.Softmax(),
    lambda: layers.UnitNormalization(),
]
PICTURES = [
    lambda: layers.Conv2D(2, 3),
    lambda: layers.MaxPooling2D(),
    lambda: layers.AveragePooling2D(2),
    lambda: layers.GlobalAveragePooling2D(),
    lambda: layers.CenterCrop(4, 4),
    lambda: layers.UpSampling2D(),
]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("make", "shape"), [*((make, (5,)) for make in FLAT), *((make, (6, 6, 3)) for make in PICTURES)]
)
def test_layers_take_every_type_as_its_numbers(make, shape, dtype):
    layer, x = make(), numbers(dtype, (4, *shape), 120)
    np.testing.assert_array_equal(np.asarray(layer(x)), np.asarray(layer(x.astype(np.float32))))


@pytest.mark.parametrize("dtype", TYPES)
def test_statistics_of_every_type_are_those_of_its_numbers(dtype):
    x = numbers(dtype, (40, 3), 120)
    layer = layers.Normalization()
    layer.adapt(x)
    np.testing.assert_allclose(layer.mean.numpy(), x.astype(np.float64).mean(0), rtol=1e-6)
    np.testing.assert_allclose(layer.variance.numpy(), x.astype(np.float64).var(0), rtol=1e-5)


class Two(lamella.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self.x[4 * index : 4 * index + 4], None


def test_statistics_of_all_that_stands_for_data():
    pandas, sparse = pytest.importorskip("pandas"), pytest.importorskip("scipy.sparse")
    x = RNG.normal(size=(8, 2))
    for data in (x.tolist(), [x[:3], x[3:]], iter([x[:3], (x[3:], None)]), Two(x), [x], x.astype(">f8"),
                 pandas.DataFrame(x), sparse.csr_array(x)):  # fmt: skip
        layer = layers.Normalization()
        layer.adapt(data)
        np.testing.assert_allclose(layer.mean.numpy(), x.mean(0), rtol=1e-6)
    with pytest.raises(TypeError, match=r"data must hold real numbers.*'a' in row 0"):
        layers.Normalization().adapt(np.array([["a", "b"]]))
