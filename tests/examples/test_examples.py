"""The examples, as a user runs them."""

import re
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from repository import ROOT

DIGITS = ROOT / "examples" / "digits.py"


def test_digits_reaches_its_accuracy_and_draws_its_picture(tmp_path):
    picture = tmp_path / "digits.png"
    result = subprocess.run(
        [sys.executable, DIGITS, "--seed", "1", "--picture", picture],
        capture_output=True,
        text=True,
        check=True,
    )
    accuracy = float(re.search(r"^test accuracy: (0\.\d+)$", result.stdout, re.MULTILINE).group(1))
    assert accuracy >= 0.97
    assert "Total params" in result.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_pictures_from_a_file_and_from_folders(tmp_path):
    """The residual network on digits, which are small enough, first as an npz, then as a folder of files."""
    image = pytest.importorskip("PIL.Image")
    pixels, labels = load_digits(return_X_y=True)
    pictures = np.repeat((pixels * 15).astype("uint8").reshape(-1, 8, 8, 1), 3, axis=3)
    parts = {"train": slice(300), "test": slice(300, 400)}
    arrays = {f"x_{part}": pictures[rows] for part, rows in parts.items()}
    np.savez(tmp_path / "digits.npz", **arrays, **{f"y_{part}": labels[rows] for part, rows in parts.items()})
    for part, rows in parts.items():
        for number, (picture, label) in enumerate(zip(pictures[rows], labels[rows], strict=True)):
            folder = tmp_path / "digits" / part / str(label)
            folder.mkdir(parents=True, exist_ok=True)
            image.fromarray(picture).save(folder / f"{number}.png")
    for data in ("digits.npz", "digits"):
        drawn = tmp_path / "picture.png"
        arguments = ["--data", tmp_path / data, "--epochs", "8", "--picture", drawn]
        script = DIGITS.with_name("cifar10.py")
        result = subprocess.run(
            [sys.executable, script, *arguments], capture_output=True, text=True, check=True
        )
        assert float(re.search(r"^test accuracy: (0\.\d+)$", result.stdout, re.MULTILINE).group(1)) >= 0.5
        assert drawn.read_bytes().startswith(b"\x89PNG")
        drawn.unlink()


def test_transfer_learning_learns_the_other_digits(tmp_path):
    """On scikit-learn's digits, blown up to the size of MNIST's."""
    pixels, labels = load_digits(return_X_y=True)
    pictures = np.kron((pixels * 15).astype("uint8").reshape(-1, 8, 8), np.ones((3, 3), "uint8"))
    pictures = np.pad(pictures, ((0, 0), (2, 2), (2, 2)))
    parts = {"train": slice(1200), "test": slice(1200, None)}
    arrays = {f"x_{part}": pictures[rows] for part, rows in parts.items()}
    np.savez(tmp_path / "digits.npz", **arrays, **{f"y_{part}": labels[rows] for part, rows in parts.items()})
    picture = tmp_path / "picture.png"
    arguments = ["--data", tmp_path / "digits.npz", "--seeds", "1", "--per-class", "10", "--picture", picture]
    script = DIGITS.with_name("transfer_learning.py")
    result = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=True)
    accuracies = re.findall(r"^test accuracy .*: (0\.\d+) after", result.stdout, re.MULTILINE)
    assert len(accuracies) == 3
    assert min(map(float, accuracies)) >= 0.8
    assert picture.read_bytes().startswith(b"\x89PNG")


# What each prints last or says of its best, and how much of it is asked for.
CHAPTERS = {
    "initialisation": (r"^test accuracy with Glorot: (0\.\d+)$", 0.94),
    "regularisation": (r"^test accuracy, dropout: (0\.\d+)$", 0.92),
    "batch_normalisation": (r"^test accuracy with batch normalisation: (0\.\d+)$", 0.95),
    "optimizers": (r"^test accuracy with Adam: (0\.\d+)$", 0.94),
    "custom_layer": (r"^test accuracy with maxout: (0\.\d+)$", 0.95),
    "tabular": (r"^breast cancer, accuracy: (0\.\d+)$", 0.93),
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapters_print_their_number_and_draw_their_picture(name, tmp_path):
    pattern, least = CHAPTERS[name]
    picture = tmp_path / "picture.png"
    result = subprocess.run(
        [sys.executable, DIGITS.with_name(f"{name}.py"), "--picture", picture],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(re.search(pattern, result.stdout, re.MULTILINE).group(1)) >= least
    assert picture.read_bytes().startswith(b"\x89PNG")
