"""What users write passes type checkers, and the names that editors offer are those that are taken."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import lamella
from lamella import activations, initializers, losses, optimizers
from lamella.base import names
from repository import ROOT

PROGRAM = ROOT / "tests" / "support" / "users_program.py"
PACKAGE = Path(lamella.__file__).parents[1]
IS_INSTALLED = "site-packages" in PACKAGE.parts  # where mypy looks by itself, and MYPYPATH may not point


def checked(path, tmp_path):
    """What mypy says of a file, the library being found where it was imported from."""
    options = ["--strict", "--no-incremental", "--follow-imports=silent", "--no-error-summary"]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, path],
        env=None if IS_INSTALLED else {**os.environ, "MYPYPATH": str(PACKAGE)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_users_program_passes_mypy(tmp_path):
    pytest.importorskip("mypy")
    result = checked(PROGRAM, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_mypy_finds_what_is_wrong(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "wrong.py"
    program.write_text(
        "import lamella\n"
        "model = lamella.Sequential()\n"
        "model.optimizer.learning_rate = 'fast'\n"
        "model.fit(epochs='ten')\n"
    )
    result = checked(program, tmp_path)
    assert "wrong.py:3: error" in result.stdout
    assert "wrong.py:4: error" in result.stdout


def test_a_users_program_runs(tmp_path):
    pytest.importorskip("matplotlib")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    subprocess.run([sys.executable, PROGRAM], cwd=tmp_path, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("offered", "get"),
    [
        (names.ActivationName, activations.get),
        (names.InitializerName, initializers.get),
        (names.LossName, losses.get),
        (names.OptimizerName, optimizers.get),
    ],
)
def test_names_that_editors_offer_are_taken(offered, get):
    for name in get_args(offered):
        if name != "crossentropy":  # compile() settles it by the targets
            assert get(name) is not None


def test_no_name_is_left_out():
    taken = {
        name for name in activations.__all__ if name not in ("deserialize", "get", "serialize", "threshold")
    }
    assert set(get_args(names.ActivationName)) == taken
    for offered, registry in (
        (names.InitializerName, initializers.lookup._registry),
        (names.LossName, losses.lookup._registry),
        (names.OptimizerName, optimizers.lookup._registry),
    ):
        taken = {name for name in registry.names() if name.islower()}
        assert taken - {"function_loss", "identity_initializer", "orthogonal_initializer"} == set(
            get_args(offered)
        ) - {"crossentropy"}
