"""What a call costs beside its arithmetic: of a layer, a step, an epoch, a fit, a prediction, and starting.

    python benchmarks/overhead.py [--threads 2] [--seconds 0.2]

A layer is what twenty more of one unit add to a step on one row; a step is one such layer; an epoch is what
more epochs of one step add to a fit; a fit is what remains of one with one epoch of one step. Starting is
measured in processes of their own, which have NumPy already: importing alone, and up to the end of a first
prediction, or of a first fit, of a small model.
"""

import argparse
import statistics
import subprocess
import sys
import timeit

import numpy as np

import lamella
from lamella import layers


def microseconds(run, seconds):
    """The median time of a call, over slices of which each takes about a ninth of the time."""
    run()
    timer = timeit.Timer(run)
    repeats = max(1, int(seconds / 9 / timer.timeit(1)))
    return statistics.median(timer.repeat(9, repeats)) / repeats * 1e6


def chain(units, width, activation=None):
    """Dense layers of one width, compiled."""
    model = lamella.Sequential([layers.Input((width,)), *(layers.Dense(n, activation) for n in units)])
    model.compile(lamella.optimizers.SGD(1e-4), "mean_squared_error")
    return model


def fit(model, rows, width, units, epochs):
    x, y = np.ones((rows, width), "float32"), np.ones((rows, units), "float32")
    return lambda: model.fit(x, y, batch_size=1, epochs=epochs, shuffle=False, verbose=0)


def training(seconds):
    steps, few, many = 2000, chain([1], 1), chain([1] * 21, 1)
    step = microseconds(fit(few, steps, 1, 1, 1), seconds) / steps
    deep = microseconds(fit(many, steps, 1, 1, 1), seconds) / steps
    one, eleven = (microseconds(fit(few, 1, 1, 1, epochs), seconds) for epochs in (1, 11))
    epoch = (eleven - one) / 10
    return {
        "layer, in a training step": ((deep - step) / 20, 0.1),
        "step": (step, 1),
        "epoch of fit": (epoch - step, 20),
        "fit": (one - epoch, 100),
    }


def prediction(seconds):
    model, x = chain([32, 10], 64, "relu"), np.ones((1, 64), "float32")
    return {
        "model(x), 64-32-10, one row": (microseconds(lambda: model(x), seconds), 5),
        "predict_on_batch": (microseconds(lambda: model.predict_on_batch(x), seconds), 5),
        "predict": (microseconds(lambda: model.predict(x, verbose=0), seconds), 15),
    }


MODEL = """
model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(16, "relu"), lamella.layers.Dense(3)])
x, y = numpy.ones((8, 4), "float32"), numpy.ones((8, 3), "float32")
"""
PREDICTION = f"{MODEL}model.predict(x, verbose=0)"
FIT = f"{MODEL}model.compile('adam', 'mse')\nmodel.fit(x, y, verbose=0)"


def started(code, processes=9):
    """The median time of a fresh process to import lamella and run this code."""
    begin = "import numpy, time\nbegin = time.perf_counter()\nimport lamella\n"
    timed = f"{begin}{code}\nprint(time.perf_counter() - begin)"
    command = [sys.executable, "-c", timed]
    times = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(processes)]
    return statistics.median(times) * 1e6


def starting():
    return {
        "import": (started(""), 30_000),
        "import to a first prediction": (started(PREDICTION), 80_000),
        "import to the end of a first fit": (started(FIT), 90_000),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=lamella.config.num_threads())
    parser.add_argument("--seconds", type=float, default=0.2)
    arguments = parser.parse_args()
    lamella.config.set_num_threads(arguments.threads)
    print(f"{'microseconds':32s}{'measured':>10s}{'limit':>8s}")
    calls = {**training(arguments.seconds), **prediction(arguments.seconds), **starting()}
    for name, (measured, limit) in calls.items():
        print(f"{name:32s}{measured:10.3f}{limit:8g}")


if __name__ == "__main__":
    main()
