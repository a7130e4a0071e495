"""Peak resident memory of a training epoch beside what has to lie there.

    python benchmarks/memory.py [--network dense] [--rows 60000] [--batch-size 128]

The dense network is 784-512-512-10 with dropout, trained by Adam; the convolutional one six 3x3 convolutions
with batch normalisation on 32x32 pictures, trained by SGD with momentum. What has to lie there is the data
set, and what the model's summary announces for a step: parameters, gradients, slots, activations, packed
kernels, batch. The peak is that of the whole process, the interpreter and NumPy included.
"""

import argparse
import re
import resource

import numpy as np
from training_step import WORKLOADS, lamella_model

import lamella

NETWORKS = {
    "dense": WORKLOADS["784-512-512-10, dropout, Adam"],
    "convolutional": WORKLOADS["32x32, 6 convolutions, SGD"],
}


def peak_bytes():
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
    parser.add_argument("--network", choices=NETWORKS, default="dense")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--batch-size", type=int, default=128)
    arguments = parser.parse_args()
    interpreter = peak_bytes()
    print(f"lamella {lamella.__version__}, {arguments.network} network, batches of {arguments.batch_size}")
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, arguments.rows)
    model = lamella_model(NETWORKS[arguments.network])
    x = rng.random((arguments.rows, *model.input_shape[1:]), dtype=np.float32)
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
