"""Keras's public names, one by one: there with Keras's parameters, planned, or left out with a reason."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

import keras_api
from lamella.base.keras_names import LEFT_OUT, PLANNED, TABLE
from repository import ROOT

LIST = Path(os.environ.get("LAMELLA_KERAS_API") or ROOT.parent / "shared" / "design" / "KERAS_API.md")


@pytest.mark.skipif(not LIST.exists(), reason="the list of Keras's names is not here (LAMELLA_KERAS_API)")
def test_every_name_is_accounted_for():
    names = keras_api.read_list(LIST)
    assert len(names) > 700
    assert not keras_api.problems(names, keras_api.read_differences())


def test_the_document_is_what_the_table_says():
    text = (ROOT / "docs" / "differences.md").read_text()
    assert text == document_of_names(), "docs/differences.md is out of date: python docs/names.py"


def document_of_names():
    script = ROOT / "docs" / "names.py"
    spec = importlib.util.spec_from_file_location("names", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.document()


def test_nothing_in_the_table_is_here_or_there_twice():
    paths = [path for entry in TABLE for path in entry.paths()]
    assert len(paths) == len(set(paths))
    assert [path for path in paths if keras_api.find(path) is not None] == []


def test_every_entry_says_why_and_what_to_do():
    for entry in TABLE:
        assert entry.status in (PLANNED, LEFT_OUT)
        assert entry.why
        assert entry.instead
        for path in entry.paths():
            for part in re.findall(r"lamella\.([\w.]+\w)", entry.instead):
                assert keras_api.find(part) is not None, (path, part)


def test_what_is_documented_is_not_empty():
    documented = keras_api.read_differences()
    assert "layers.LSTM" in documented.planned
    assert "layers.Add" in documented.left_out
    assert "optimizers.Optimizer.finalize_variable_values" in documented.different
    assert not documented.planned & documented.left_out


LISTED = keras_api.Name(
    "layers.Dense", keras_api.signature_in("(units, activation=None, use_bias=True, **kwargs) seq:2D")
)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        (keras_api.Name("layers.Nonsense", None), "missing"),
        (keras_api.Name("layers.Dense", keras_api.signature_in("(units, nonsense=1)")), "no nonsense"),
        (keras_api.Name("layers.Dense", keras_api.signature_in("(units=3)")), "units=required instead of 3"),
        (
            keras_api.Name(
                "layers.Dense", keras_api.signature_in("(activation=None, units)".replace("units", "u=1"))
            ),
            "no u",
        ),
        (
            keras_api.Name("optimizers.SGD", keras_api.signature_in("(nesterov=False, momentum=0.0)")),
            "another order",
        ),
    ],
)
def test_differences_are_noticed(name, complaint):
    nothing = keras_api.Documented(frozenset(), frozenset(), frozenset())
    assert keras_api.problems([LISTED], nothing) == []
    (line,) = keras_api.problems([name], nothing)
    assert complaint in line
