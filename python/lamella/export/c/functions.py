"""The C functions that exported models call, each emitted where a model needs it.

`real` is float or double; `$exp` is expf or exp.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Of an element v; the numbers are parameters of the function.
_ELEMENTWISE: dict[str, tuple[tuple[str, ...], str]] = {
    "relu": ((), "v < 0 ? 0 : v"),
    "leaky_relu": (("a",), "v < 0 ? a * v : v"),
    "elu": (("a",), "v < 0 ? a * $expm1(v) : v"),
    "sigmoid": ((), "1 / (1 + $exp(-v))"),
    "tanh": ((), "$tanh(v)"),
    "bounded_relu": (
        ("a", "threshold", "low", "high"),
        "v <= threshold ? (a == 0 ? 0 : a * (v - threshold)) : v < low ? low : v > high ? high : v",
    ),
    "celu": (("a",), "v < 0 ? a * $expm1(v / a) : v"),
    "exponential": ((), "$exp(v)"),
    "gelu": ((), "v < -40 ? 0 : v * (real)0.5 * $erfc(v * (real)-0.70710678118654752)"),
    "gelu_tanh": (
        (),
        "v < -30 ? 0 : v / (1 + $exp(v * (real)-1.5957691216057308 * (1 + (real)0.044715 * v * v)))",
    ),
    "hard_shrink": (("a",), "$fabs(v) <= a ? 0 : v"),
    "hard_sigmoid": (("a",), "v * a < (real)-0.5 ? 0 : v * a > (real)0.5 ? 1 : v * a + (real)0.5"),
    "hard_silu": ((), "v < -3 ? 0 : v > 3 ? v : v * (v + 3) / 6"),
    "log_sigmoid": ((), "(v < 0 ? v : 0) - $log1p($exp(-$fabs(v)))"),
    "mish": ((), "v < -100 ? 0 : v * $tanh((v > 0 ? v : 0) + $log1p($exp(-$fabs(v))))"),
    "selu": (
        (),
        "v < 0 ? (real)1.7580993408473766 * $expm1(v) : (real)1.0507009873554805 * v",
    ),
    "silu": ((), "v < -80 ? 0 : v / (1 + $exp(-v))"),
    "soft_shrink": (("a",), "$fabs(v) <= a ? 0 : v > 0 ? v - a : v + a"),
    "softplus": ((), "(v < 0 ? 0 : v) + $log1p($exp(-$fabs(v)))"),
    "softsign": ((), "v / (1 + $fabs(v))"),
    "sparse_plus": ((), "v <= -1 ? 0 : v < 1 ? (v + 1) * (v + 1) / 4 : v"),
    "squareplus": (
        ("a",),
        "v < 0 ? a / 2 / ($sqrt(v * v + a) - v) : (v + $sqrt(v * v + a)) / 2",
    ),
    "tanh_shrink": ((), "v - $tanh(v)"),
    "threshold": (("a", "threshold"), "v <= threshold ? a : v"),
}

_FUNCTIONS: dict[str, str] = {
    "add": """
/* y = a + b; y may be a or b. */
static void add(const real *a, const real *b, real *y, long n)
{
    for (long i = 0; i < n; ++i) y[i] = a[i] + b[i];
}
""",
    "add_products": """
/* y[u] += sum over i < n of x[i] kernel[i * step + u]; a sum takes four products at a time. */
static void add_products(const real *restrict x, long n, const real *restrict kernel, long step,
                         real *restrict y, long units)
{
    for (; n >= 4; n -= 4, x += 4, kernel += 4 * step)
        for (long u = 0; u < units; ++u)
            y[u] += x[0] * kernel[u] + x[1] * kernel[step + u] + x[2] * kernel[2 * step + u] +
                    x[3] * kernel[3 * step + u];
    for (; n > 0; --n, ++x, kernel += step)
        for (long u = 0; u < units; ++u) y[u] += *x * kernel[u];
}
""",
    "begin_sums": """
/* Sums begin with the bias, or with 0. */
static void begin_sums(real *y, const real *bias, long units)
{
    for (long u = 0; u < units; ++u) y[u] = bias ? bias[u] : 0;
}
""",
    "conv": """
