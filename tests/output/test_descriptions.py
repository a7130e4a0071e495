"""How objects print, in a shell and in a notebook."""

import functools
import html.parser
import re

import numpy as np
import pytest

import lamella
from lamella import (
    Input,
    Sequential,
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)

schedules = optimizers.schedules


def halve(step):
    return 0.5**step


def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2, 2 * (y_pred - y_true)


class Mine(callbacks.Callback):
    def __init__(self, folder, patience=3):
        super().__init__()
        self.path, self.patience = folder, patience


class Scale(layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Broken(layers.Layer):
    def __init__(self, factor=2.0):
        super().__init__()
        self.factor = factor

    def get_config(self):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (optimizers.Adam(), "Adam(learning_rate=0.001)"),
        (
            optimizers.SGD(0.1, momentum=0.9, nesterov=True),
            "SGD(learning_rate=0.1, momentum=0.9, nesterov=True)",
        ),
        (
            optimizers.AdamW(weight_decay=0.01, clipnorm=1.0),
            "AdamW(learning_rate=0.001, weight_decay=0.01, clipnorm=1.0)",
        ),
        (
            optimizers.SGD(schedules.CosineDecay(0.1, 100)),
            "SGD(learning_rate=CosineDecay(initial_learning_rate=0.1, decay_steps=100))",
        ),
        (layers.Dense(3), "Dense(units=3)"),
        (layers.Dense(3, "relu", name="out"), "Dense(units=3, activation='relu', name='out')"),
        (layers.Dense(3, use_bias=False, trainable=False), "Dense(units=3, use_bias=False, trainable=False)"),
        (
            layers.Dense(
                3, kernel_initializer="he_normal", bias_initializer="zeros", kernel_regularizer="l2"
            ),
            "Dense(units=3, kernel_initializer=HeNormal(), kernel_regularizer=L2(l2=0.01))",
        ),
        (
            layers.Dense(3, kernel_constraint=constraints.MaxNorm(3)),
            "Dense(units=3, kernel_constraint=MaxNorm(max_value=3.0))",
        ),
        (layers.Dense(3, dtype="float64"), "Dense(units=3, dtype='float64')"),
        (layers.Dense(3, activations.tanh), "Dense(units=3, activation='tanh')"),
        (layers.Dense(3, layers.LeakyReLU(0.1)), "Dense(units=3, activation=LeakyReLU(negative_slope=0.1))"),
        (
            layers.Dense(3, functools.partial(activations.leaky_relu, negative_slope=0.1)),
            "Dense(units=3, activation=partial)",
        ),
        (layers.Conv2D(8, 3, padding="same"), "Conv2D(filters=8, kernel_size=(3, 3), padding='same')"),
        (layers.MaxPooling2D(), "MaxPooling2D()"),
        (layers.MaxPooling2D(3, strides=1), "MaxPooling2D(pool_size=(3, 3), strides=(1, 1))"),
        (layers.BatchNormalization(momentum=0.9), "BatchNormalization(momentum=0.9)"),
        (layers.Dropout(0.5), "Dropout(rate=0.5)"),
        (layers.ZeroPadding2D(), "ZeroPadding2D()"),
        (layers.PReLU(), "PReLU()"),
        (layers.Residual([layers.Dense(3)]), "Residual(layers=[Dense(units=3)])"),
        (
            layers.Branches([[layers.Dense(3)], []], merge="add"),
            "Branches(branches=[[Dense(units=3)], []], merge='add')",
        ),
        (Input((4,)), "InputLayer(batch_shape=(None, 4))"),
        (Scale(2), "Scale(factor=2)"),
        (Broken(3.0), "Broken(factor=3.0)"),
        (losses.MeanSquaredError(), "MeanSquaredError()"),
        (losses.Huber(delta=2.0, reduction="sum"), "Huber(delta=2.0, reduction='sum')"),
        (losses.BinaryCrossentropy(from_logits=True), "BinaryCrossentropy(from_logits=True)"),
        (losses.FunctionLoss(squared, name="mine"), "FunctionLoss(function=squared, name='mine')"),
        (metrics.AUC(curve="PR", name="area"), "AUC(curve='PR', name='area')"),
        (metrics.Precision(), "Precision()"),
        (metrics.Precision(thresholds=0.7), "Precision(thresholds=[0.7])"),
        (metrics.F1Score(average="macro"), "F1Score(average='macro')"),
        (regularizers.L2(), "L2(l2=0.01)"),
        (regularizers.L1L2(0.1, 0.2), "L1L2(l1=0.1, l2=0.2)"),
        (constraints.UnitNorm(), "UnitNorm()"),
        (initializers.RandomNormal(stddev=0.1, seed=3), "RandomNormal(stddev=0.1, seed=3)"),
        (initializers.Constant(np.ones((2, 3))), "Constant(value=<array of shape (2, 3)>)"),
        (
            schedules.ExponentialDecay(0.1, 10, 0.9),
            "ExponentialDecay(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.9)",
        ),
        (callbacks.EarlyStopping(patience=3), "EarlyStopping(patience=3)"),
        (callbacks.LearningRateScheduler(halve), "LearningRateScheduler(schedule=halve)"),
        (callbacks.TerminateOnNaN(), "TerminateOnNaN()"),
        (Mine("here", patience=5), "Mine(patience=5)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_objects_print_as_the_call_that_makes_them(obj, text):
    if "name='" not in text:
        text_without = re.sub(r", name='[a-z_0-9]+'|name='[a-z_0-9]+'", "", repr(obj))
        assert text_without == repr(obj), "a name that nobody gave"
    assert repr(obj) == text


def every_class():
    for module in (
        losses,
        metrics,
        optimizers,
        regularizers,
        constraints,
        initializers,
        schedules,
        callbacks,
        layers,
    ):
        for name in module.__all__:
            cls = getattr(module, name)
            if isinstance(cls, type):
                yield cls


@pytest.mark.parametrize("cls", sorted(set(every_class()), key=repr))
def test_nothing_prints_as_an_address(cls):
    for arguments in ((), (3,), (0.5,), (3, 3), (0.1, 100), ((1, 2),), (halve,), (squared,), ("a",)):
        try:
            obj = cls(*arguments)
        except (TypeError, ValueError):
            continue
        assert repr(obj).startswith(f"{cls.__name__}(")
        assert " at 0x" not in repr(obj)


def test_printing_draws_nothing():
    lamella.utils.set_random_seed(1)
    first = layers.Dense(3)
    repr(first)
    kernel = layers.Dense(2, name="a")(np.ones((1, 2)))
    lamella.utils.set_random_seed(1)
    layers.Dense(3)
    np.testing.assert_array_equal(kernel, layers.Dense(2, name="b")(np.ones((1, 2))))


def test_history_prints_its_last_numbers():
    record = callbacks.History()
    assert repr(record) == "History(0 epochs)"
    record.on_epoch_end(0, {"accuracy": 0.5, "loss": 0.9})
    assert repr(record) == "History(1 epoch, loss 0.900, accuracy 0.500)"
    for epoch in range(1, 30):
        logs = {"accuracy": 0.99, "loss": 0.017, "f1": np.ones(3), "val_accuracy": 0.91, "val_loss": 0.261}
        record.on_epoch_end(epoch, logs)
    expected = "History(30 epochs, loss 0.017, val_loss 0.261, accuracy 0.990, val_accuracy 0.910)"
    assert repr(record) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(2e-5, "2e-05"), (0.0, "0.000"), (1234.5, "1234.500"), (3e9, "3e+09"), (np.nan, "nan")],
)
def test_numbers_of_a_history_are_short(value, text):
    record = callbacks.History()
    record.on_epoch_end(0, {"loss": value})
    assert repr(record) == f"History(1 epoch, loss {text})"


