"""Forward, gradients and SGD against PyTorch (extra `parity`)."""

import numpy as np
import pytest

import lamella
from lamella import layers

torch = pytest.importorskip("torch", reason="needs the extra `parity`")

ROWS, FEATURES, CLASSES = 37, 13, 5
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}

ACTIVATIONS = {
    "relu": torch.relu,
    "leaky_relu": lambda x: torch.nn.functional.leaky_relu(x, 0.2),
    "elu": torch.nn.functional.elu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": torch.nn.functional.softplus,
    "softmax": lambda x: torch.softmax(x, -1),
}


@pytest.fixture(params=["float64", "float32"])
def dtype(request):
    lamella.config.set_floatx(request.param)
    return request.param


def data(dtype):
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, FEATURES)).astype(dtype), rng.integers(0, CLASSES, ROWS)


def model_with_weights(hidden, normalize=False):
    middle = [layers.BatchNormalization(epsilon=1e-3)] if normalize else []
    stack = [
        layers.Input((FEATURES,)),
        layers.Dense(24),
        *middle,
        layers.Activation(hidden),
        layers.Dense(CLASSES),
    ]
    model = lamella.Sequential(stack)
    rng = np.random.default_rng(1)
    values = [rng.normal(0, 0.4, weight.shape) for weight in model.get_weights()]
    model.set_weights([np.abs(value) + 0.1 if value.ndim == 1 else value for value in values])
    return model


class Twin:
    """The same network in PyTorch, on lamella's trainable weights in lamella's order and layout."""

    def __init__(self, model, hidden, normalize=False):
        self.parameters = [torch.tensor(np.array(w), requires_grad=True) for w in model.trainable_weights]
        self.hidden, self.normalize = hidden, normalize

    def forward(self, x):
        kernel, bias, *normalization, last_kernel, last_bias = self.parameters
        x = x @ kernel + bias
        if self.normalize:
            gamma, beta = normalization
            x = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-3)
        return ACTIVATIONS[self.hidden](x) @ last_kernel + last_bias

    def step(self, x, y, optimizer):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.forward(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()


def assert_close(actual, expected, dtype, what=""):
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], err_msg=what)


def from_logits():
    return lamella.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_forward(dtype, hidden):
    x, _ = data(dtype)
    model = model_with_weights(hidden)
    expected = Twin(model, hidden).forward(torch.tensor(x)).detach().numpy()
    assert_close(model.predict_on_batch(x), expected, dtype)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_gradients(dtype, hidden, normalize):
    """One step of plain SGD with learning rate 1 takes exactly the gradient off the weights."""
    x, y = data(dtype)
    model = model_with_weights(hidden, normalize)
    twin = Twin(model, hidden, normalize)
    before = [np.array(w, "float64") for w in model.trainable_weights]
    model.compile(optimizer=lamella.optimizers.SGD(1.0), loss=from_logits())
    loss = model.train_on_batch(x, y)
    expected_loss = torch.nn.functional.cross_entropy(twin.forward(torch.tensor(x)), torch.tensor(y))
    expected_loss.backward()
    assert_close(loss, expected_loss.item(), dtype)
    for weight, old, parameter in zip(model.trainable_weights, before, twin.parameters, strict=True):
        assert_close(old - np.array(weight), parameter.grad.numpy(), dtype, weight.name)


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_twenty_steps_of_sgd(dtype, momentum, nesterov):
    x, y = data(dtype)
    model = model_with_weights("tanh")
    twin = Twin(model, "tanh")
    optimizer = torch.optim.SGD(twin.parameters, lr=0.05, momentum=momentum, nesterov=nesterov)
    model.compile(lamella.optimizers.SGD(0.05, momentum=momentum, nesterov=nesterov), loss=from_logits())
    for step in range(20):
        rows = slice(step % 3, None)  # 37, 36 and 35 rows
        loss = model.train_on_batch(x[rows], y[rows])
        assert_close(
            loss, twin.step(torch.tensor(x[rows]), torch.tensor(y[rows]), optimizer), dtype, f"step {step}"
        )
    for weight, parameter in zip(model.trainable_weights, twin.parameters, strict=True):
        assert_close(np.array(weight), parameter.detach().numpy(), dtype, weight.name)
