"""The package as installed, and the house rules of the source tree that a command can see."""

import re
import subprocess
import sys
from importlib import metadata, resources

import pytest

import lamella
from lamella import _core
from repository import ROOT

CPP = ROOT / "cpp"
SOURCES = sorted(path for path in CPP.rglob("*") if path.suffix in {".h", ".cpp", ".inl", ".inc"})
RUNGS = {
    "base": 0,
    "kernels": 1,
    "ops": 2,
    **dict.fromkeys(["layers", "losses", "metrics", "optimizers", "penalties"], 3),
    "engine": 4,
    "bindings": 5,
}

# What reads or writes a tensor's numbers: the work of ops. Address arithmetic (static_cast<char*>) is not.
DEREFERENCE = re.compile(r"\bas<(?!char>)|\bmem(?:cpy|move|set)\b|reinterpret_cast|\bdispatch\(")
# Files above ops that still do, and what they wait for.
DEREFERENCES_ALLOWED = {
    "engine/feed.cpp": "targets and weights are spread over positions, and labels keep no view with a dtype",
    "layers/rescaling.cpp": "constants are written where no context is at hand to copy them to a device",
    "losses/region_loss.cpp": "no op reads the weight or writes the value of every n-th row",
}


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout


def test_versions_agree():
    assert lamella.__version__ == _core.__version__ == metadata.version("lamella")


def test_module_prints_what_it_runs_on():
    text = python("-m", "lamella")
    for fact in (lamella.__version__, _core.isa(), "threads", "cpu"):
        assert fact in text.lower()


def test_import_needs_numpy_only():
    """Nothing but the standard library and NumPy is loaded, though scikit-learn is installed."""
    code = "import sys, lamella; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(python("-c", code).split())
    baseline = set(python("-c", code.replace(", lamella", ", numpy")).split())
    assert loaded - baseline - set(sys.stdlib_module_names) == {"lamella"}


def test_package_is_typed():
    files = {path.name for path in resources.files("lamella").iterdir()}
    assert {"py.typed", "_core.pyi"} <= files


def test_only_numpy_and_safetensors_are_required():
    required = [line for line in metadata.requires("lamella") if "extra ==" not in line]
    assert [re.match(r"[\w-]+", line).group() for line in required] == ["numpy", "safetensors"]


def includes(path):
    return re.findall(r'^\s*#include ["<]([^">]+)[">]', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CPP)))
def test_includes_point_down_the_ladder(path):
    """A rung includes itself and lower rungs; folders on one rung do not include each other."""
    rung = path.relative_to(CPP).parts[0]
    for include in includes(path):
        folder = include.partition("/")[0]
        if folder in RUNGS:
            assert folder == rung or RUNGS[folder] < RUNGS[rung], include
        if folder == "pybind11":
            assert rung == "bindings"


def test_nothing_above_ops_dereferences_tensors():
    """A device's table of ops is all that touches its memory; an allowance that nobody needs goes."""
    above = [
        path for path in SOURCES if RUNGS["ops"] < RUNGS[path.relative_to(CPP).parts[0]] < RUNGS["bindings"]
    ]
    found = {str(path.relative_to(CPP)) for path in above if DEREFERENCE.search(path.read_text())}
    assert found == set(DEREFERENCES_ALLOWED)


def test_the_ladder_is_read():
    """The test above would pass on a tree it does not find or whose includes it cannot read."""
    assert {path.relative_to(CPP).parts[0] for path in SOURCES} == set(RUNGS)
    assert sum(len(includes(path)) for path in SOURCES) > 100
