"""Writes the lists of names in differences.md out of lamella's table: python docs/names.py [--check]

With --check nothing is written, and the exit status is 1 where the lists are out of date.
"""

import importlib
import sys
from inspect import ismodule
from pathlib import Path

import lamella
from lamella.base.keras_names import LEFT_OUT, PLANNED, TABLE

DOCUMENT = Path(__file__).parent / "differences.md"
BEGIN = "<!-- What follows is written by docs/names.py. -->\n"


def modules():
    """The public modules of lamella's that have names of Keras's, "" for the top."""
    inside = [name for name in dir(lamella) if ismodule(getattr(lamella, name)) and name != "diagnostics"]
    return ["", *inside, "optimizers.schedules"]


def lists():
    """The table of numbers, and the names that are not here with what to do instead."""
    lines = ["## Names", "", "| Module | here | planned | left out |", "|---|---|---|---|"]
    for owner in modules():
        counts = [
            sum(len(entry.paths()) for entry in TABLE if (entry.owner, entry.status) == (owner, status))
            for status in (PLANNED, LEFT_OUT)
        ]
        module = f"lamella.{owner}".rstrip(".")
        here = len(dir(importlib.import_module(module)))
        lines.append(f"| `{module}` | {here} | {counts[0]} | {counts[1]} |")
    for status, title, word in ((PLANNED, "Planned", "until then"), (LEFT_OUT, "Left out", "instead")):
        lines += ["", f"## {title}", ""]
        for entry in sorted(TABLE, key=lambda entry: entry.owner):
            if entry.status == status:
                names = ", ".join(f"`{name}`" for name in entry.names.split())
                lines.append(
                    f"- `{entry.owner or 'lamella'}`: {names} — {entry.why}; {word}: {entry.instead}"
                )
    return "\n".join(lines) + "\n"


def document():
    """What the document should be."""
    by_hand, _, _ = DOCUMENT.read_text().partition(BEGIN)
    return f"{by_hand}{BEGIN}\n{lists()}"


if __name__ == "__main__":
    text = document()
    if "--check" in sys.argv:
        sys.exit(
            "docs/differences.md is out of date: python docs/names.py" if text != DOCUMENT.read_text() else 0
        )
    DOCUMENT.write_text(text)
