"""Weights of real PyTorch models: the same outputs (extra `parity`)."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lamella
from lamella import layers

torch = pytest.importorskip("torch", reason="needs the extra `parity`")
nn = torch.nn
save_file = pytest.importorskip("safetensors.torch").save_file

ROWS = 7


def randomised(module):
    """In evaluation mode, no parameter or statistic as it is at the start."""
    generator = torch.Generator().manual_seed(0)
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            values = torch.randn(tensor.shape, generator=generator) * 0.4
            positive = tensor.dim() == 1 and name.endswith(("weight", "running_var"))
            tensor.copy_(values.abs() + 0.3 if positive else values)
    return module.eval()


def assert_same_outputs(module, model, path, mapping=None):
    """The model, after it has loaded the module's weights, computes what the module does."""
    module = randomised(module).to(getattr(torch, model.dtype))
    save_file(module.state_dict(), path / "model.safetensors")
    table = lamella.saving.load_torch_state_dict(model, path / "model.safetensors", mapping)
    x = np.random.default_rng(1).normal(size=(ROWS, *model.input_shape[1:])).astype(model.dtype)
    with torch.no_grad():
        y = module(torch.tensor(np.moveaxis(x, -1, 1) if x.ndim > 2 else x)).numpy()
    expected = np.moveaxis(y, 1, -1) if y.ndim > 2 else y
    actual = model.predict(x, verbose=0)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    assert len(table) == len(model.weights)
    return table


def sequential(shape, *stack):
    return lamella.Sequential([layers.Input(shape), *stack])


# Modules and layers for so many channels.
ON_PICTURES = {
    "conv": lambda n: (nn.Conv2d(n, 5, (2, 3)), layers.Conv2D(5, (2, 3))),
    "grouped": lambda n: (nn.Conv2d(n, 2 * n, 1, groups=n), layers.Conv2D(2 * n, 1, groups=n)),
    "depthwise": lambda n: (nn.Conv2d(n, 2 * n, 2, groups=n), layers.DepthwiseConv2D(2, depth_multiplier=2)),
    "transposed": lambda n: (nn.ConvTranspose2d(n, 3, (3, 2)), layers.Conv2DTranspose(3, (3, 2))),
    "norm": lambda n: (nn.BatchNorm2d(n), layers.BatchNormalization(epsilon=1e-5)),
    "groups": lambda n: (nn.GroupNorm(n, n), layers.GroupNormalization(-1, epsilon=1e-5)),
    "slope": lambda n: (nn.PReLU(n), layers.PReLU(shared_axes=[1, 2])),
    "pool": lambda n: (nn.MaxPool2d(2, 1), layers.MaxPooling2D(2, strides=1)),
}
ON_ROWS = {
    "dense": lambda n: (nn.Linear(n, 7), layers.Dense(7)),
    "norm": lambda n: (nn.BatchNorm1d(n), layers.BatchNormalization(epsilon=1e-5)),
    "rows": lambda n: (nn.LayerNorm(n), layers.LayerNormalization(epsilon=1e-5)),
    "slope": lambda n: (nn.PReLU(n), layers.PReLU()),
    "dropout": lambda n: (nn.Dropout(), layers.Dropout(0.5)),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    picture=st.lists(st.sampled_from(list(ON_PICTURES)), max_size=4),
    rows=st.lists(st.sampled_from(list(ON_ROWS)), max_size=4),
)
def test_drawn_networks(picture, rows, tmp_path, float64):
    """Any stack on a picture, and on its rows; normalised channels may be nearly constant."""
    model, modules = sequential((9, 10, 3), layers.Identity()), []
    makers = [ON_PICTURES[kind] for kind in picture]
    makers.append(lambda n: (nn.Flatten(), layers.Flatten()))
    makers += [ON_ROWS[kind] for kind in (*rows, "dense")]
    for make in makers:
        module, layer = make(model.output_shape[-1])
        modules.append(module)
        model.add(layer)
    assert_same_outputs(nn.Sequential(*modules), model, tmp_path)


def test_mlp_of_more_than_ten_layers(tmp_path):
    """`2` comes before `10`."""
    stack = [layer for _ in range(6) for layer in (nn.Linear(8, 8), nn.Tanh())]
    twin = [layers.Dense(8, "tanh") for _ in range(6)]
    model = sequential((8,), *twin, layers.Dense(3))
    table = assert_same_outputs(nn.Sequential(*stack, nn.Linear(8, 3)), model, tmp_path)
    assert [row.tensor for row in table[-4:]] == ["10.bias", "10.weight", "12.bias", "12.weight"]


