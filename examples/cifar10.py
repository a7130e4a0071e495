"""Trains a residual network with augmentation on small pictures, and draws what it learned.

python examples/cifar10.py --data cifar10.npz [--epochs 30] [--picture cifar10.png]

The data are an npz with the arrays x_train, y_train, x_test, y_test, pictures as bytes, or a folder with the
folders `train` and `test`, in these one folder a class, in these pictures of one size.
"""

import argparse
import time
from pathlib import Path

import chapter
import numpy as np

import lamella
from lamella import layers

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def load_folder(folder, classes):
    """Pictures and the numbers of their classes."""
    from PIL import Image

    files = [
        (path, number) for number, name in enumerate(classes) for path in sorted((folder / name).iterdir())
    ]
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path, _ in files]
    return np.stack(pictures), np.array([number for _, number in files])


def load(path):
    """x_train, y_train, x_test, y_test and the names of the classes."""
    if path.is_dir():
        classes = sorted(entry.name for entry in (path / "train").iterdir())
        return *load_folder(path / "train", classes), *load_folder(path / "test", classes), classes
    with np.load(path) as data:
        arrays = [data[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    count = int(arrays[1].max()) + 1
    return *arrays, CIFAR10 if count == 10 else [str(number) for number in range(count)]


def convolution(filters, strides=1, size=3):
    """A convolution and its normalisation; the convolution's bias would be taken away again."""
    return [
        layers.Conv2D(filters, size, strides, "same", use_bias=False, kernel_initializer="he_normal"),
        layers.BatchNormalization(momentum=0.9),
    ]


def residual(filters, strides=1):
    """Two convolutions and a shortcut around them, which is a convolution itself where the shape changes."""
    shortcut = convolution(filters, strides, size=1) if strides > 1 else None
    body = [*convolution(filters, strides), layers.ReLU(), *convolution(filters)]
    return [layers.Residual(body, shortcut), layers.ReLU()]


def build_model(shape, classes, steps):
    model = lamella.Sequential(
        [
            layers.Input(shape),
            layers.RandomFlip("horizontal"),
            layers.RandomTranslation(0.125, 0.125, interpolation="nearest"),
            layers.Rescaling(1 / 127.5, offset=-1),
            *convolution(32),
            layers.ReLU(),
            *residual(32),
            *residual(64, strides=2),
            *residual(128, strides=2),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.2),
            layers.Dense(classes, activation="softmax"),
        ],
        name="residual_network",
    )
    rate = lamella.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=0.1, warmup_steps=steps // 8)
    optimizer = lamella.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=5e-3)
    loss = lamella.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def draw(path, history, x, y, predicted, names):
    """The learning curve, and beside it test pictures: some that were recognised, some that were not."""
    accuracy = np.mean(predicted == y)
    figure, (curves, grid) = chapter.new_picture(f"{accuracy:.1%} of unseen pictures are recognised", 2)
    accuracies = history["accuracy"]
    epochs = np.arange(1, len(accuracies) + 1)
    curves.plot(epochs, accuracies, color=chapter.COLOURS[2])
    curves.plot(epochs[-1], accuracy, "o", color=chapter.COLOURS[0])
    ends = [(epochs[-1], accuracies[-1], "training, augmented", chapter.COLOURS[2])]
    chapter.label(curves, [*ends, (epochs[-1], accuracy, "test", chapter.COLOURS[0])])
    chapter.title(curves, "Accuracy", "epoch")
    grid.axis("off")
    chapter.title(grid, "Recognised (above), and not (below)", "")
    right, wrong = np.flatnonzero(predicted == y), np.flatnonzero(predicted != y)
    for row, chosen in enumerate([right[:4], right[4:8], wrong[:4], wrong[4:8]]):
        for column, index in enumerate(chosen):
            box = grid.inset_axes([0.25 * column, 0.78 - 0.25 * row - 0.05 * (row > 1), 0.18, 0.18])
            box.imshow(x[index])
            box.axis("off")
            text = names[predicted[index]] + ("" if row < 2 else f"\n({names[y[index]]})")
            box.set_title(text, fontsize=6, color=chapter.INK if row < 2 else chapter.COLOURS[0], pad=1)
    figure.savefig(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="npz or folder of pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--picture", default="cifar10.png")
    arguments = parser.parse_args()

    lamella.utils.set_random_seed(arguments.seed)
    x_train, y_train, x_test, y_test, names = load(arguments.data)
    batch = 100
    model = build_model(x_train.shape[1:], len(names), arguments.epochs * -(-len(x_train) // batch))
    model.summary()
    one_hot = np.eye(len(names), dtype="float32")
    start = time.perf_counter()
    history = model.fit(
        x_train,
        one_hot[y_train],
        batch_size=batch,
        epochs=arguments.epochs,
        verbose=2,
    ).history
    seconds = time.perf_counter() - start
    predicted = model.predict(x_test, verbose=0).argmax(1)
    draw(arguments.picture, history, x_test, y_test, predicted, names)
    print(f"{seconds:.0f} s on {lamella.config.num_threads()} threads; picture: {arguments.picture}")
    print(f"test accuracy: {np.mean(predicted == y_test):.4f}")


if __name__ == "__main__":
    main()
