"""Networks whose ailment is known: built to have it, and shown to have it without the monitor's measures."""

from typing import Any, NamedTuple

import numpy as np

import lamella
from lamella import Input, Sequential, initializers, layers, optimizers
from lamella.diagnostics import gradients

ROWS = 512


class Network(NamedTuple):
    """A network, its training, and what ails it.

    Attributes:
        word: what the verdict begins with.
        task: `regression`, `binary`, `classes` or `pictures`.
        depth, activation, initializer, norm, bias, units: the hidden layers.
        optimizer, rate, options: the optimizer.
        scale, shift: what the inputs, of mean 0 and size 1, are multiplied by, and what is added.
        epochs: epochs of 16 steps.
    """

    word: str
    task: str
    depth: int
    activation: str
    initializer: Any
    optimizer: str
    rate: float
    norm: str | None = None
    bias: float = 0.0
    units: int = 32
    scale: float = 1.0
    shift: float = 0.0
    epochs: int = 5
    options: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def __str__(self) -> str:
        return f"{self.word}-{self.task}-{self.depth}x{self.activation}-{self.optimizer}({self.rate:g})"


def normal(deviation: float) -> Any:
    return initializers.RandomNormal(stddev=deviation)


def fan_in(scale: float) -> Any:
    return initializers.VarianceScaling(scale, "fan_in", "truncated_normal")


