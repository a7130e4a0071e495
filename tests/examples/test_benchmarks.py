"""The benchmarks start: what they take from each other is there, and one of them is run."""

import re
import subprocess
import sys

import pytest

from repository import ROOT

BENCHMARKS = ROOT / "benchmarks"


def run(script, *arguments):
    command = [sys.executable, BENCHMARKS / script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("script", sorted(path.name for path in BENCHMARKS.glob("*.py")))
def test_each_tells_what_it_does(script):
    if script == "convolution.py":
        pytest.importorskip("torch")
    assert "usage:" in run(script, "--help")


def test_the_peak_of_a_training_is_what_is_announced_and_the_interpreter():
    printed = run("memory.py", "--network", "convolutional", "--rows", "64", "--batch-size", "64")
    started, needed, peak = (float(size) for size in re.findall(r"([\d.]+) MB", printed))
    assert needed < peak < 1.2 * (started + needed)
