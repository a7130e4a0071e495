"""Throws damaged and invented files at the loaders: `python tests/saving/fuzz_loaders.py LOADER [--runs N]`.

Needs atheris (libFuzzer for Python). The corpus are valid files; an input is one of them changed byte by
byte or, more often, in its structure: values of its JSON are replaced, removed and doubled, and length and
checksum put right again, so that what lies behind them is reached. A loader may only return a model or raise
a ValueError that names the file; it has a second, and twice the size of the file and 16 MB of memory.
"""

import argparse
import copy
import io
import json
import pathlib
import random
import sys
import tempfile
import zipfile

import atheris

with atheris.instrument_imports(include=["lamella"]):
    import lamella
    from lamella import layers
    from lamella.saving.keras import file as keras_file
    from lamella.saving.native import model_file

import numpy as np
from safetensors.numpy import save

ALLOWANCE = 16 << 20

WILD = [
    *(None, True, False, 0, 1, -1, 2, 3, 0.5, -0.0, 1e308, float("nan")),
    *(1 << 27, 1 << 31, 1 << 63, 1 << 70),
    *("", "relu", "dense", "Dense", "Sequential", "InputLayer", "float64", "same", "\ud800", "a" * 5000),
    *([], {}, [None], [1, 2, 3], [[]], {"class_name": "Dense", "config": {"units": 3}}),
    *("Adam", "layers", "mse", "channels_first", "../x", "os", "__class__", "function"),
]


def small_models():
    """Models that between them hold every kind of thing a file can say."""
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    stack = [
        layers.Dense(2, "relu", kernel_regularizer="l2", kernel_constraint="max_norm"),
        layers.BatchNormalization(),
        layers.Residual([layers.Dropout(0.5)]),
        layers.Dense(1),
    ]
    first = lamella.Sequential([lamella.Input((3,)), *stack])
    rate = lamella.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    scores = ["mae", lamella.metrics.R2Score(), lamella.metrics.AUC(num_thresholds=50)]
    weighted = [lamella.metrics.Precision([0.2, 0.5]), lamella.metrics.TopKCategoricalAccuracy(k=1)]
    adam = lamella.optimizers.Adam(rate, use_ema=True)
    first.compile(adam, "mse", metrics=scores, weighted_metrics=weighted)
    first.fit(x, y, verbose=0)
    pictures = [
        layers.Conv2D(2, 2, padding="same", activation="gelu"),
        layers.MaxPooling2D(2),
        layers.Branches([[layers.DepthwiseConv2D(1)], [layers.UpSampling2D(1, interpolation="bilinear")]]),
        layers.Flatten(),
        lamella.Sequential([layers.Dense(1, "sigmoid")]),
    ]
    second = lamella.Sequential([lamella.Input((4, 4, 1)), *pictures])
    second.compile("sgd", lamella.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["accuracy", "AUC"])
    return [first, second, lamella.Sequential([layers.PReLU(), layers.LayerNormalization()])]


class OwnFiles:
    """`load_model` on files of this library; what is loaded must have a summary too."""

    suffix = ".safetensors"

    def corpus(self, path):
        for model in small_models():
            model.save(path)
            yield path.read_bytes()

    def load(self, path):
        lamella.saving.load_model(path).summary(print_fn=lambda line: None)

    def change(self, data, rng):
        header, values = parts_of(data)
        content = json.loads(header["__metadata__"]["lamella"])
        if rng.random() < 0.2:
            change_tree(header, rng)
        else:
            change_tree(content, rng)
            header["__metadata__"]["lamella"] = json.dumps(content)
        put_checksum_right(header, values)
        return joined(header, values)


class KerasFiles(OwnFiles):
    """The same of `.keras` files: the configs in them are changed, their weights only byte by byte."""

    suffix = ".keras"

    def change(self, data, rng):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        metadata, config = json.loads(members["metadata.json"]), json.loads(members["config.json"])
        change_tree(config, rng)
        members["config.json"] = json.dumps(config).encode()
        checksum = keras_file.checksum_of(members["config.json"], members["model.weights.h5"])
        metadata["lamella_checksum"] = checksum
        if rng.random() < 0.1:
            change_tree(metadata, rng)
        members["metadata.json"] = json.dumps(metadata).encode()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return buffer.getvalue()


