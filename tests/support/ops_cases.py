"""Calls of operations with drawn arguments, which Keras and lamella answer alike.

Run as a script it writes the names and answers of the installed Keras: python ops_cases.py FILE
"""

import pickle
import sys
from functools import partial

import numpy as np

from ops_calls import ARGUMENTS, CALLS, call, flags, holes, names, real, whole


def elementwise():
    inside = partial(real, low=-0.9, high=0.9)
    above = partial(real, low=0.1, high=3.0)
    for name in names(
        "absolute abs fabs negative sign square exp exp2 expm1 sin cos tan arctan sinh cosh arcsinh tanh "
        "deg2rad rad2deg sinc ceil floor trunc isnan isinf isfinite isneginf isposinf isreal signbit "
        "logical_not real angle erf erfc relu relu6 sigmoid softplus softsign silu log_sigmoid elu selu "
        "gelu celu hard_tanh hard_sigmoid hard_silu tanh_shrink squareplus sparse_plus sparse_sigmoid "
        "leaky_relu soft_shrink hard_shrink softmax log_softmax glu swish hard_swish i0"
    ):
        call(name, real(2, 4))
    for name in names("arcsin arccos arctanh erfinv"):
        call(name, inside(2, 3))
    for name in names("sqrt rsqrt cbrt log log2 log10 log1p reciprocal arccosh"):
        call(name, above(2, 3) + (1 if name == "arccosh" else 0))
    for x in (whole(2, 3, low=1), whole(3, low=1, dtype="uint8"), flags(4), 2, 0.5, [1, 2], [0.25, 0.75]):
        for name in names("exp log sqrt cos ceil floor sigmoid"):
            if not (name == "sigmoid" and not isinstance(x, (float, list))):
                call(name, x)
        call("isfinite", x)
    for x in (whole(2, 3, low=1), whole(3, low=1, dtype="uint8"), real(3), [1, -2], 1.5):
        for name in names("abs square sign negative"):
            if not (name == "negative" and getattr(x, "dtype", "") == "uint8"):
                call(name, x)
    call("square", flags(4))
    call("round", real(5), 1)
    call("clip", real(2, 3), -0.5, 0.5)
    call("clip", whole(5), -2, 2)
    call("nan_to_num", holes(3, 2))
    call("threshold", real(5), 0.5, -1.0)
    for x in (whole(5), whole(5, low=0, dtype="uint8")):
        call("bitwise_not", x)
        call("bitwise_invert", x)
    for name in names("conj conjugate"):
        call(name, real(3))


def pairs():
    operands = [
        (real(2, 3), real(3)),
        (real(2, 3), 2),
        (2.5, real(3)),
        (whole(3), real(2, 3)),
        (whole(3), whole(3)),
        (whole(3), 2.5),
        (whole(3, low=1, dtype="uint8"), whole(3, low=1, dtype="int8")),
        (whole(3, low=1, dtype="uint8"), 3),
        (flags(3), real(3)),
        (flags(3), whole(3)),
        ([1.0, 2.0], [3, 4]),
    ]
    for a, b in operands:
        for name in names(
            "add subtract multiply maximum minimum equal not_equal less less_equal greater greater_equal "
            "logical_and logical_or logical_xor"
        ):
            call(name, a, b)
        divisor = b if isinstance(b, (int, float, list)) else np.where(b == 0, 1, b).astype(b.dtype)
        for name in names("divide true_divide divide_no_nan"):
            if not (name == "divide_no_nan" and isinstance(a, list)):
                call(name, a, divisor)
    numbers = [(real(2, 3), real(3)), (whole(3), np.array([1, 2, -3], "int32")), (real(3), 2.0)]
    for a, b in numbers:
        call("floor_divide", a, b)
        call("mod", a, b)
    for a, b in [(real(2, 3, low=0.1), real(3)), (real(3), 2), (whole(3), np.array([0, 1, 2], "int32"))]:
        call("power", a, b)
    for name in names("arctan2 hypot logaddexp fmax fmin fmod"):
        call(name, real(2, 3), real(3))
    call("logaddexp", whole(3), whole(3))
    call("arctan2", whole(3), whole(3))
    for name in names("bitwise_and bitwise_or bitwise_xor"):
        call(name, whole(4), whole(4))
    call("bitwise_left_shift", whole(4, low=0), 2)
    call("right_shift", whole(4, low=0), 1)
    call("gcd", whole(4, low=1), whole(4, low=1))
    call("lcm", whole(4, low=1), whole(4, low=1))
    call("isclose", real(3), 0.5, rtol=1.0)
    call("allclose", real(3), 0.5)
    call("nextafter", real(3), real(3))
    call("logaddexp2", real(3), real(3))
    call("bitwise_right_shift", whole(4, low=0), 1)
    call("left_shift", whole(4, low=0), 1)
    call("heaviside", np.array([-1, 0, 2], "float32"), 0.5)
    call("ldexp", real(3), whole(3))


