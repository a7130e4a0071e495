"""Trains a 784-512-512-10 network with dropout on MNIST.

python examples/mnist.py --data mnist.npz [--seed 0] [--epochs 20]

The file is the one Keras distributes: arrays x_train, y_train, x_test, y_test.
"""

import argparse
import time

import numpy as np

import lamella
from lamella import layers


class Epochs(lamella.callbacks.Callback):
    """Takes the time of every epoch and lowers the learning rate from one to the next."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 1e-3 * 0.85**epoch
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)


def build_model():
    model = lamella.Sequential(
        [
            layers.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist",
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="path of mnist.npz")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()

    lamella.utils.set_random_seed(arguments.seed)
    with np.load(arguments.data) as data:
        x_train, y_train, x_test, y_test = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    model = build_model()
    model.summary()
    epochs = Epochs()
    model.fit(x_train, y_train, batch_size=128, epochs=arguments.epochs, callbacks=[epochs])
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"{np.median(epochs.seconds):.2f} s an epoch on {lamella.config.num_threads()} threads")
    print(f"test accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
