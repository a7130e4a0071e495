"""Every operation that the core can compute is known to the exporters."""

import re

import pytest

import lamella
from lamella.export.c.writer import WRITERS
from lamella.export.ops import OPS
from repository import ROOT

REGISTRY = ROOT / "cpp" / "layers" / "registry.cpp"
OF_PYTHON = {"penalty", "python"}
"""What programs hold beside the operations of the core."""


def test_the_table_holds_the_operations_of_the_core():
    registered = set(re.findall(r'^ +\{"(\w+)", make', REGISTRY.read_text(), flags=re.MULTILINE))
    assert len(registered) >= 20
    assert set(OPS) == registered | OF_PYTHON


def test_what_is_exported_has_a_writer_in_each_format():
    exported = {op for op, known in OPS.items() if not known.training_only and not known.why_not}
    assert set(WRITERS) == exported
    pytest.importorskip("onnx")
    from lamella.export.onnx.writer import EMITTERS

    assert set(EMITTERS) == exported


def test_an_operation_without_a_writer_is_refused_by_the_layers_name(monkeypatch, tmp_path):
    monkeypatch.delitem(OPS, "pool")
    layers = [lamella.layers.MaxPooling1D(name="narrow")]
    model = lamella.Sequential([lamella.Input((4, 2)), *layers])
    with pytest.raises(
        ValueError, match=r"Layer 'narrow' \(MaxPooling1D\) computes 'pool', .* cannot be exported"
    ):
        model.export(tmp_path / "model.c")
