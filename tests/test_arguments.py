"""Every argument of every public class and function is checked: nothing absurd ends in another error."""

import types

import pytest

import lamella
from absurd_arguments import CASES, complaints

NOT_COVERED = {
    "activations",
    "backend",
    "datasets",
    "preprocessing",
}


def test_every_module_is_covered_or_listed():
    modules = {name for name in lamella.__all__ if isinstance(getattr(lamella, name), types.ModuleType)}
    assert {name.partition(".")[0] for name, _, _ in CASES} == modules - NOT_COVERED


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "valid"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_absurd_is_refused_by_name(function, valid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1, name="out")]).save("model.safetensors")
    function(**valid)
    assert complaints(function, valid) == []
