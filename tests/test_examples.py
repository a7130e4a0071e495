"""The examples, as a user runs them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DIGITS = Path(__file__).parent.parent / "examples" / "digits.py"


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
