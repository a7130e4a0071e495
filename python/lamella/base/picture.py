"""A figure that notebooks show; imported only where matplotlib is there."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Picture(Figure):
    """A figure of no window, which a notebook shows as the value of a cell, whatever is set up there."""

    def _repr_png_(self) -> bytes:
        written = io.BytesIO()
        self.savefig(written, format="png")
        return written.getvalue()