def reductions():
    kinds = [real(2, 3, 4), whole(2, 3), whole(2, 3, low=0, dtype="uint8"), flags(2, 3), [1.0, 2.5], [1, 2]]
    for x in kinds:
        ways = [{}, {"axis": -1}]
        if isinstance(x, np.ndarray):
            ways += [{"axis": 0, "keepdims": True}, {"axis": (0, 1)}]
        for how in ways:
            for name in names("sum mean std var max min amax amin all any prod median"):
                if name in ("prod", "median") and "axis" in how and not isinstance(how["axis"], int):
                    continue
                if getattr(x, "dtype", "") == "bool" and name in ("max", "min", "amax", "amin", "median"):
                    continue
                call(name, x, **how)
            if not isinstance(how.get("axis"), tuple) and getattr(x, "dtype", "") != "bool":
                call("argmax", x, **how)
                call("argmin", x, **how)
    for name in names("cumsum cumprod"):
        call(name, real(2, 3), axis=1)
        call(name, whole(2, 3), axis=0)
        call(name, flags(4), axis=0)
    call("count_nonzero", whole(2, 3), axis=1)
    call("logsumexp", real(2, 3), axis=-1)
    call("logsumexp", real(2, 3), axis=1, keepdims=True)
    call("logsumexp", real(2, 3))
    call("average", real(2, 3), axis=1, weights=real(2, 3, low=0.1))
    call("average", whole(2, 3), axis=0)
    call("quantile", real(2, 5), 0.3, axis=1)
    call("quantile", real(2, 5), [0.25, 0.5], axis=1, keepdims=True)
    call("max", real(3), initial=5.0)
    call("ptp", real(2, 3), axis=1)
    for name in names("nanmean nansum nanmax nanmin nanstd nanvar"):
        call(name, holes(4, 3), axis=1)
    for name in names("nanmedian nanprod nancumsum nancumprod"):
        call(name, holes(4, 3), axis=1)
    call("percentile", real(2, 5), 30.0, axis=1)
    call("nanpercentile", holes(4, 3), 30.0, axis=1)
    call("nanquantile", holes(4, 3), 0.3, axis=1)
    for name in names("nanargmax nanargmin"):
        call(name, holes(4, 3), axis=1)


def shapes():
    x = real(2, 3, 4)
    for name, args in {
        "reshape": [(4, -1)],
        "ravel": [],
        "transpose": [(1, 0, 2)],
        "swapaxes": [0, 2],
        "moveaxis": [0, -1],
        "expand_dims": [1],
        "flip": [1],
        "roll": [2, 1],
        "repeat": [2, 1],
        "tile": [(1, 2, 1)],
        "squeeze": [],
        "diagonal": [],
        "tril": [],
        "triu": [1],
        "trace": [],
        "copy": [],
        "rot90": [],
    }.items():
        call(name, x, *args)
    call("expand_dims", real(3), (0, 2))
    call("squeeze", real(1, 3, 1), 0)
    call("transpose", real(2, 3))
    call("flip", real(2, 3))
    call("broadcast_to", real(3), (2, 3))
    call("concatenate", [real(2, 3), whole(1, 3)], 0)
    call("concatenate", [real(2, 3), real(2, 1)], axis=-1)
    call("stack", [real(3), real(3)], axis=1)
    call("stack", [whole(3), real(3)])
    call("hstack", [real(2, 1), real(2, 2)])
    call("vstack", [real(3), real(2, 3)])
    call("dstack", [real(3), real(3)])
    call("append", real(3), whole(2))
    call("split", x, 2, axis=2)
    call("split", x, [1], axis=1)
    call("array_split", real(5), 2)
    call("hsplit", x, 3)
    call("vsplit", x, 2)
    call("dsplit", x, 2)
    call("fliplr", x)
    call("flipud", x)
    call("unravel_index", np.array([5, 1], "int32"), (2, 3))
    call("pad", real(2, 3), ((1, 0), (0, 2)))
    call("pad", real(2, 3), ((1, 0), (0, 2)), constant_values=3)
    call("pad", real(1, 2, 4), ((0, 0), (0, 0), (2, 1)), mode="reflect")
    call("diag", real(3))
    call("diag", real(3, 3), k=1)
    call("diagflat", real(2, 2))
    call("meshgrid", real(2), real(3))
    call("meshgrid", real(2), real(3), indexing="ij")