def model():
    inner = Sequential([layers.Dense(4), layers.Dropout(0.1)], name="inner")
    return Sequential([Input((3,)), layers.Dense(2, name="<first>"), inner], name="outer")


def test_models_print_their_size():
    assert repr(model()) == "<Sequential 'outer': 2 layers, 20 parameters>"
    assert repr(Sequential([layers.Dense(3)], name="open")) == "<Sequential 'open': 1 layer, not built>"


class Cells(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_models_are_tables_in_notebooks():
    cells = Cells()
    cells.feed(model()._repr_html_())
    assert not cells.open
    for text in ("<first> (Dense)", "(None, 2)", "   └ dropout", "12", "Total params: 20 (80.00 B)"):
        assert any(text in cell for cell in cells.texts), text
    assert "Trainable" in cells.texts
    assert "unbuilt" in Sequential([layers.Dense(3)])._repr_html_()


def history():
    record = callbacks.History()
    for epoch in range(3):
        record.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), "mae": 2.0, "val_loss": 1.0, "val_mae": 1.0})
    return record


def test_pictures_show_themselves_as_png():
    pytest.importorskip("matplotlib")
    assert history().plot()._repr_png_().startswith(b"\x89PNG")


def test_plots_draw_into_axes_of_others():
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure()
    left, right = figure.subplots(1, 2)
    assert history().plot(ax=left) is figure
    assert left.get_title(loc="left") == "loss"
    history().plot("mae", ax=right)
    assert right.get_title(loc="left") == "mae"
    assert len(right.lines) == 2
    history().plot(ax=figures.Figure().subplots(1, 2))
    assert len(history().plot(["mae"]).axes) == 1
    with pytest.raises(ValueError, match="'ax' must be a list of 2 axes"):
        history().plot(["loss", "mae"], ax=[left])
    with pytest.raises(ValueError, match="'ax' must be axes of matplotlib"):
        history().plot("loss", ax=3)
    with pytest.raises(ValueError, match="names among loss, mae"):
        history().plot("acc")
