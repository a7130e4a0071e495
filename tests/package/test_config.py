"""Settings, seeds, helpers, and what importing the package costs."""

import subprocess
import sys

import numpy as np
import pytest

import lamella
from lamella import config, utils


def test_floatx():
    assert config.floatx() == "float32"
    config.set_floatx("float64")
    assert lamella.layers.Dense(2).dtype == "float64"
    assert lamella.initializers.Ones()((2,)).dtype == np.float64
    with pytest.raises(ValueError, match="float16"):
        config.set_floatx("float16")


def test_epsilon():
    assert config.epsilon() == 1e-7
    config.set_epsilon(1e-3)
    assert config.epsilon() == 1e-3
    config.set_epsilon(1e-7)


def test_threads():
    config.set_num_threads(3)
    assert config.num_threads() == 3
    with pytest.raises(ValueError, match="from 1 to 1024"):
        config.set_num_threads(0)


@pytest.mark.parametrize(
    "dtype", ["float64", np.float64, np.dtype("float64"), {"config": {"name": "float64"}}]
)
def test_types_are_given_in_many_ways(dtype):
    assert config.standardize_dtype(dtype) == "float64"


def test_set_random_seed_seeds_python_and_numpy_too():
    import random

    def draw():
        utils.set_random_seed(5)
        return random.random(), np.random.rand(), lamella.base.seeding.next_seed()  # noqa: NPY002

    assert draw() == draw()
    for wrong in (-1, 2**32, 0.5):
        with pytest.raises(ValueError, match="seed"):
            utils.set_random_seed(wrong)


def test_seeds_drawn_are_different_and_32_bits_wide():
    utils.set_random_seed(0)
    drawn = [lamella.base.seeding.next_seed() for _ in range(1000)]
    assert len(set(drawn)) == 1000
    assert 0 <= min(drawn) < max(drawn) < 2**32


def test_to_categorical():
    np.testing.assert_array_equal(utils.to_categorical([1, 0, 3]), np.eye(4)[[1, 0, 3]])
    assert utils.to_categorical(np.array([[1], [2]]), 5).shape == (2, 5)
    assert utils.to_categorical(np.zeros((2, 3), int), 2).shape == (2, 3, 2)
    assert utils.to_categorical([0.0, 1.0]).dtype == np.float32
    for wrong in ([0, 5], [-1, 0]):
        with pytest.raises(ValueError, match="between 0 and 2"):
            utils.to_categorical(wrong, 3)
    with pytest.raises(TypeError, match="integer"):
        utils.to_categorical(["a"])
    with pytest.raises(TypeError, match="integer classes"):
        utils.to_categorical([0.5])
    with pytest.raises(ValueError, match="'num_classes', do not fit into memory"):
        utils.to_categorical([2**62])
    assert utils.to_categorical([0, 10**6]).shape == (2, 10**6 + 1)  # never a square of so many classes


def test_the_module_says_what_it_is():
    result = subprocess.run([sys.executable, "-m", "lamella"], capture_output=True, text=True, check=True)
    assert lamella.__version__ in result.stdout
    for word in ("instruction set", "threads", "devices"):
        assert word in result.stdout


def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys, numpy; before = set(sys.modules); import lamella; "
        "print(*sorted(m for m in set(sys.modules) - before if not m.startswith('lamella')))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "json",
        "difflib",
        "shutil",
        "inspect",
        "dataclasses",
        "textwrap",
        "random",
        "numpy.random",
        "numpy.typing",
    }
    assert not heavy & set(result.stdout.split())


def test_progress_bar_lines(capsys):
    bar = utils.Progbar(20, stateful_metrics=["lr"])
    bar.update(10, [("loss", 2.0), ("lr", 0.5)])
    bar.update(20, [("loss", 1.0), ("lr", 0.25)])
    out = capsys.readouterr().out
    assert out.startswith("20/20 ━━━━━━━━━━━━━━━━━━━━ 0s ")
    assert out.endswith("s/step - loss: 1.0000 - lr: 0.2500\n")
    assert out.count("\n") == 1
    assert "\x1b" not in out


def test_progress_bar_averages_and_is_silent_at_0(capsys):
    bar = utils.Progbar(None)
    bar.update(1, [("loss", 1.0)])
    bar.add(3, [("loss", 5.0)])
    assert bar._format_values() == " - loss: 4.0000"
    utils.Progbar(1, verbose=0).update(1, [("loss", 1.0)])
    assert capsys.readouterr().out == ""


def test_progress_bar_is_redrawn_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    bar = utils.Progbar(2, interval=0.0)
    bar.update(1, [("loss", 0.00012345)])
    bar.update(2, [("loss", 1.0)])
    out = capsys.readouterr().out
    assert out.count("\r") == 2
    assert "loss: 1.2345e-04" in out
    assert out.endswith("\n")