def creation():
    for name in names("zeros ones"):
        call(name, (2, 3))
        call(name, (2,), "int32")
    call("full", (2,), 3)
    call("full", (2,), 3, "int32")
    for name in names("zeros_like ones_like"):
        call(name, whole(3))
        call(name, whole(3), dtype="float32")
    call("full_like", real(3), 2)
    for args in [(5,), (1, 5), (1, 9, 2), (0.0, 1.0, 0.25), (3.0,)]:
        call("arange", *args)
    call("arange", 3, dtype="float32")
    call("linspace", 0, 1, 5)
    call("linspace", 0.0, 1.0, 4, endpoint=False)
    call("logspace", 0, 2, 3)
    call("geomspace", 1.0, 8.0, 4)
    call("eye", 3)
    call("eye", 2, 3, k=1)
    call("identity", 2)
    call("tri", 3, k=-1)
    call("vander", real(3))
    for name in names("bartlett blackman hamming hanning"):
        call(name, 7)
    call("kaiser", 5, 2.0)
    call("convert_to_tensor", [1, 2])
    call("convert_to_tensor", [1.0, 2])
    call("convert_to_tensor", [True])
    call("convert_to_tensor", 3)
    call("convert_to_tensor", real(2), "int32")
    call("array", [1.0])
    call("cast", real(4), "int32")
    call("cast", whole(4), "float32")
    call("cast", whole(4), "bool")
    call("saturate_cast", np.array([-3.0, 300.0, 7.5], "float32"), "uint8")


def indexing():
    call("where", flags(2, 3), real(2, 3), 0.0)
    call("where", flags(3), whole(3), 2.5)
    call("select", [flags(3), flags(3)], [real(3), real(3)], 7.0)
    call("take", real(4, 3), [2, 0], axis=0)
    call("take", real(4, 3), whole(2, 2, low=0, high=3), axis=1)
    call("take", real(4), [-1])
    call("take_along_axis", real(2, 3), np.array([[0, 2], [1, 1]], "int32"), axis=1)
    call("slice", real(4, 5), (1, 2), (2, 3))
    call("slice_update", real(4, 5), (1, 2), real(2, 2))
    call("scatter", np.array([[0], [2], [2]], "int32"), real(3), (4,))
    call("scatter", np.array([[0, 1], [1, 0]], "int32"), real(2), (2, 3))
    call("scatter_update", real(4), np.array([[0], [2]], "int32"), real(2))
    for reduction in names("add max min mul"):
        call("scatter_update", real(4), np.array([[0], [2]], "int32"), real(2), reduction=reduction)
    call("one_hot", whole(2, 3, low=-1, high=4), 4)
    call("one_hot", whole(3, low=0, high=4), 4, axis=0)
    call("one_hot", whole(3, low=0, high=4), 4, dtype="int32")
    call("multi_hot", whole(2, 3, low=0, high=4), 5)
    call("multi_hot", whole(3, low=0, high=4), 5)
    call("get_item", real(3, 2), 1)


def sorting():
    for name in names("sort argsort"):
        call(name, real(3, 4))
        call(name, real(3, 4), axis=0)
    call("top_k", real(3, 5), 2)
    call("in_top_k", whole(4, low=0, high=5), real(4, 5), 2)
    call("searchsorted", np.sort(real(6)), real(3))
    call("searchsorted", np.sort(real(6)), real(2, 3), side="right")
    call("digitize", real(5), np.array([-1.0, 0.0, 1.0], "float32"))
    call("bincount", whole(9, low=0, high=4))
    call("bincount", whole(2, 5, low=0, high=4), minlength=6)
    call("bincount", whole(5, low=0, high=4), weights=real(5))
    call("isin", whole(5), whole(3))
    call("unique", whole(9))
    call("segment_sum", real(5, 2), np.array([0, 2, 2, -1, 1], "int32"))
    call("segment_sum", real(4), np.array([0, 0, 1, 3], "int32"), num_segments=5)
    call("segment_max", real(4), np.array([0, 0, 1, 1], "int32"), num_segments=2)
    call("segment_min", real(4), np.array([0, 0, 1, 1], "int32"), num_segments=3)
    call("segment_prod", real(4), np.array([0, 0, 1, 1], "int32"))


