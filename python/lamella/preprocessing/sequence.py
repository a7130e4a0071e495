"""Sequences, under Keras's older name."""

from lamella.base.public_names import publish
from lamella.data.sequences import pad_sequences

__all__ = ["pad_sequences"]

publish(__name__, __all__)
