"""Models in formats that are run without lamella."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lamella.base import checks
from lamella.base.output import write_line
from lamella.export.c.writer import export_c
from lamella.export.onnx.writer import export_onnx

if TYPE_CHECKING:
    from lamella.graph.base_model import BaseModel

_FORMATS: dict[str, Callable[[BaseModel, str], None]] = {"c": export_c, "onnx": export_onnx}


def export(model: BaseModel, filepath: str | os.PathLike[str], format: str | None, verbose: Any) -> None:
    """Write a model to a file; see `Model.export`."""
    path = checks.path("export", "filepath", filepath)
    says_where = verbose is not None and checks.flag("export", "verbose", verbose)
    name = os.path.splitext(path)[1].removeprefix(".").lower() if format is None else str(format).lower()
    if name not in _FORMATS:
        raise ValueError(
            f"Model '{model.name}' can be exported as 'onnx' (a file that ends in .onnx) or 'c' (.c). "
            f"Received: filepath={path!r}, format={format!r}"
        )
    _FORMATS[name](model, path)
    if says_where:
        write_line(f"Saved {path}")