NETWORKS = [
    Network("healthy", "regression", 0, "linear", "glorot_uniform", "SGD", 0.1),
    Network("healthy", "regression", 3, "relu", "he_normal", "Adam", 0.003),
    Network("healthy", "regression", 6, "leaky_relu", "he_normal", "SGD", 0.02, epochs=8),
    Network(
        "healthy", "regression", 3, "relu", "glorot_uniform", "SGD", 0.1, scale=0.25, shift=0.5, epochs=15
    ),
    Network("healthy", "regression", 20, "tanh", "glorot_uniform", "SGD", 0.05, epochs=8),
    Network("healthy", "regression", 20, "relu", "he_normal", "Adam", 0.0005, units=64, epochs=10),
    Network("healthy", "binary", 2, "sigmoid", "glorot_uniform", "Adam", 0.01, epochs=20),
    Network("healthy", "binary", 10, "selu", "lecun_normal", "Adam", 0.001, epochs=15),
    Network("healthy", "binary", 4, "gelu", "glorot_uniform", "RMSprop", 0.002, epochs=15),
    Network("healthy", "classes", 1, "relu", "he_normal", "Adam", 0.01, units=8, epochs=10),
    Network("healthy", "classes", 5, "elu", "glorot_uniform", "Adam", 0.003, norm="LayerNormalization"),
    Network(
        "healthy", "classes", 8, "relu", "he_normal", "Adam", 0.003, norm="BatchNormalization", epochs=15
    ),
    Network("healthy", "classes", 10, "relu", "glorot_uniform", "Adam", 0.001, epochs=10),
    Network("healthy", "pictures", 3, "relu", "he_normal", "Adam", 0.005, epochs=8),
    Network("not finite", "regression", 4, "relu", "he_normal", "SGD", 30.0),
    Network("not finite", "regression", 3, "linear", "glorot_uniform", "SGD", 0.01, scale=1000.0),
    Network("not finite", "regression", 4, "leaky_relu", "he_normal", "SGD", 1.0),
    Network("dead", "regression", 4, "relu", "glorot_uniform", "SGD", 0.01, bias=-10.0),
    Network("dead", "regression", 2, "relu", "glorot_uniform", "Adam", 0.001, bias=-3.0, units=128),
    Network("dead", "classes", 5, "relu", "zeros", "SGD", 0.1),
    Network("dead", "classes", 3, "gelu", "glorot_uniform", "SGD", 0.01, bias=-15.0),
    Network("dead", "classes", 4, "relu", "he_normal", "Adam", 1.0),
    Network("dead", "regression", 4, "relu", "he_normal", "Adam", 0.3),
    Network("dead", "pictures", 3, "relu", "he_normal", "Adam", 1.0),
    Network("exploding", "regression", 8, "relu", normal(0.4), "Adam", 0.001),
    Network("exploding", "regression", 10, "relu", fan_in(6.0), "SGD", 1e-9),
    Network("exploding", "regression", 8, "linear", normal(0.5), "Adam", 0.001),
    Network(
        "exploding", "regression", 8, "relu", normal(0.4), "SGD", 0.01, options={"clipnorm": 1.0}, epochs=2
    ),
    Network("exploding", "classes", 12, "leaky_relu", fan_in(6.0), "SGD", 0.01, options={"clipnorm": 0.1}),
    Network("exploding", "classes", 4, "relu", normal(1.0), "Adam", 0.001),
    Network("vanishing", "regression", 20, "relu", "glorot_uniform", "SGD", 0.01),
    Network("vanishing", "regression", 12, "tanh", normal(0.05), "SGD", 0.05),
    Network("vanishing", "regression", 12, "linear", fan_in(0.3), "SGD", 0.05),
    Network("vanishing", "regression", 12, "tanh", "zeros", "SGD", 0.01),
    Network("vanishing", "binary", 10, "sigmoid", "glorot_uniform", "Adam", 0.01),
    Network("vanishing", "classes", 8, "sigmoid", "glorot_uniform", "SGD", 0.1),
    Network("vanishing", "classes", 8, "relu", normal(0.05), "SGD", 0.05),
    Network("vanishing", "classes", 30, "relu", "glorot_uniform", "SGD", 0.05, units=64),
    Network("saturated", "regression", 3, "tanh", normal(3.0), "SGD", 0.01),
    Network("saturated", "regression", 2, "tanh", "glorot_uniform", "SGD", 0.01, scale=100.0),
    Network("saturated", "regression", 3, "sigmoid", normal(5.0), "SGD", 0.01),
    Network("saturated", "binary", 5, "tanh", normal(1.0), "SGD", 0.01),
    Network("saturated", "classes", 6, "tanh", normal(1.5), "SGD", 0.01),
    Network("saturated", "classes", 3, "tanh", "glorot_uniform", "Adam", 0.001, scale=64.0, shift=128.0),
    Network("steps too large", "regression", 0, "linear", "glorot_uniform", "Adam", 10.0),
    Network("steps too large", "classes", 1, "elu", "glorot_uniform", "Adam", 1.0),
    Network("steps too large", "classes", 1, "leaky_relu", "he_normal", "RMSprop", 0.3),
    Network("steps too small", "regression", 3, "relu", "glorot_uniform", "SGD", 1e-7),
    Network("steps too small", "regression", 3, "tanh", "glorot_uniform", "Adam", 1e-6),
    Network("steps too small", "classes", 3, "relu", "he_normal", "SGD", 1e-5, norm="BatchNormalization"),
    Network("steps too small", "pictures", 2, "relu", "he_normal", "Adam", 1e-7),
]


def rows_of(network: Network) -> tuple[Any, Any]:
    """Inputs and targets that follow from them."""
    rng = np.random.default_rng(0)
    if network.task == "pictures":
        y = rng.integers(0, 3, ROWS)
        x = rng.normal(size=(ROWS, 8, 8, 1))
        for row, label in enumerate(y):
            x[row, 2 * label : 2 * label + 3, 2:7] += 2.0
        return x.astype(np.float32), y
    x = rng.normal(size=(ROWS, 16))
    hidden = x @ rng.normal(size=(16, 3)) / 4
    y = {
        "regression": (np.sin(hidden[:, 0]) + hidden[:, 1]) / 1.1,
        "binary": (hidden[:, 0] + 0.3 * hidden[:, 1] > 0).astype(np.float32),
        "classes": hidden.argmax(axis=1),
    }[network.task]
    return (network.scale * x + network.shift).astype(np.float32), y


