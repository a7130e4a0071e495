"""Packages that only some functions need, imported where these are used."""

from __future__ import annotations

import importlib
from typing import Any


def require(module: str, extra: str) -> Any:
    """Import a module of a package that an extra of lamella installs.

    Args:
        module: the module, "matplotlib.figure".
        extra: the extra, "plot".

    Raises:
        ImportError: when it is not installed; the message names the extra.

    >>> require("no_such_package", "plot")
    Traceback (most recent call last):
    ImportError: no_such_package is not installed: pip install 'lamella[plot]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise ImportError(f"{package} is not installed: pip install 'lamella[{extra}]'") from error
