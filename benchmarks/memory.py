"""Peak resident memory of a training epoch beside what has to lie there.

    python benchmarks/memory.py [--rows 60000] [--batch-size 128]

The network is 784-512-512-10 with dropout, trained by Adam. What has to lie there is the data set, and what
the model's summary announces for a step: parameters, gradients, slots, activations, packed kernels, batch.
The peak is that of the whole process, the interpreter and NumPy included.
"""

import argparse
import re
import resource

import numpy as np

import lamella
from lamella import layers


def peak_bytes():
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def network():
    stack = [layers.Input((784,))]
    for _ in range(2):
        stack += [layers.Dense(512, activation="relu"), layers.Dropout(0.2)]
    model = lamella.Sequential([*stack, layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def announced_bytes(model, batch_size):
    """What the summary says that a training step keeps."""
    lines = []
    model.summary(batch_size=batch_size, print_fn=lines.append)
    found = re.search(r"Memory: ([\d,]+) bytes", "\n".join(lines))
    return int(found[1].replace(",", ""))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--batch-size", type=int, default=128)
    arguments = parser.parse_args()
    interpreter = peak_bytes()
    rng = np.random.default_rng(0)
    x = rng.random((arguments.rows, 784), dtype=np.float32)
    y = rng.integers(0, 10, arguments.rows)
    model = network()
    needed = x.nbytes + y.nbytes + announced_bytes(model, arguments.batch_size)
    model.fit(x, y, batch_size=arguments.batch_size, verbose=0)
    for name, size in (
        ("interpreter, NumPy and lamella", interpreter),
        ("data set and what the summary announces", needed),
        ("peak of the process", peak_bytes()),
    ):
        print(f"{name:42s}{size / 1e6:8.1f} MB")
    print(f"{'peak / data set and announced':42s}{peak_bytes() / needed:8.2f}")


if __name__ == "__main__":
    main()