def algebra():
    square = real(2, 3, 3) + 3 * np.eye(3, dtype="float32")
    positive = square @ square.transpose(0, 2, 1)
    call("matmul", real(2, 3), real(3, 4))
    call("matmul", real(5, 2, 3), real(3, 4))
    call("matmul", real(3), real(3))
    call("matmul", whole(2, 3), real(3, 2))
    call("dot", real(2, 3), real(3))
    call("dot", real(2, 3), 2.0)
    call("vdot", real(3), real(3))
    call("inner", real(2, 3), real(4, 3))
    call("outer", real(2), real(3))
    call("kron", real(2, 2), real(2, 1))
    call("tensordot", real(2, 3, 4), real(3, 4, 5), 2)
    call("tensordot", real(2, 3), real(2, 4), [[0], [0]])
    call("einsum", "bij,bjk->bik", real(2, 3, 4), real(2, 4, 2))
    call("cross", real(2, 3), real(2, 3))
    call("diff", real(2, 5), 2)
    call("trapezoid", real(2, 5))
    call("trapezoid", real(5), np.cumsum(real(5, low=0.1)))
    call("correlate", real(6), real(3))
    call("correlate", real(6), real(3), mode="full")
    call("corrcoef", real(3, 8))
    for name in names("det inv"):
        call(name, square)
    call("slogdet", square)
    call("logdet", positive)
    call("cholesky", positive)
    call("cholesky", positive, upper=True)
    call("cholesky_inverse", np.linalg.cholesky(positive[0]))
    call("solve", square, real(2, 3, 2))
    call("solve", square[0], real(3))
    call("solve_triangular", square[0], real(3, 2), lower=True)
    call("lstsq", real(5, 3), real(5))
    call("pinv", real(4, 3))
    call("matrix_rank", square)
    call("svd", square, compute_uv=False)
    call("lu_factor", square[0])
    call("norm", real(2, 3))
    call("norm", real(2, 3), axis=1)
    call("norm", real(2, 3), ord=1, axis=1, keepdims=True)
    call("norm", real(2, 3), ord="fro", axis=(0, 1))
    call("norm", whole(3))
    call("cdist", real(3, 2), real(4, 2))


def signals():
    call("fft", (real(2, 4), real(2, 4)))
    call("fft2", (real(2, 4), real(2, 4)))
    call("ifft2", (real(2, 4), real(2, 4)))
    call("rfft", real(2, 5))
    call("rfft", real(5), 8)
    call("irfft", (real(2, 5), np.zeros((2, 5), "float32")))
    call("extract_sequences", real(2, 9), 4, 2)
    call("stft", real(2, 20), 6, 3, 8)
    call("stft", real(20), 6, 3, 8, window="hamming", center=False)
    call("stft", real(20), 6, 3, 6, window=None)
    call("istft", (real(5, 5), np.zeros((5, 5), "float32")), 8, 4, 8)
    call("istft", (real(2, 5, 5), np.zeros((2, 5, 5), "float32")), 8, 2, 8, length=10)


def networks():
    for axis in (0, -1, (0, 1)):
        call("softmax", real(3, 4), axis=axis)
    call("moments", real(3, 4), [0])
    call("moments", real(3, 4), (0, 1), keepdims=True)
    channels = [real(4), real(4, low=0.1)]
    call("batch_normalization", real(3, 4), *channels, -1)
    call("batch_normalization", real(3, 4), *channels, -1, real(4), real(4), 0.1)
    call("layer_normalization", real(3, 4), real(4), real(4))
    call("rms_normalization", real(3, 4), real(4))
    call("normalize", real(3, 4))
    call("normalize", real(3, 4), axis=0, order=3)
    call("psnr", real(3, 4), real(3, 4), 2.0)
    probabilities = real(3, 4, low=0.1, high=0.9)
    hot = np.eye(4, dtype="float32")[[0, 2, 1]]
    for from_logits in (False, True):
        call("binary_crossentropy", hot, probabilities, from_logits)
        call("categorical_crossentropy", hot, probabilities, from_logits)
        call("sparse_categorical_crossentropy", np.array([0, 2, 1], "int32"), probabilities, from_logits)
    call("categorical_crossentropy", hot.T, probabilities.T, axis=0)
    for rank in (1, 2):
        x = real(2, *[7] * rank, 4)
        call("max_pool", x, 2)
        call("max_pool", x, 3, 2, "same")
        call("average_pool", x, 3, 1, "valid")
        call("conv", x, real(*[3] * rank, 4, 5), 2, "same")
        call("conv", x, real(*[3] * rank, 2, 6), dilation_rate=2)
        call("depthwise_conv", x, real(*[3] * rank, 4, 2), padding="same")
        call("separable_conv", x, real(*[3] * rank, 4, 2), real(*[1] * rank, 8, 3))
        call("conv_transpose", x, real(*[3] * rank, 5, 4), 2)
    attended = [real(2, 3, 2, 4) for _ in range(3)]
    call("dot_product_attention", *attended)
    call("dot_product_attention", *attended, is_causal=True, scale=0.3)
    call("depth_to_space", real(2, 2, 3, 8), 2)
    call("space_to_depth", real(2, 4, 6, 2), 2)
    call("depth_to_space", real(2, 8, 2, 3), 2, "channels_first")
    call("space_to_depth", real(2, 3, 4, 6), 2, "channels_first")