class TorchWeights(OwnFiles):
    """`load_torch_state_dict` on files of weights."""

    def corpus(self, path):
        self.model = lamella.Sequential([lamella.Input((3,)), layers.Dense(2), layers.BatchNormalization()])
        names = {"0.weight": (2, 3), "0.bias": (2,)}
        names |= dict.fromkeys(("1.weight", "1.bias", "1.running_mean", "1.running_var"), (2,))
        for dtype in ("float32", "float16"):
            yield save({name: np.ones(shape, dtype) for name, shape in names.items()})

    def load(self, path):
        lamella.saving.load_torch_state_dict(self.model, path)

    def change(self, data, rng):
        header, values = parts_of(data)
        change_tree(header, rng)
        return joined(header, values)


TARGETS = {"own": OwnFiles, "torch": TorchWeights, "keras": KerasFiles}


def parts_of(data):
    """The header of a safetensors file, and the values behind it."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def joined(header, values):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + values


def put_checksum_right(header, values):
    """As far as the header makes sense."""
    try:
        entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
        parts = {}
        for name, entry in entries.items():
            begin, end = entry["data_offsets"]
            parts[name] = (entry["dtype"], tuple(entry["shape"]), lamella._core.checksum(values[begin:end]))
        text = header["__metadata__"]["lamella"]
        header["__metadata__"]["checksum"] = model_file.checksum_of(text, parts)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        pass


def places(tree):
    """Every container with every key in it."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            waiting.append(node[key])
    return found


def change_tree(tree, rng):
    """Replace, remove, double, rename or exchange one to three of the values."""
    for _ in range(rng.randint(1, 3)):
        found = places(tree)
        if not found:
            return
        node, key = rng.choice(found)
        action = rng.randrange(6)
        if action < 2:
            node[key] = copy.deepcopy(rng.choice(WILD))
        elif action == 2:
            del node[key]
        elif action == 3:
            other, at = rng.choice(found)
            node[key] = copy.deepcopy(other[at])
        elif action == 4 and isinstance(node[key], (int, float)):
            node[key] = node[key] * rng.choice([-1, 2, 1000, 0.5])
        elif isinstance(node, list):
            node.insert(key, copy.deepcopy(node[key]))
        else:
            node[rng.choice(["name", "units", "layers", "config", "shape", "x"])] = node[key]


def reset_peak_memory():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def memory(name):
    """`VmHWM`, the peak since the last reset, or `VmRSS`, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


class Fuzzer:
    """Loads input after input, and says what must not have happened."""

    def __init__(self, target, folder):
        self.target = target
        self.path = folder / f"input{target.suffix}"
        self.corpus = list(target.corpus(self.path))
        self.counts = {"loaded": 0, "refused": 0}

    def check(self, data):
        self.path.write_bytes(data)
        reset_peak_memory()
        before = memory("VmRSS")
        try:
            self.target.load(self.path)
            self.counts["loaded"] += 1
        except ValueError as error:
            if self.path.name not in str(error):
                raise RuntimeError("the file is not named") from error
            self.counts["refused"] += 1
        if sum(self.counts.values()) % 20_000 == 0:
            print(self.counts, flush=True)
        used = memory("VmHWM") - before
        assert used <= 2 * len(data) + ALLOWANCE, f"{used} bytes of memory for {len(data)} of file"

    def mutate(self, data, max_size, seed):
        rng = random.Random(seed)
        if rng.random() < 0.3:
            return atheris.Mutate(data, max_size)
        try:
            return self.target.change(data if rng.random() < 0.5 else rng.choice(self.corpus), rng)[:max_size]
        except Exception:  # what is damaged already may have no structure to change
            return atheris.Mutate(data, max_size)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("loader", choices=TARGETS)
    parser.add_argument("--runs", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fuzzer = Fuzzer(TARGETS[arguments.loader](), folder)
        (folder / "corpus").mkdir()
        for number, data in enumerate(fuzzer.corpus):
            (folder / "corpus" / str(number)).write_bytes(data)
        longest = max(1 << 16, 2 * max(map(len, fuzzer.corpus)))
        options = [f"-runs={arguments.runs}", "-timeout=1", f"-max_len={longest}", "-verbosity=0"]
        atheris.Setup(
            [sys.argv[0], *options, str(folder / "corpus")],
            fuzzer.check,
            custom_mutator=fuzzer.mutate,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
