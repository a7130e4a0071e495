"""Sequences, under Keras's older name."""

from lamella.utils.sequences import pad_sequences

__all__ = ["pad_sequences"]
