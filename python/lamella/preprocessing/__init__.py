"""Keras's older home of what prepares data."""

from lamella.preprocessing import image, sequence
from lamella.public_names import publish

__all__ = ["image", "sequence"]

publish(__name__, __all__)
