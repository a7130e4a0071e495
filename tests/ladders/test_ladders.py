"""Imports of the Python package point down its ladder, and in no circle; `python/README.md` has the rungs."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import lamella
from repository import ROOT

PACKAGE = Path(lamella.__file__).parent

LADDER = """
base config dtype_policies mixed_precision
data
activations initializers regularizers constraints losses
variable
metrics optimizers
graph
layers
saving export ops
callbacks
training
models random
backend datasets preprocessing wrappers
utils diagnostics
__init__ __main__
"""
"""Rooms, folders or files of the package, a rung a line: each imports its own and lower rungs' rooms."""

RUNGS = [line.split() for line in LADDER.strip().splitlines()]
RUNG = {room: rung for rung, rooms in enumerate(RUNGS) for room in rooms}
ONE_ROOM = {"config": "base", "dtype_policies": "base", "mixed_precision": "base"}
"""Public modules that are part of the floor."""

ALLOWED = {
    ("activations", "layers"): "an activation may be a layer, in configs too",
    ("callbacks", "models"): "`self.model` of a user's callback is a Model, for editors and type checkers",
    ("saving", "models"): "`load_model` returns a Sequential, for editors and type checkers",
}
"""Arrows that point up, from room to room, with the reason."""

NAMED_IN_ANNOTATIONS = {
    ("graph.builder", "graph.layer"): "a builder appends the operations of layers, which call it",
    ("graph.program", "graph.layer"): "a program is what a layer is flattened to, which keeps it",
    ("graph.input_spec", "graph.layer"): "a layer is checked against its specification",
    ("graph.undo", "graph.layer"): "a layer's own calls are undone",
    ("optimizers.learning_rate", "optimizers.optimizer"): "the rate that an optimizer shows writes to it",
}
"""Arrows inside of a room that close a circle, with the reason: all for type checkers only."""


def module_of(path):
    """The dotted name of a file below the package, the faces of folders under the folder's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1])


FILES = {module_of(path): path for path in PACKAGE.rglob("*.py")}


@cache
def tree_of(module):
    return ast.parse(FILES[module].read_text())


@cache
def published(face):
    """The files of a face's public names."""
    for node in ast.walk(tree_of(face)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "publish_package":
            sources = ast.literal_eval(node.args[1])
            prefix = "" if face == "__init__" else f"{face}."
            return {
                name: source.removeprefix("lamella.") if source.startswith("lamella.") else prefix + source
                for source, names in sources.items()
                for name in names.split()
            }
    return {}


def imported(module):
    """The files that a file imports: anywhere in it, through faces, for type checkers too."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split(".")[0] == "lamella"]
            assert not names, f"{module} imports {names}: write `from lamella import ...`"
        if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] != "lamella":
            continue
        source = (node.module or "").removeprefix("lamella").removeprefix(".")
        for alias in node.names:
            whole = f"{source}.{alias.name}".removeprefix(".")
            face = source or "__init__"
            if "_core" in (source, alias.name):  # the native module, below everything
                continue
            if whole in FILES:
                yield whole
            elif face in FILES and alias.name in published(face):
                target = published(face)[alias.name]
                while target in FILES and alias.name in published(target):
                    target = published(target)[alias.name]
                yield target
            elif face in FILES:
                yield face


def is_face(module):
    return bool(published(module))


ARROWS = {(module, target) for module in FILES if not is_face(module) for target in imported(module)}
"""Who imports whom. What faces import is for type checkers, and is where the public names are."""


def room_of(module):
    room = module.split(".")[0]
    return ONE_ROOM.get(room, room)


def test_every_room_has_a_rung():
    assert {module.split(".")[0] for module in FILES} == set(RUNG)


def test_imports_point_down_the_ladder():
    rooms = {(room_of(module), room_of(target)) for module, target in ARROWS}
    up = {(room, target) for room, target in rooms if room != target and RUNG[target] >= RUNG[room]}
    assert up == set(ALLOWED), [arrow for arrow in sorted(ARROWS) if tuple(map(room_of, arrow)) in up]


def test_no_circle_of_files():
    assert set(NAMED_IN_ANNOTATIONS) <= ARROWS
    below = {}
    for module, target in ARROWS:
        if (room_of(module), room_of(target)) not in ALLOWED and (module, target) not in NAMED_IN_ANNOTATIONS:
            below.setdefault(module, set()).add(target)
    done, path = set(), []

    def visit(module):
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            path.append(module)
            for target in sorted(below.get(module, ())):
                visit(target)
            path.pop()
            done.add(module)

    for module in sorted(below):
        visit(module)


@pytest.mark.parametrize("module", sorted(name for name in FILES if FILES[name].name == "__init__.py"))
def test_faces_define_nothing(module):
    defined = [
        node.name for node in tree_of(module).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    assert not defined


def test_the_readme_has_the_rungs():
    table = (ROOT / "python" / "README.md").read_text()
    rows = re.findall(r"^\| (\d+) \|([^|]*)\|", table, flags=re.MULTILINE)
    rungs = {int(rung): set(re.findall(r"`([\w.]+)", rooms)) for rung, rooms in rows}
    assert rungs == {rung: set(rooms) for rung, rooms in enumerate(RUNGS)}