/* Of channels-last pictures; kernel[taps, channels / groups, filters]. */
static void conv(const real *x, real *y, const window *w, const real *kernel, const real *bias, long channels,
                 long filters, long groups)
{
    const long inputs = channels / groups, outputs = filters / groups;
    const int side_by_side = groups == 1 && w->dilation[2] == 1;
    for (long d = 0; d < w->output[0]; ++d)
    for (long h = 0; h < w->output[1]; ++h)
    for (long c = 0; c < w->output[2]; ++c, y += filters) {
        const real *k = kernel;
        begin_sums(y, bias, filters);
        for (long s = 0; s < w->taps[0]; ++s)
        for (long t = 0; t < w->taps[1]; ++t)
        for (long u = 0, run = 1; u < w->taps[2]; u += run, k += run * inputs * filters) {
            const long pixel = pixel_of(w, seen(w, 0, d, s), seen(w, 1, h, t), seen(w, 2, c, u));
            run = 1;
            if (pixel < 0) continue;
            while (side_by_side && u + run < w->taps[2] && seen(w, 2, c, u + run) >= 0) ++run;
            for (long g = 0; g < groups; ++g)
                add_products(x + pixel * channels + g * inputs, run * inputs, k + g * outputs, filters,
                             y + g * outputs, outputs);
        }
    }
}
""",
    "conv_transpose": """
/* The window moves over the outputs: w->input are these; kernel[taps, filters, channels]. */
static void conv_transpose(const real *x, real *y, const window *w, const real *kernel, const real *bias,
                           long channels, long filters)
{
    for (long i = 0; i < w->input[0] * w->input[1] * w->input[2]; ++i)
        begin_sums(y + i * filters, bias, filters);
    for (long d = 0; d < w->output[0]; ++d)
    for (long h = 0; h < w->output[1]; ++h)
    for (long c = 0; c < w->output[2]; ++c, x += channels) {
        const real *k = kernel;
        for (long s = 0; s < w->taps[0]; ++s)
        for (long t = 0; t < w->taps[1]; ++t)
        for (long u = 0; u < w->taps[2]; ++u, k += filters * channels) {
            const long pixel = pixel_of(w, seen(w, 0, d, s), seen(w, 1, h, t), seen(w, 2, c, u));
            if (pixel < 0) continue;
            for (long f = 0; f < filters; ++f) {
                real sum = 0;
                for (long j = 0; j < channels; ++j) sum += x[j] * k[f * channels + j];
                y[pixel * filters + f] += sum;
            }
        }
    }
}
""",
    "copy_columns": """
/* x[rows, columns] into the columns from `first` on of y[rows, all]. */
static void copy_columns(const real *x, real *y, long rows, long columns, long first, long all)
{
    for (long r = 0; r < rows; ++r)
        memcpy(y + r * all + first, x + r * columns, (size_t)columns * sizeof(real));
}
""",
    "dense": """
/* y[rows, units] = x[rows, inputs] kernel[inputs, units] + bias[units] */
static void dense(const real *x, real *y, const real *kernel, const real *bias, long rows, long inputs,
                  long units)
{
    for (long r = 0; r < rows; ++r, x += inputs, y += units) {
        begin_sums(y, bias, units);
        add_products(x, inputs, kernel, units, y, units);
    }
}
""",
    "depthwise_conv": """
/* Each channel by itself; kernel[taps, channels]. */
static void depthwise_conv(const real *x, real *y, const window *w, const real *kernel, const real *bias,
                           long channels)
{
    for (long d = 0; d < w->output[0]; ++d)
    for (long h = 0; h < w->output[1]; ++h)
    for (long c = 0; c < w->output[2]; ++c, y += channels) {
        const real *k = kernel;
        begin_sums(y, bias, channels);
        for (long s = 0; s < w->taps[0]; ++s)
        for (long t = 0; t < w->taps[1]; ++t)
        for (long u = 0; u < w->taps[2]; ++u, k += channels) {
            const long pixel = pixel_of(w, seen(w, 0, d, s), seen(w, 1, h, t), seen(w, 2, c, u));
            if (pixel < 0) continue;
            for (long j = 0; j < channels; ++j) y[j] += x[pixel * channels + j] * k[j];
        }
    }
}
""",
    "glu": """
/* The first half of a row times the sigmoid of the second; y has `columns`, x twice as many. */
static void glu(const real *x, real *y, long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += 2 * columns, y += columns)
        for (long j = 0; j < columns; ++j) y[j] = x[j] / (1 + $exp(-x[columns + j]));
}
""",
    "log_softmax": """
