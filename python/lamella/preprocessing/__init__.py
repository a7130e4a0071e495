"""Keras's older home of what prepares data."""

from lamella.preprocessing import sequence
from lamella.public_names import publish

__all__ = ["sequence"]

publish(__name__, __all__)
