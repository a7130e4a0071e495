"""Trainings that end in the same bits on every machine that has the instruction set: what the core does not
compute is a small fraction.

    python tests/support/recorded_networks.py    # record their hashes anew, where a change of bits is meant

Such a change is told in the changelog.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import lamella
from lamella import _core, layers, optimizers

RECORD = Path(__file__).parent.parent / "core" / "recorded_bits.json"
"""Hashes by instruction set and training."""


def numbers(*shape, scale=1.0, dtype="float32"):
    """Numbers of 10 bits in [-scale, scale), alike for every version of NumPy."""
    count = int(np.prod(shape))
    drawn = (np.arange(1, count + 1, dtype=np.uint64) * 2654435761 >> np.uint64(13)) % np.uint64(1024)
    return ((drawn.astype(dtype) / 512 - 1) * scale).reshape(shape)


def labels(rows, classes):
    return np.arange(rows) * 7 % classes


def dense(dtype):
    return [
        layers.Input((37,), dtype=dtype),
        layers.Dense(130, "gelu", dtype=dtype),
        layers.Dropout(0.3, seed=1, dtype=dtype),
        layers.Dense(257, "relu", kernel_regularizer="l1_l2", kernel_constraint="max_norm", dtype=dtype),
        layers.LayerNormalization(dtype=dtype),
        layers.Dense(64, "tanh", use_bias=False, dtype=dtype),
        layers.BatchNormalization(dtype=dtype),
        layers.PReLU(dtype=dtype),
        layers.GaussianNoise(0.1, seed=2, dtype=dtype),
        layers.Dense(10, "softmax", dtype=dtype),
    ]


def convolutional(dtype):
    return [
        layers.Input((16, 14, 3), dtype=dtype),
        layers.Conv2D(32, 3, padding="same", activation="relu", dtype=dtype),
        layers.Conv2D(48, 3, padding="same", activation="relu", dtype=dtype),
        layers.MaxPooling2D(dtype=dtype),
        layers.DepthwiseConv2D(3, padding="same", dtype=dtype),
        layers.BatchNormalization(dtype=dtype),
        layers.Conv2D(40, 5, strides=2, groups=4, activation="silu", dtype=dtype),
        layers.Conv2DTranspose(16, 3, strides=2, dtype=dtype),
        layers.GroupNormalization(4, dtype=dtype),
        layers.GlobalAveragePooling2D(dtype=dtype),
        layers.Dense(10, "softmax", dtype=dtype),
    ]


OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.125, momentum=0.875, nesterov=True, clipnorm=1.0),
    "adam": lambda: optimizers.Adam(0.0078125, amsgrad=True, weight_decay=0.00390625),
    "rmsprop": lambda: optimizers.RMSprop(0.0078125, momentum=0.5, centered=True),
    "nadam": lambda: optimizers.Nadam(0.0078125, use_ema=True, ema_momentum=0.875),
    "lion": lambda: optimizers.Lion(0.0009765625, gradient_accumulation_steps=2),
    "ftrl": lambda: optimizers.Ftrl(0.0625, l1_regularization_strength=0.0078125),
}
NETWORKS = {
    "dense": (dense, "sgd", "adam", "ftrl"),
    "convolutional": (convolutional, "rmsprop", "nadam", "lion"),
}


def trained(make, optimizer, dtype):
    model = lamella.Sequential(make(dtype), seed=3)
    model.set_weights(
        [numbers(*w.shape, scale=0.25, dtype=dtype) + (w.ndim == 1) for w in model.get_weights()]
    )
    model.compile(OPTIMIZERS[optimizer](), "sparse_categorical_crossentropy")
    x = numbers(70, *model.input_shape[1:], dtype=dtype)
    model.fit(x, labels(70, 10), batch_size=32, epochs=2, verbose=0)
    return model


def digest(model):
    weights = b"".join(np.ascontiguousarray(weight).tobytes() for weight in model.get_weights())
    return hashlib.sha256(weights).hexdigest()[:16]


def digests():
    """Their hashes, by network, optimizer and numeric type."""
    return {
        f"{network} {optimizer} {dtype}": digest(trained(make, optimizer, dtype))
        for network, (make, *names) in NETWORKS.items()
        for optimizer in names
        for dtype in ("float32", "float64")
    }


def digests_on(isa, threads):
    """The hashes as a process of its own finds them."""
    process = subprocess.run(
        [sys.executable, __file__, str(threads)],
        env={**os.environ, "LAMELLA_ISA": isa},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(process.stdout)


def main(threads=None):
    if threads is not None:
        lamella.config.set_num_threads(int(threads))
        print(json.dumps(digests()))
        return
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    known |= {isa: digests_on(isa, 1) for isa in _core.available_isas()}
    RECORD.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
