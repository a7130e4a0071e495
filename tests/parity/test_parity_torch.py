"""Forward, gradients and SGD against PyTorch (extra `parity`)."""

import numpy as np
import pytest

import lamella
import op_cases
import op_convolution
import op_nodes
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


def convolved(x, node):
    """What PyTorch makes of the input of a convolution's node, channels last."""
    kernel, bias = node.variables
    spatial = x.ndim - 2
    padding = [
        n
        for before, after in list(zip(node.attributes["before"], node.attributes["after"], strict=True))[::-1]
        for n in (before, after)
    ]
    function = getattr(torch.nn.functional, f"conv{spatial}d")
    y = function(
        torch.nn.functional.pad(x.movedim(-1, 1), padding),
        kernel.movedim(-1, 0).movedim(-1, 1),
        bias,
        stride=node.attributes["strides"],
        dilation=node.attributes["dilation"],
        groups=node.attributes["groups"],
    )
    return y.movedim(1, -1)


@pytest.mark.parametrize("shape", [(23, 3), (9, 10, 1), (12, 7, 35), (8, 8, 64), (5, 6, 7, 4)], ids=str)
@pytest.mark.parametrize("filters", [16, 70])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_convolution_and_its_gradients(shape, filters, groups, seed):
    """In float32 to 1e-5 of the norm: outputs, and gradients by inputs, kernel and bias."""
    case = op_cases.OpCase("conv", op_convolution.conv(filters, groups=groups))
    built = op_cases.build(case, 5, shape, "float32", seed)
    rng = np.random.default_rng(seed)
    x = op_nodes.off_zero(rng, (5, *shape))
    (node,) = case.nodes(x, rng)
    node.variables = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in node.variables]
    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = convolved(inputs, node)
    predicted = lamella._core.Predictor(built.program)(built.x)
    assert op_cases.relative_error(predicted, y.detach().numpy()) < 1e-5
    torch.nn.functional.mse_loss(y, torch.tensor(built.y, dtype=torch.float64)).backward()
    expected = [inputs.grad.reshape(5, -1), *(v.grad for v in node.variables)]
    for (variable, gradient), right in zip(built.trainer().gradients(built.feed), expected, strict=True):
        assert op_cases.relative_error(gradient, right.numpy()) < 1e-5, variable.name


def test_tensors_are_data_where_they_turn_into_arrays():
    x = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)

    def step(x, y):
        lamella.utils.set_random_seed(0)
        model = lamella.Sequential([layers.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model.train_on_batch(x, y)

    expected = step(x, x.sum(1))
    assert step(torch.tensor(x), torch.tensor(x.sum(1))) == expected
    assert step([torch.tensor(x)], [torch.tensor(x.sum(1))]) == expected
    with pytest.raises(TypeError, match=r"x must be an array.*detach"):
        step(torch.tensor(x, requires_grad=True), x.sum(1))
    with pytest.raises(TypeError, match=r"y must be an array.*float32.*BFloat16"):
        step(x, torch.tensor(x.sum(1)).bfloat16())


def test_gradients_by_inputs_outputs_and_weights(dtype):
    """A convolutional classifier with batch normalisation and dropout at rest."""
    rng = np.random.default_rng(3)
    model = lamella.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.BatchNormalization(epsilon=1e-3, name="norm"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Dropout(0.5),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(CLASSES, "softmax", name="out"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.set_weights([0.2 + rng.random(w.shape) for w in model.get_weights()])
    x, y = rng.normal(size=(6, 8, 8, 2)).astype(dtype), np.arange(6) % CLASSES
    kernel, bias, gamma, beta, mean, variance, top, top_bias = (
        torch.tensor(np.array(v), requires_grad=True) for v in (w.numpy() for w in model.weights)
    )
    inputs = torch.tensor(x, requires_grad=True)
    functional = torch.nn.functional
    conv = torch.relu(functional.conv2d(inputs.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), bias))
    conv.retain_grad()
    norm = functional.batch_norm(conv, mean.detach(), variance.detach(), gamma, beta, eps=1e-3)
    means = functional.max_pool2d(norm, 2).mean((2, 3))
    means.retain_grad()
    functional.cross_entropy(means @ top + top_bias, torch.tensor(y)).backward()
    found = lamella.diagnostics.gradients(model, x, y, inputs=True)
    expected = [kernel, bias, gamma, beta, top, top_bias, inputs, means]
    actual = [*found.weights.values(), found.inputs, found.outputs["mean"]]
    for ours, theirs in zip(actual, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=0, atol=TOLERANCE[dtype])
    np.testing.assert_allclose(
        found.outputs["conv"], conv.grad.permute(0, 2, 3, 1).numpy(), rtol=0, atol=TOLERANCE[dtype]
    )