/* x less the logarithm of the sum of exponentials of its row; y may be x. */
static void log_softmax(const real *x, real *y, long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns) {
        real largest = x[0];
        double sum = 0;
        for (long j = 1; j < columns; ++j) largest = x[j] > largest ? x[j] : largest;
        for (long j = 0; j < columns; ++j) sum += $exp(x[j] - largest);
        const real logarithm = $log((real)sum);
        for (long j = 0; j < columns; ++j) y[j] = x[j] - largest - logarithm;
    }
}
""",
    "map_axis": """
/* y[:, i, :] = sum over starts[i] <= k < starts[i + 1] of weights[k] x[:, sources[k], :]; NULL: all 1. */
static void map_axis(const real *x, real *y, long outer, long inputs, long outputs, long inner,
                     const long *starts, const long *sources, const real *weights)
{
    for (long o = 0; o < outer; ++o, x += inputs * inner)
        for (long i = 0; i < outputs; ++i, y += inner) {
            begin_sums(y, NULL, inner);
            for (long k = starts[i]; k < starts[i + 1]; ++k)
                for (long j = 0; j < inner; ++j)
                    y[j] += (weights ? weights[k] : 1) * x[sources[k] * inner + j];
        }
}
""",
    "normalize": """
/* (x - mean) * scale + offset by column; offset may be NULL; y may be x. */
static void normalize(const real *x, real *y, const real *mean, const real *scale, const real *offset,
                      long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns)
        for (long j = 0; j < columns; ++j) y[j] = (x[j] - mean[j]) * scale[j] + (offset ? offset[j] : 0);
}
""",
    "permute": """
/* y has this shape; a step along its axis k is steps[k] in x. */
static void permute(const real *x, real *y, int rank, const long *shape, const long *steps)
{
    long at[16] = {0}, count = 1;
    for (int k = 0; k < rank; ++k) count *= shape[k];
    for (long i = 0; i < count; ++i) {
        y[i] = *x;
        for (int k = rank - 1; k >= 0; --k) {
            x += steps[k];
            if (++at[k] < shape[k]) break;
            x -= at[k] * steps[k];
            at[k] = 0;
        }
    }
}
""",
    "pixel_of": """
/* The number of a pixel, -1 outside of the picture. */
static long pixel_of(const window *w, long d, long h, long c)
{
    return d < 0 || h < 0 || c < 0 ? -1 : (d * w->input[1] + h) * w->input[2] + c;
}
""",
    "pool": """
/* The largest, or the mean, of what the window sees inside of the picture, 32 channels at a time. */
static void pool(const real *x, real *y, const window *w, long channels, int mean)
{
    for (long d = 0; d < w->output[0]; ++d)
    for (long h = 0; h < w->output[1]; ++h)
    for (long c = 0; c < w->output[2]; ++c, y += channels) {
        for (long first = 0; first < channels; first += 32) {
            const long some = channels - first < 32 ? channels - first : 32;
            long count = 0;
            double of[32];
            for (long j = 0; j < some; ++j) of[j] = mean ? 0 : -INFINITY;
            for (long s = 0; s < w->taps[0]; ++s)
            for (long t = 0; t < w->taps[1]; ++t)
            for (long u = 0; u < w->taps[2]; ++u) {
                const long pixel = pixel_of(w, seen(w, 0, d, s), seen(w, 1, h, t), seen(w, 2, c, u));
                if (pixel < 0) continue;
                const real *v = x + pixel * channels + first;
                ++count;
                if (mean)
                    for (long j = 0; j < some; ++j) of[j] += v[j];
                else
                    for (long j = 0; j < some; ++j) of[j] = v[j] > of[j] || v[j] != v[j] ? v[j] : of[j];
            }
            for (long j = 0; j < some; ++j) y[first + j] = (real)(mean ? of[j] / (double)count : of[j]);
        }
    }
}
""",
    "prelu": """
/* x, alpha x where x is negative; y may be x. */
static void prelu(const real *x, real *y, const real *alpha, long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns)
        for (long j = 0; j < columns; ++j) y[j] = x[j] < 0 ? alpha[j] * x[j] : x[j];
}
""",
    "rescale": """
/* x * scale + offset; y may be x. */
static void rescale(const real *x, real *y, real scale, real offset, long n)
{
    for (long i = 0; i < n; ++i) y[i] = x[i] * scale + offset;
}
""",
    "rescale_columns": """
/* x * scale + offset by column; y may be x. */
static void rescale_columns(const real *x, real *y, const real *scale, const real *offset, long rows,
                            long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns)
        for (long j = 0; j < columns; ++j) y[j] = x[j] * scale[j] + offset[j];
}
""",
    "row_normalization": """
