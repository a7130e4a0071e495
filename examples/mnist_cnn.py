"""Trains a convolutional network on MNIST: 99.2 % of the test digits in six epochs.

python examples/mnist_cnn.py --data mnist.npz [--seed 0] [--epochs 6]

The file is the one Keras distributes: arrays x_train, y_train, x_test, y_test.
"""

import argparse
import time

import numpy as np

import lamella
from lamella import layers


def build_model(steps):
    """Two stages of convolutions; the learning rate falls to zero over all steps."""
    model = lamella.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu", kernel_initializer="he_normal"),
            layers.Conv2D(32, 3, activation="relu", kernel_initializer="he_normal"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Conv2D(64, 3, activation="relu", kernel_initializer="he_normal"),
            layers.Conv2D(64, 3, activation="relu", kernel_initializer="he_normal"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_cnn",
    )
    rate = lamella.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(lamella.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="path of mnist.npz")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=6)
    arguments = parser.parse_args()

    lamella.utils.set_random_seed(arguments.seed)
    with np.load(arguments.data) as data:
        x_train, y_train, x_test, y_test = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    batch = 128
    model = build_model(arguments.epochs * -(-len(x_train) // batch))
    model.summary()
    start = time.perf_counter()
    model.fit(x_train[..., None], y_train, batch_size=batch, epochs=arguments.epochs)
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(x_test[..., None], y_test, verbose=0)
    print(f"{seconds:.1f} s on {lamella.config.num_threads()} threads")
    print(f"test accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
