"""Loading a model of 100 MB beside reading the same file with the safetensors library.

    python benchmarks/files.py [--repeats 21]

The file is in the system's cache. `load_file` reads it into arrays; `load_model` checks it, sums up the
checksum, builds the model and reads into its variables. Both take turns; medians.
"""

import argparse
import pathlib
import tempfile
import time

import numpy as np
from safetensors.numpy import load_file

import lamella


def milliseconds(call):
    """How long a call takes; what it returns is let go of outside of that time."""
    start = time.perf_counter()
    result = call()
    elapsed = time.perf_counter() - start
    del result
    return 1e3 * elapsed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=21)
    arguments = parser.parse_args()
    stack = [lamella.layers.Dense(1000) for _ in range(25)]
    model = lamella.Sequential([lamella.Input((1000,)), *stack])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.safetensors"
        saving = milliseconds(lambda: model.save(path))
        loaded = lamella.saving.load_model(path)
        for value, again in zip(model.get_weights(), loaded.get_weights(), strict=True):
            np.testing.assert_array_equal(value, again)
        del loaded
        ways = {
            "safetensors load_file": lambda: load_file(path),
            "lamella load_model": lambda: lamella.saving.load_model(path),
        }
        times = {name: [] for name in ways}
        for _ in range(arguments.repeats):
            for name, way in ways.items():
                times[name].append(milliseconds(way))
        medians = {name: np.median(values) for name, values in times.items()}
        size = path.stat().st_size / 1e6
    print(f"lamella {lamella.__version__}, a file of {size:.0f} MB; saving took {saving:.0f} ms")
    for name, median in medians.items():
        print(f"{name:24s}{median:7.1f} ms{size / median:7.2f} GB/s")
    ratios = np.divide(times["lamella load_model"], times["safetensors load_file"])
    print(f"ratio, median of pairs  {np.median(ratios):7.2f}")


if __name__ == "__main__":
    main()
