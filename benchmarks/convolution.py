"""Convolutions beside PyTorch's (oneDNN), pass by pass: the native benchmark and PyTorch by turns.

    pip install cmake ninja pybind11 torch
    python benchmarks/convolution.py [--threads 2] [--rounds 5] [--filter 64x32]

Rates count the products inside of the pictures; the ratio is PyTorch's time over lamella's, the median over
the rounds, so above 1 lamella is the faster one.
"""

import argparse
import re
import statistics
import subprocess
import time

import torch
from native import build

PASSES = ["forward", "input gradient", "weight gradient"]
SHAPES = re.compile(r"(\d+)x(\d+)x(\d+)x(\d+),(\d+),(\d+)/(\d+)(?:,(\d+))?")


def same_padding(length, taps, stride):
    total = max((-(-length // stride) - 1) * stride + taps - length, 0)
    return total // 2, total - total // 2


class Torch:
    """One convolution in PyTorch, channels last; uneven padding is put in front, outside of what is timed."""

    def __init__(self, shape):
        pictures, height, width, channels, filters, taps, stride, groups = (
            int(n or 1) for n in SHAPES.fullmatch(shape).groups()
        )
        sizes = [(n, taps if n > 1 else 1, stride if n > 1 else 1) for n in (height, width)]
        pads = [same_padding(*size) for size in sizes]
        even = all(before == after for before, after in pads)
        x = torch.randn(pictures, channels, height, width)
        if not even:
            x = torch.nn.functional.pad(x, [*pads[1], *pads[0]])
        self.x = x.to(memory_format=torch.channels_last)
        kernel = torch.randn(filters, channels // groups, sizes[0][1], sizes[1][1])
        self.kernel = kernel.to(memory_format=torch.channels_last)
        self.bias = torch.randn(filters)
        strides, padding = [size[2] for size in sizes], [p[0] if even else 0 for p in pads]
        self.options = (strides, padding, [1, 1], False, [0, 0], groups)
        self.dy = torch.randn_like(self.run("forward"))

    def run(self, name):
        if name == "forward":
            return torch.ops.aten.convolution(self.x, self.kernel, self.bias, *self.options)
        mask = [name == "input gradient", name == "weight gradient", False]
        return torch.ops.aten.convolution_backward(
            self.dy, self.x, self.kernel, [len(self.bias)], *self.options, mask
        )

    def seconds(self, name, budget):
        """The median time of a call."""
        self.run(name)
        times, end = [], time.perf_counter() + budget
        while time.perf_counter() < end or len(times) < 3:
            start = time.perf_counter()
            self.run(name)
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def lamella(program, name, shape, threads, budget):
    """The rate, its share of the machine's, and seconds a call."""
    flags = [
        f"--benchmark_filter=conv {name}.{re.escape(shape)}.{threads}.",
        f"--benchmark_min_time={budget}",
        "--benchmark_repetitions=3",
    ]
    text = subprocess.run([program, *flags], check=True, capture_output=True, text=True).stdout
    rate, share, seconds = re.search(r"([\d.]+) GFLOP/s +(\d+) % +([\d.e+-]+) us", text).groups()
    return float(rate), int(share), float(seconds) / 1e6


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="of each repetition")
    parser.add_argument("--filter", default="", help="part of a shape")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    program = build()
    listing = subprocess.run(
        [program, "--benchmark_list_tests=true"], check=True, capture_output=True, text=True
    ).stdout
    shapes = dict.fromkeys(re.findall(r"conv forward\|([^|]*)\|", listing))
    print(f"{'shape':26}" + "".join(f"{name:>32}" for name in PASSES))
    for shape in shapes:
        if args.filter not in shape:
            continue
        other, cells = Torch(shape), []
        for name in PASSES:
            rounds = []
            for _ in range(args.rounds):
                rate, share, seconds = lamella(program, name, shape, args.threads, args.seconds)
                rounds.append((other.seconds(name, 2 * args.seconds) / seconds, rate, share))
            ratio, rate, share = (statistics.median(column) for column in zip(*rounds, strict=True))
            cells.append(f"{rate:10.1f} GFLOP/s {share:3.0f} %  {ratio:5.2f}")
        print(f"{shape:26}" + "".join(f"{cell:>32}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
