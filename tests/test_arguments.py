"""Every argument of every public class and function is checked: nothing absurd ends in another error."""

import pytest

from absurd_arguments import CASES, complaints


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "valid"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_absurd_is_refused_by_name(function, valid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function(**valid)
    assert complaints(function, valid) == []
