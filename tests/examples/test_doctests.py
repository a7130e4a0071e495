"""The examples in the docstrings of the installed package."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import lamella

MODULES = ["lamella"] + [
    module.name
    for module in pkgutil.walk_packages(lamella.__path__, "lamella.")
    if module.name not in ("lamella._core", "lamella.__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    lamella.utils.set_random_seed(0)
    module = importlib.import_module(name)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, extraglobs={"np": np, "lamella": lamella}, optionflags=options).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert (
        sum(bool(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
        > 20
    )