def test_cnn_with_a_flattened_picture(tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(3, 8, 3),
                nn.BatchNorm2d(8),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(8, 6, (3, 2), stride=2, bias=False),
                nn.ReLU(),
            )
            self.head = nn.Sequential(
                nn.Flatten(), nn.Dropout(), nn.Linear(6 * 2 * 3, 20), nn.ReLU(), nn.Linear(20, 4)
            )

        def forward(self, x):
            return self.head(self.features(x))

    features = sequential(
        (13, 15, 3),
        layers.Conv2D(8, 3),
        layers.BatchNormalization(epsilon=1e-5),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Conv2D(6, (3, 2), strides=2, use_bias=False, activation="relu"),
    )
    head = [layers.Flatten(), layers.Dropout(0.5), layers.Dense(20, "relu"), layers.Dense(4)]
    table = assert_same_outputs(Net(), lamella.Sequential([features, *head]), tmp_path)
    changes = {row.tensor: row.change for row in table}
    assert changes["head.2.weight"] == "transposed, reordered"
    assert changes["head.4.weight"] == changes["features.0.weight"] == "transposed"
    assert changes["features.1.running_var"] == "as it is"


def test_normalisations_and_slopes_of_a_flattened_picture(tmp_path):
    module = nn.Sequential(
        nn.Flatten(),
        nn.BatchNorm1d(24),
        nn.PReLU(24),
        nn.LayerNorm(24),
        nn.RMSNorm(24, 1e-6),
        nn.Linear(24, 5),
    )
    model = sequential(
        (2, 3, 4),
        layers.Flatten(),
        layers.BatchNormalization(epsilon=1e-5),
        layers.PReLU(),
        layers.LayerNormalization(epsilon=1e-5),
        layers.RMSNormalization(epsilon=1e-6),
        layers.Dense(5),
    )
    assert_same_outputs(module, model, tmp_path)


def test_decoder_from_flat_rows_to_a_picture(tmp_path):
    module = nn.Sequential(
        nn.Linear(5, 3 * 4 * 6),
        nn.BatchNorm1d(72),
        nn.ReLU(),
        nn.Unflatten(1, (6, 3, 4)),
        nn.ConvTranspose2d(6, 5, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(5, 2, (2, 4), stride=(1, 3)),
    )
    model = sequential(
        (5,),
        layers.Dense(72),
        layers.BatchNormalization(epsilon=1e-5),
        layers.ReLU(),
        layers.Reshape((3, 4, 6)),
        layers.Conv2DTranspose(5, 3, strides=2, activation="relu"),
        layers.Conv2DTranspose(2, (2, 4), strides=(1, 3)),
    )
    assert_same_outputs(module, model, tmp_path)


CONVOLUTIONS = {
    "grouped": (
        [nn.Conv2d(6, 9, 3, groups=3)],
        [layers.Conv2D(9, 3, groups=3)],
        (6, 7, 6),
    ),
    "dilated": (
        [nn.Conv2d(3, 4, (2, 3), dilation=2)],
        [layers.Conv2D(4, (2, 3), dilation_rate=2)],
        (8, 9, 3),
    ),
    "depthwise": (
        [nn.Conv2d(5, 10, (2, 3), groups=5)],
        [layers.DepthwiseConv2D((2, 3), depth_multiplier=2)],
        (6, 7, 5),
    ),
    "separable": (
        [nn.Conv2d(5, 10, 3, groups=5, bias=False), nn.Conv2d(10, 4, 1)],
        [layers.SeparableConv2D(4, 3, depth_multiplier=2)],
        (6, 7, 5),
    ),
    "strided, padded": (
        [nn.Conv2d(3, 4, 3, stride=2, padding=1)],
        [layers.ZeroPadding2D(1), layers.Conv2D(4, 3, strides=2)],
        (6, 8, 3),
    ),
    "transposed, padded": (
        [nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)],
        [layers.Conv2DTranspose(4, 3, strides=2), layers.Cropping2D(((1, 0), (1, 0)))],
        (4, 5, 3),
    ),
    "transposed to twice the size": (
        [nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1)],
        [layers.Conv2DTranspose(4, 4, strides=2, padding="same")],
        (4, 5, 3),
    ),
    "volume": ([nn.Conv3d(2, 4, (2, 3, 2))], [layers.Conv3D(4, (2, 3, 2))], (4, 5, 6, 2)),
    "transposed signal": (
        [nn.ConvTranspose1d(3, 4, 5, stride=2)],
        [layers.Conv1DTranspose(4, 5, strides=2)],
        (6, 3),
    ),
    "transposed volume": (
        [nn.ConvTranspose3d(2, 3, (2, 3, 4))],
        [layers.Conv3DTranspose(3, (2, 3, 4))],
        (3, 4, 3, 2),
    ),
    "depthwise signal": (
        [nn.Conv1d(3, 6, 3, groups=3)],
        [layers.DepthwiseConv1D(3, depth_multiplier=2)],
        (8, 3),
    ),
    "signal, flattened": (
        [nn.Conv1d(3, 4, 3), nn.ReLU(), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(12, 2)],
        [
            layers.Conv1D(4, 3, activation="relu"),
            layers.AveragePooling1D(2),
            layers.Flatten(),
            layers.Dense(2),
        ],
        (8, 3),
    ),
    "pooled": (
        [nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)],
        [layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)],
        (6, 7, 3),
    ),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(name, tmp_path):
    module, stack, shape = CONVOLUTIONS[name]
    stack = [type(layer).from_config(layer.get_config()) for layer in stack]
    assert_same_outputs(nn.Sequential(*module), sequential(shape, *stack), tmp_path)


