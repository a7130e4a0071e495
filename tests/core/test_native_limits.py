"""Numbers and sizes beyond what 64 bits, pictures and stacks hold."""

import numpy as np
import pytest

import lamella
from lamella import _core, layers
from own_process import output_of

# Settings of native objects.


@pytest.mark.parametrize("value", [2**63, -(2**70), 10**400])
def test_integers_of_any_size_are_refused_by_name(value):
    with pytest.raises(ValueError, match="'precision': 'class_id' must be an integer of 64 bits"):
        _core.MetricState(("precision", {"thresholds": [0.5], "class_id": value}))


@pytest.mark.parametrize("value", [None, object(), ["a"], {}, 1j])
def test_settings_of_other_types_are_refused_by_name(value):
    with pytest.raises(TypeError, match="'precision': 'class_id' must be a number"):
        _core.MetricState(("precision", {"thresholds": [0.5], "class_id": value}))


@pytest.mark.parametrize("numbers", [[float("nan")], [1e300], [0.5], [2.0**63]])
def test_lists_of_integers_hold_integers(numbers):
    program = _core.Program((4,), "float32")
    with pytest.raises(ValueError, match="'r': 'shape' must be integers of 64 bits"):
        program.add("reshape", [0], [], {"shape": numbers}, "r", True)


# Threads with small stacks.

NETWORKS = {
    "dense": ("[layers.Input((1024,)), layers.Dense(1024)]", (256, 1024)),
    "narrow": ("[layers.Input((512,)), layers.Dense(512)]", (4096, 512)),
    "convolution": ("[layers.Input((16, 16, 64)), layers.Conv2D(64, 3)]", (32, 14, 14, 64)),
    "gradients of few channels": ("[layers.Input((16, 16, 3)), layers.Conv2D(16, 3)]", (32, 14, 14, 16)),
    "transposed": ("[layers.Input((8, 8, 32)), layers.Conv2DTranspose(32, 3)]", (32, 10, 10, 32)),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("network", NETWORKS)
def test_threads_with_small_stacks_train(network, dtype):
    stack, output_shape = NETWORKS[network]
    output_of(f"""
    lamella.config.set_num_threads(1)
    rng = np.random.default_rng(0)
    def trained():
        lamella.utils.set_random_seed(0)
        lamella.config.set_floatx("{dtype}")
        model = lamella.Sequential({stack})
        model.compile("sgd", "mse")
        x = np.resize(np.linspace(-1, 1, 999), ({output_shape[0]}, *model.input_shape[1:])).astype("{dtype}")
        y = np.resize(np.linspace(-1, 1, 777), {output_shape}).astype("{dtype}")
        model.fit(x, y, batch_size=4096, verbose=0)
        return model.get_weights()
    expected, found = trained(), []
    threading.stack_size(128 * 1024)
    thread = threading.Thread(target=lambda: found.append(trained()))
    thread.start()
    thread.join()
    assert all(np.array_equal(a, b) for a, b in zip(expected, *found, strict=True))
    """)


# Sizes.


@pytest.mark.parametrize(
    "call",
    [
        "_core.loss_values(('mean_squared_error', {}), wide, wide)",
        "_core.metric_value(('mean_squared_error', {}), wide, wide)",
        "_core.loss_values(('mean_squared_error', {}), long, long)",
        "_core.MetricState(('mean_squared_error', {})).update(wide, wide)",
        "model.fit(long, long, batch_size=2**62, verbose=0)",
        "model.evaluate(long, long, batch_size=2**62, verbose=0)",
        "model.predict(long, batch_size=2**62, verbose=0)",
    ],
)
def test_sizes_that_do_not_fit_are_refused(call):
    """Arrays that repeat one number are of any size."""
    found = output_of(f"""
    wide = np.broadcast_to(np.int8(0), (2**31, 2**31))
    long = np.broadcast_to(np.int8(0), (2**62, 1))
    model = lamella.Sequential([layers.Input((1,)), layers.Rescaling(2.0)])
    model.compile("sgd", "mse")
    try:
        {call}
    except (ValueError, MemoryError):
        print("refused")
    """)
    assert found == "refused\n"


@pytest.mark.parametrize("first", [[], [layers.Rescaling(2.0), layers.Conv2D(4, 1)]], ids=["first", "second"])
@pytest.mark.parametrize("layer", [layers.Conv2D, layers.DepthwiseConv2D, layers.MaxPooling2D])
def test_strides_beyond_the_picture_take_one_window(layer, first):
    """However long they are: a gradient goes through the phases of a stride."""
    arguments = () if layer is layers.MaxPooling2D else (2, 3) if layer is layers.Conv2D else (3,)
    x = np.linspace(-1, 1, 2 * 8 * 8 * 4, dtype="float32").reshape(2, 8, 8, 4)
    weights = []
    for strides in (8, 2**40):
        lamella.utils.set_random_seed(0)
        clones = [type(each).from_config(each.get_config()) for each in first]
        last = layer(*arguments, strides=strides)
        model = lamella.Sequential(
            [layers.Input((8, 8, 4)), *clones, last, layers.Flatten(), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(x, np.ones((2, 1)), verbose=0)
        weights.append(model.get_weights())
    for near, far in zip(*weights, strict=True):
        np.testing.assert_array_equal(near, far)


@pytest.mark.parametrize("numbers", [{"before": [2**62, 0]}, {"dilation": [2**62, 1]}, {"after": [2**63, 0]}])
def test_windows_that_do_not_fit_into_64_bits_are_refused(numbers):
    program = _core.Program((8, 8, 4), "float32")
    attributes = {"kind": "max", "taps": [5, 5], "after": [2**62, 2**62], **numbers}
    with pytest.raises(ValueError, match="64 bits"):
        program.add("pool", [0], [], attributes, "p", True)


def test_windows_refuse_empty_pictures():
    program = _core.Program((0, 8, 4), "float32")
    with pytest.raises(ValueError, match="which are empty"):
        program.add("pool", [0], [], {"kind": "max", "taps": [1, 1], "before": [2, 0]}, "p", True)
