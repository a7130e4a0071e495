"""Instruction sets: LAMELLA_ISA chooses one, and arithmetic shows which one ran."""

import os
import subprocess
import sys

import pytest

from lamella import _core

# a * a needs 25 bits: rounded on its own it is 1 + 2^-11, so only a fused multiply-add leaves 2^-24.
PROBE = """
import numpy as np, lamella
from lamella import _core
a = np.float32(1 + 2.0**-12)
model = lamella.Sequential([lamella.layers.Input((2,)), lamella.layers.Dense(2, use_bias=False)])
model.set_weights([np.array([2 * [-(1 + 2.0**-11)], 2 * [a]], "float32")])
print(_core.isa(), float(model.predict_on_batch(np.array([[1, a]], "float32"))[0, 0]))
"""


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True
    )


@pytest.mark.parametrize("isa", _core.available_isas())
def test_the_chosen_instruction_set_runs(isa):
    name, residue = run(PROBE, LAMELLA_ISA=isa).stdout.split()
    assert name == isa
    assert float(residue) == (0.0 if isa == "baseline" else 2.0**-24)


def test_the_best_instruction_set_is_the_default():
    environment = {key: value for key, value in os.environ.items() if key != "LAMELLA_ISA"}
    code = "from lamella import _core; print(_core.isa(), *_core.available_isas())"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    chosen, *available = result.stdout.split()
    assert chosen == available[-1]
    assert available[0] in ("baseline", "neon")


def test_unknown_instruction_set_is_refused_by_name():
    result = run("import lamella; lamella.Sequential", LAMELLA_ISA="mmx")
    assert result.returncode == 1
    assert "mmx" in result.stderr
    assert _core.available_isas()[0] in result.stderr