NORMALISATIONS = {
    "group": (nn.GroupNorm(2, 6), lambda: layers.GroupNormalization(2, epsilon=1e-5), (4, 5, 6)),
    "layer, picture": (
        nn.LayerNorm((6, 4, 5)),
        lambda: layers.LayerNormalization(axis=(1, 2, 3), epsilon=1e-5),
        (4, 5, 6),
    ),
    "batch, signal": (nn.BatchNorm1d(3), lambda: layers.BatchNormalization(epsilon=1e-5), (9, 3)),
    "batch, no factor": (
        nn.BatchNorm2d(3, affine=False),
        lambda: layers.BatchNormalization(epsilon=1e-5, center=False, scale=False),
        (4, 5, 3),
    ),
    "one slope": (nn.PReLU(), layers.PReLU, (4, 5, 3)),
    "slope a channel": (nn.PReLU(3), layers.PReLU, (4, 5, 3)),
    "shared slope a channel": (nn.PReLU(3), lambda: layers.PReLU(shared_axes=[1, 2]), (4, 5, 3)),
}


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_normalisations_and_slopes(name, tmp_path):
    module, make, shape = NORMALISATIONS[name]
    assert_same_outputs(nn.Sequential(module), sequential(shape, make()), tmp_path)


def test_flattened_rows_without_channels(tmp_path):
    """Digits as (28, 28): PyTorch lays them out as lamella does."""
    model = sequential((5, 6), layers.Flatten(), layers.Dense(3))
    module = nn.Sequential(nn.Flatten(), nn.Linear(30, 3))
    save_file(randomised(module).state_dict(), tmp_path / "model.safetensors")
    lamella.saving.load_torch_state_dict(model, tmp_path / "model.safetensors")
    x = np.random.default_rng(1).normal(size=(4, 5, 6)).astype("float32")
    expected = module(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


def test_channels_put_first_before_they_are_flattened(tmp_path):
    """Whoever permutes as PyTorch does gets its order of features."""
    stack = [layers.Conv2D(4, 2), layers.Permute((3, 1, 2)), layers.Flatten(), layers.Dense(2)]
    module = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Flatten(), nn.Linear(4 * 3 * 4, 2))
    assert_same_outputs(module, sequential((4, 5, 3), *stack), tmp_path)


class ResidualNet(nn.Module):
    """Names in another order than the layers: bn before conv, fc before stem."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1)
        self.conv = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4 * 5 * 6, 3)

    def forward(self, x):
        x = self.stem(x)
        return self.fc(torch.flatten(torch.relu(x + self.bn(self.conv(x))), 1))


def residual_twin():
    block = [
        layers.Conv2D(4, 3, padding="same", use_bias=False, name="c"),
        layers.BatchNormalization(epsilon=1e-5),
    ]
    stem = layers.Conv2D(4, 1, name="s")
    end = [layers.ReLU(), layers.Flatten(), layers.Dense(3, name="out")]
    return sequential((5, 6, 3), stem, layers.Residual(block), *end)


def test_mapping_into_a_residual_block(tmp_path):
    model = residual_twin()
    mapping = {"stem": "s", "conv": "c", "bn": model.layers[1].layers[1], "fc": "out"}
    assert_same_outputs(ResidualNet(), model, tmp_path, mapping)


def test_other_names_are_an_error(tmp_path):
    save_file(ResidualNet().state_dict(), tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"'bn.*expected.*mapping"):
        lamella.saving.load_torch_state_dict(residual_twin(), tmp_path / "model.safetensors")


def test_flattened_branches_side_by_side(tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(3, 4, 2)
            self.b = nn.Conv2d(3, 2, 3)
            self.c = nn.Linear(4 * 3 * 4 + 2 + 2 * 2 * 3, 3)

        def forward(self, x):
            a, b = self.a(x), self.b(x)
            return self.c(torch.cat([a.flatten(1), b.mean((2, 3)), b.flatten(1)], 1))

    shared = layers.Conv2D(2, 3)
    ways = [
        [layers.Conv2D(4, 2), layers.Flatten()],
        [shared, layers.GlobalAveragePooling2D()],
        [shared, layers.Flatten()],
    ]
    model = sequential((4, 5, 3), layers.Branches(ways), layers.Dense(3))
    assert_same_outputs(Net(), model, tmp_path)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 2e-3), ("bfloat16", 2e-2), ("float64", 1e-6)])
def test_types(dtype, tolerance, tmp_path):
    """Whatever the file's type, the weights are those of the file rounded to the model's."""
    module = randomised(nn.Linear(4, 3))
    save_file(module.to(getattr(torch, dtype)).state_dict(), tmp_path / "model.safetensors")
    model = sequential((4,), layers.Dense(3))
    lamella.saving.load_torch_state_dict(model, tmp_path / "model.safetensors")
    kernel, bias = model.get_weights()
    np.testing.assert_array_equal(kernel.T, module.weight.detach().float().numpy())
    np.testing.assert_array_equal(bias, module.bias.detach().float().numpy())
    np.testing.assert_allclose(kernel.T, randomised(nn.Linear(4, 3)).weight.detach(), atol=tolerance)