/* Rows by their own statistics: less their mean where `centred`; divided by their length (`unit`) or by the
   root of their mean square; row r times gamma[r % groups], plus beta; both may be NULL. y may be x. */
static void row_normalization(const real *x, real *y, const real *gamma, const real *beta, long rows,
                              long columns, long groups, int centred, int unit, real epsilon)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns) {
        const long first = r % groups * columns;
        double mean = 0, square = 0;
        for (long j = 0; centred && j < columns; ++j) mean += x[j];
        mean /= (double)columns;
        for (long j = 0; j < columns; ++j) square += (x[j] - mean) * (x[j] - mean);
        if (unit)
            square = square > epsilon ? square : epsilon;
        else
            square = square / (double)columns + epsilon;
        const real scale = (real)(1 / sqrt(square));
        for (long j = 0; j < columns; ++j)
            y[j] = (real)(x[j] - mean) * scale * (gamma ? gamma[first + j] : 1) +
                   (beta ? beta[first + j] : 0);
    }
}
""",
    "seen": """
/* What a tap of an output sees along an axis, -1 outside. */
static long seen(const window *w, int axis, long output, long tap)
{
    const long at = output * w->stride[axis] + tap * w->dilation[axis] - w->before[axis];
    return at < w->input[axis] ? at : -1;
}
""",
    "softmax": """
/* Exponentials divided by their sum, row by row; y may be x. */
static void softmax(const real *x, real *y, long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns) {
        real largest = x[0];
        double sum = 0;
        for (long j = 1; j < columns; ++j) largest = x[j] > largest ? x[j] : largest;
        for (long j = 0; j < columns; ++j) sum += y[j] = $exp(x[j] - largest);
        for (long j = 0; j < columns; ++j) y[j] /= (real)sum;
    }
}
""",
    "sparsemax": """
/* The nearest probabilities, row by row: what lies below the threshold leaves the sum until nothing does. */
static void sparsemax(const real *x, real *y, long rows, long columns)
{
    for (long r = 0; r < rows; ++r, x += columns, y += columns) {
        real threshold = -INFINITY;
        long before, inside = columns + 1;
        do {
            double sum = 0;
            before = inside;
            inside = 0;
            for (long j = 0; j < columns; ++j)
                if (x[j] > threshold) {
                    sum += x[j];
                    ++inside;
                }
            if (inside > 0) threshold = (real)((sum - 1) / (double)inside);
        } while (0 < inside && inside < before);
        for (long j = 0; j < columns; ++j) y[j] = x[j] > threshold ? x[j] - threshold : 0;
    }
}
""",
    "window": """
/* What moves over pictures, by axis: depth, height, width. */
typedef struct {
    long input[3], output[3], taps[3], stride[3], dilation[3], before[3];
} window;
""",
}


def _elementwise(kind: str) -> str:
    parameters, formula = _ELEMENTWISE[kind]
    numbers = "".join(f", real {name}" for name in parameters)
    return f"""
/* y may be x. */
static void apply_{kind}(const real *x, real *y{numbers}, long n)
{{
    for (long i = 0; i < n; ++i) {{
        const real v = x[i];
        y[i] = {formula};
    }}
}}
"""


def activation_numbers(kind: str) -> tuple[str, ...] | None:
    """The names of the numbers of an element-wise activation; None where a kind takes whole rows."""
    return _ELEMENTWISE[kind][0] if kind in _ELEMENTWISE else None


NAMES = {*_FUNCTIONS, *(f"apply_{kind}" for kind in _ELEMENTWISE)}
"""All names of functions and types."""


def source_of(names: Iterable[str], dtype: str) -> str:
    """The text of these functions, and those they call, each behind what it needs.

    >>> print(source_of(["apply_tanh"], "float32"))
    <BLANKLINE>
    /* y may be x. */
    static void apply_tanh(const real *x, real *y, long n)
    ...
    """
    texts: dict[str, str] = {}

    def take(name: str) -> None:
        if name in texts:
            return
        kind = name.removeprefix("apply_")
        text = _FUNCTIONS[name] if name in _FUNCTIONS else _elementwise(kind)
        for word in re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
            if word in _FUNCTIONS and word != name:
                take(word)
        texts[name] = text

    for name in sorted(names):
        take(name)
    return re.sub(r"\$(\w+)", r"\1f" if dtype == "float32" else r"\1", "".join(texts.values()))
