"""An entry of the table."""

from __future__ import annotations

from typing import NamedTuple

PLANNED = "planned"
LEFT_OUT = "left out"


class Absent(NamedTuple):
    """Names that are not here for one reason.

    Attributes:
        owner: the module or class they belong to in Keras, "" for the top.
        status: `PLANNED` or `LEFT_OUT`.
        names: the names, parted by blanks.
        why: what they are, or why they are not here.
        instead: what to do without them.
        never_called: whether Keras calls them: a class of the user's that defines one is refused.
    """

    owner: str
    status: str
    names: str
    why: str
    instead: str
    never_called: bool = False

    def explanation(self) -> str:
        """What is said behind one of the names."""
        meanwhile = "Until then" if self.status == PLANNED else "Instead"
        return f"is {self.status}: {self.why}. {meanwhile}: {self.instead}"

    def paths(self) -> list[str]:
        """The names with their owner in front: `layers.LSTM`."""
        return [f"{self.owner}.{name}".lstrip(".") for name in self.names.split()]
