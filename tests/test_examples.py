"""The example of the README, as a user runs it."""

import re
import subprocess
import sys
from pathlib import Path

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