def build(network: Network) -> Sequential:
    lamella.utils.set_random_seed(1)
    settings = {
        "kernel_initializer": network.initializer,
        "bias_initializer": initializers.Constant(network.bias),
        "activation": network.activation if network.norm is None else None,
    }
    pictures = network.task == "pictures"
    stack: list[Any] = [Input((8, 8, 1) if pictures else (16,))]
    for _ in range(network.depth):
        if pictures:
            stack.append(layers.Conv2D(8, 3, padding="same", **settings))
        else:
            stack.append(layers.Dense(network.units, **settings))
        if network.norm is not None:
            stack += [getattr(layers, network.norm)(), layers.Activation(network.activation)]
    if pictures:
        stack += [layers.MaxPooling2D(2), layers.GlobalAveragePooling2D()]
    units, activation, loss = {
        "regression": (1, None, "mse"),
        "binary": (1, "sigmoid", "binary_crossentropy"),
    }.get(network.task, (3, "softmax", "sparse_categorical_crossentropy"))
    stack.append(layers.Dense(units, activation))
    model = Sequential(stack)
    model.compile(getattr(optimizers, network.optimizer)(network.rate, **network.options), loss)
    return model


class Course:
    """What became of a network, in numbers that are not the monitor's.

    Args:
        network: the network.
        callbacks: the monitor.
    """

    def __init__(self, network: Network, callbacks: list[Any]) -> None:
        self.x, self.y = x, y = rows_of(network)
        self.model = model = build(network)
        self.before = model.evaluate(x, y, verbose=0)
        start = [np.array(variable.numpy()) for variable in model.trainable_weights]
        self.reach_before = self._reach()
        fitted = model.fit(x, y, batch_size=32, epochs=network.epochs, verbose=0, callbacks=callbacks)
        self.losses = fitted.history["loss"]
        self.after = model.evaluate(x, y, verbose=0)
        moved = [variable.numpy() - old for variable, old in zip(model.trainable_weights, start, strict=True)]
        self.moved = _norm(moved) / _norm(start)
        self.constant = _loss_of_a_constant(network.task, y)

    def _reach(self) -> float:
        """How much of the gradient at the last layer's inputs gets to the first layer's outputs."""
        sizes = [_norm([array]) for array in gradients(self.model, self.x, self.y).outputs.values()]
        return sizes[0] / sizes[-2] if len(sizes) > 1 else 1.0

    def _outputs(self) -> list[Any]:
        outputs, x = [], self.x
        for layer in self.model.layers[:-1]:
            x = layer(x)
            outputs.append(x.reshape(-1, x.shape[-1]))
        return outputs

    def _idle_share(self) -> float:
        """The largest share of a layer's units that say the same, to 1e-3, whatever the rows are."""
        return max((float((np.ptp(units, axis=0) < 1e-3).mean()) for units in self._outputs()), default=0.0)

    def _share_at_ends(self) -> float:
        """The largest share of a layer's outputs within 1 % of the ends of tanh or sigmoid."""
        names = [getattr(getattr(layer, "activation", None), "__name__", "") for layer in self.model.layers]
        shares = [0.0]
        for name, units in zip(names, self._outputs(), strict=False):
            if name in ("tanh", "sigmoid"):
                shares.append(float((np.abs(units if name == "tanh" else 2 * units - 1) > 0.99).mean()))
        return max(shares)

    def shows(self, word: str) -> bool:
        """Whether what became of the network bears this verdict out."""
        finite = bool(np.isfinite([*self.losses, self.after]).all())
        if word == "not finite" or not finite:
            return (word == "not finite") != finite
        stands_still = self.after > 0.85 * self.constant
        return {
            "healthy": lambda: self.losses[-1] < 0.5 * self.constant,
            "dead": lambda: self._idle_share() > 0.9 and stands_still,
            "exploding": lambda: self.before > 20 * self.constant,
            "vanishing": lambda: self.reach_before < 0.02 and stands_still,
            "saturated": lambda: self._share_at_ends() > 0.5,
            "steps too large": lambda: self.moved > 2 and self.after > self.constant,
            "steps too small": lambda: self.moved < 2e-3 and abs(self.after / self.before - 1) < 0.03,
        }[word]()


def _norm(arrays: list[Any]) -> float:
    return float(np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in arrays)))


def _loss_of_a_constant(task: str, y: Any) -> float:
    """The loss of the best output that looks at no input."""
    if task == "regression":
        return float(np.var(y))
    shares = np.bincount(np.asarray(y, int)) / len(y)
    return float(-(shares * np.log(shares)).sum())