def pictures():
    for shape in ((2, 6, 9, 3), (7, 5, 3)):
        x = real(*shape, low=0.0, high=1.0)
        for size in ((3, 4), (9, 12)):
            for how in names("bilinear nearest"):
                call("image.resize", x, size, how)
            call("image.resize", x, size, antialias=True)
            call("image.resize", x, size, crop_to_aspect_ratio=True)
            call("image.resize", x, size, pad_to_aspect_ratio=True, fill_value=0.5)
        for name in names("rgb_to_grayscale rgb_to_hsv hsv_to_rgb"):
            call(f"image.{name}", x)
        call("image.gaussian_blur", x, data_format="channels_last")
        call("image.pad_images", x, 1, 2, 3, 4)
        call("image.pad_images", x, 1, 2, target_height=12, target_width=13)
        call("image.crop_images", x, 1, 2, 3, 1)
        call("image.crop_images", x, 1, 1, target_height=2, target_width=3)
        call("image.extract_patches", x, 2)
        call("image.extract_patches", x, (3, 2), 1, padding="same")
        call("image.extract_patches", x, (2, 2), 2, 1)


def control():
    x = real(4, 3)
    for name, function in {
        "map": lambda ops: ops.map(lambda row: ops.sum(row), x),
        "scan": lambda ops: ops.scan(lambda total, row: (total + row, total * row), x[0], x),
        "scan reverse": lambda ops: ops.scan(lambda s, row: (s + row, s), x[0], x, reverse=True),
        "while_loop": lambda ops: ops.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s * 2), (0, 1.0)),
        "fori_loop": lambda ops: ops.fori_loop(0, 3, lambda i, s: s + i, ops.convert_to_tensor(1)),
        "cond": lambda ops: ops.cond(True, lambda: ops.ones(2), lambda: ops.zeros(2)),
        "switch": lambda ops: ops.switch(9, [lambda a: a, lambda a: a * 2], ops.convert_to_tensor(x)),
    }.items():
        CALLS.append((f"{len(CALLS)} {name}", function))


for group in (
    elementwise,
    pairs,
    reductions,
    shapes,
    creation,
    indexing,
    sorting,
    algebra,
    signals,
    networks,
    pictures,
    control,
):
    group()


X = real(2, 4)
ARGUMENTS |= {  # what Keras's back ends answer each in their own way
    "argpartition": ((X, 1), {}),
    "convert_to_numpy": ((X,), {}),
    "dtype": ((X,), {}),
    "eig": ((X[:, :2],), {}),
    "eigh": ((X[:, :2],), {}),
    "empty": (((2, 3),), {}),
    "empty_like": ((X,), {}),
    "fold": ((real(2, 12, 20), (5, 6), 2), {}),
    "histogram": ((X,), {}),
    "imag": ((X,), {}),
    "is_tensor": ((X,), {}),
    "ndim": ((X,), {}),
    "nonzero": ((X,), {}),
    "polar": ((X, X), {}),
    "qr": ((X,), {}),
    "shape": ((X,), {}),
    "size": ((X,), {}),
    "stop_gradient": ((X,), {}),
    "sparsemax": ((X,), {}),
    "unfold": ((real(2, 3, 5, 6), 2), {}),
    "unstack": ((X,), {}),
    "view": ((X, "int32"), {}),
    "view_as_complex": ((X[:, :2],), {}),
    "view_as_real": ((X,), {}),
}


def answers(ops):
    """What each call returns: nested lists of arrays, or the text of an error."""
    found = {}
    for key, function in CALLS:
        try:
            found[key] = plain(ops, function(ops))
        except Exception as error:
            found[key] = f"{type(error).__name__}: {error}"
    return found


def plain(ops, result):
    if isinstance(result, (list, tuple)):
        return [plain(ops, one) for one in result]
    return np.asarray(ops.convert_to_numpy(result))


if __name__ == "__main__":
    import keras

    with open(sys.argv[1], "wb") as file:
        names = [name for name in dir(keras.ops) if not name.startswith("_")]
        pickle.dump((names, answers(keras.ops)), file)
