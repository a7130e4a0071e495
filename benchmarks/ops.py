"""Times every op case of tests/support/op_cases.py, after checking that float32 agrees with float64.

python benchmarks/ops.py [--rows 128] [--features 256] [--threads 2] [dense relu ...]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import lamella
from lamella import _core

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
from op_cases import CASES, build, relative_error


def median_microseconds(run, seconds=0.2):
    """The median time of a call over about `seconds`, the first call left out."""
    run()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def verify(case, rows, shape):
    single, double = (build(case, rows, shape, dtype) for dtype in ("float32", "float64"))
    actual, expected = (_core.Predictor(b.program, training=True)(b.x, seed=1) for b in (single, double))
    error = relative_error(actual, expected)
    if not error < case.float32_tolerance:
        raise SystemExit(f"{case.name}: float32 is {error:.1e} from float64")


def measure(case, rows, shape):
    """Microseconds of a forward pass and of a whole training step, the dense node in front included."""
    built = build(case, rows, shape, "float32")
    predictor, trainer, feed = _core.Predictor(built.program), built.trainer(), built.feed

    def step():
        trainer.start(feed, rows)
        trainer.run(0.0)

    return median_microseconds(lambda: predictor(built.x)), median_microseconds(step)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="cases; all when none is named")
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--features", type=int, default=256)
    parser.add_argument("--threads", type=int, default=lamella.config.num_threads())
    arguments = parser.parse_args()
    lamella.config.set_num_threads(arguments.threads)
    print(f"{arguments.rows} rows, {arguments.threads} threads, {_core.isa()}; medians in microseconds")
    print(f"{'case':48}{'forward':>10}{'step':>10}")
    for case in CASES:
        if arguments.names and case.name not in arguments.names:
            continue
        shape = (*[2] * (case.ranks[0] - 1), arguments.features)
        verify(case, arguments.rows, shape)
        forward, step = measure(case, arguments.rows, shape)
        print(f"{case.name:48}{forward:10.1f}{step:10.1f}")


if __name__ == "__main__":
    main()
