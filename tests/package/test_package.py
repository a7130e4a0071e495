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
    "ops": 1,
    **dict.fromkeys(["layers", "losses", "metrics", "optimizers", "penalties"], 2),
    "engine": 3,
    "bindings": 4,
}
# Beside the ladder: what fills the contracts of ops for a device.
BESIDE = {"kernels": {"base"}, "cpu": {"base", "ops", "kernels"}}
# The places that make the context, and so know a device.
KNOW_DEVICES = {"bindings/runtime.h"}

# What reads or writes a tensor's numbers: the work of ops. Address arithmetic (static_cast<char*>) is not.
DEREFERENCE = re.compile(r"\bas<(?!char>)|\bmem(?:cpy|move|set)\b|reinterpret_cast|\bdispatch\(")


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


def folder_of(path):
    return path.relative_to(CPP).parts[0]


def may_include(path, folder):
    """A rung includes itself and lower rungs; folders on one rung do not include each other."""
    own = folder_of(path)
    if folder == own:
        return True
    if own in BESIDE:
        return folder in BESIDE[own]
    if folder in BESIDE:
        return folder == "cpu" and str(path.relative_to(CPP)) in KNOW_DEVICES
    return RUNGS[folder] < RUNGS[own]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CPP)))
def test_includes_point_down_the_ladder(path):
    for include in includes(path):
        folder = include.partition("/")[0]
        if folder in RUNGS.keys() | BESIDE.keys():
            assert may_include(path, folder), include
        if folder == "pybind11":
            assert folder_of(path) == "bindings"


def test_nothing_above_ops_dereferences_tensors():
    """A device's table of ops is all that touches its memory."""
    above = [path for path in SOURCES if RUNGS["ops"] < RUNGS.get(folder_of(path), 0) < RUNGS["bindings"]]
    assert not [str(path.relative_to(CPP)) for path in above if DEREFERENCE.search(path.read_text())]


def test_the_ladder_is_read():
    """The test above would pass on a tree it does not find or whose includes it cannot read."""
    assert {folder_of(path) for path in SOURCES} == RUNGS.keys() | BESIDE.keys()
    assert sum(len(includes(path)) for path in SOURCES) > 100
