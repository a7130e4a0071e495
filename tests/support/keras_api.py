"""Keras's public names beside lamella's: what exists, and whether its parameters are Keras's.

Run as a script it prints what is not accounted for: python keras_api.py KERAS_API.md
"""

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import lamella
from lamella.base.keras_names import LEFT_OUT, PLANNED, TABLE
from repository import ROOT

DIFFERENCES = ROOT / "docs" / "differences.md"
# Sections of the list, and what plays their part here.
SECTIONS = {
    **{
        f"keras.{name}": name
        for name in [
            "layers",
            "losses",
            "metrics",
            "optimizers",
            "optimizers.schedules",
            "initializers",
            "regularizers",
            "constraints",
            "callbacks",
            "activations",
            "datasets",
            "utils",
            "saving",
            "random",
            "config",
            "wrappers",
            "models",
            "mixed_precision",
            "preprocessing.image",
            "preprocessing.sequence",
        ]
    },
    "keras.Sequential constructor": "",
    "keras.Sequential methods and properties": "Sequential",
    "keras.layers.Layer": "layers.Layer",
    "keras.optimizers.Optimizer": "optimizers.Optimizer",
    "keras.metrics.Metric": "metrics.Metric",
    "keras.callbacks.Callback hooks": "callbacks.Callback",
}


@dataclass(frozen=True)
class Parameter:
    name: str
    default: str  # as it is written; empty where there is none

    def __str__(self):
        return f"{self.name}={self.default}" if self.default else self.name


@dataclass(frozen=True)
class Name:
    """A name of Keras's: `path` as lamella would have it, parameters where it is called."""

    path: str
    parameters: tuple[Parameter, ...] | None


def read_list(path):
    """The names of the markdown list, aliases among them."""
    names, section = [], None
    for line in Path(path).read_text().splitlines():
        if line.startswith("## "):
            title = line[3:]
            section = next((SECTIONS[key] for key in SECTIONS if title.split(" (")[0] == key), None)
        entry = re.match(r"- [EXRO] (?:module )?(\w+)(.*)", line)
        if section is None or not entry:
            continue
        name, rest = entry.groups()
        alias = re.search(r"\[alias: ([\w ]+)\]", rest)
        parameters = signature_in(rest) if rest.startswith("(") else None
        for each in [name, *(alias.group(1).split() if alias else [])]:
            names.append(Name(f"{section}.{each}".lstrip("."), parameters))
    return list(dict.fromkeys(names))


def signature_in(text):
    """The parameters of `(a, b=1, ...) anything`."""
    depth, end = 0, 0
    while depth or not end:
        depth += (text[end] in "([{") - (text[end] in ")]}")
        end += 1
    arguments = ast.parse(f"def f{text[:end]}: pass").body[0].args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return tuple(
        Parameter(a.arg, ast.unparse(d) if d else "") for a, d in pairs if a.arg not in ("self", "cls")
    )


def signature_of(thing):
    """The parameters of a class or function of lamella's."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ()
    return tuple(
        Parameter(p.name, "" if p.default is p.empty else repr(p.default))
        for p in signature.parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name != "self"
    )


def find(path):
    """What lamella has under a dotted path, or None; of attributes of objects the declaration."""
    thing = lamella
    for part in path.split("."):
        declared = [vars(base).get("__annotations__", {}) for base in getattr(thing, "__mro__", ())]
        declaration = next((names[part] for names in declared if part in names), None)
        thing = getattr(thing, part, declaration) or declaration
        if thing is None:
            return None
    return thing


def same_default(ours, theirs):
    """Whether two defaults as they are written are the same value: 2 and 2.0 are."""
    if ours == theirs:
        return True
    try:
        return bool(ours) and bool(theirs) and ast.literal_eval(ours) == ast.literal_eval(theirs)
    except (ValueError, SyntaxError):
        return False


def parameter_differences(name):
    """How the parameters of an existing name differ: all of Keras's must be here, in its order."""
    thing = find(name.path)
    if name.parameters is None or not callable(thing):
        return []
    ours = signature_of(thing)
    theirs = [p for p in name.parameters if p.name not in ("args", "kwargs")]
    found = {p.name: p for p in ours}
    differences = [f"no {p.name}" for p in theirs if p.name not in found]
    differences += [
        f"{p.name}={found[p.name].default or 'required'} instead of {p.default or 'required'}"
        for p in theirs
        if p.name in found and not same_default(found[p.name].default, p.default)
    ]
    shared = [p.name for p in ours if p.name in {q.name for q in theirs}]
    if shared != [p.name for p in theirs if p.name in found]:
        differences.append("another order")
    return differences


@dataclass(frozen=True)
class Documented:
    """What lamella's table and docs/differences.md say: names that are planned, left out, or differ."""

    planned: frozenset[str]
    left_out: frozenset[str]
    different: frozenset[str]

    def is_absent(self, path):
        """Whether a name, or the module it is in, is said not to be here."""
        parts = path.split(".")
        above = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        return bool(above & (self.planned | self.left_out))


def read_differences(path=DIFFERENCES):
    """The table, and the names in backquotes that begin the bullets of "Other parameters"."""
    by_status = {
        status: frozenset(name for entry in TABLE if entry.status == status for name in entry.paths())
        for status in (PLANNED, LEFT_OUT)
    }
    _, _, others = path.read_text().partition("## Other parameters\n")
    different = re.findall(r"^- `([\w.]+)`", others.partition("\n## ")[0], re.MULTILINE)
    return Documented(by_status[PLANNED], by_status[LEFT_OUT], frozenset(different))


def problems(names, documented):
    """What is not as the document says, one line each."""
    lines = []
    for name in names:
        outside = documented.is_absent(name.path)
        if find(name.path) is None:
            if not outside:
                lines.append(f"{name.path} is missing, and neither planned nor left out")
            continue
        if outside:
            lines.append(f"{name.path} exists, but is said to be planned or left out")
        differences = parameter_differences(name)
        if differences and name.path not in documented.different:
            lines.append(f"{name.path} has other parameters: {', '.join(differences)}")
        if not differences and name.path in documented.different:
            lines.append(f"{name.path} has Keras's parameters, but is said to have others")
    known = {name.path for name in names}
    lines += [f"{path} is not a name of Keras's" for path in sorted(documented.different - known)]
    return lines


if __name__ == "__main__":
    print("\n".join(problems(read_list(sys.argv[1]), read_differences())))
