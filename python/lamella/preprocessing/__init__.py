"""Keras's older home of what prepares data."""

from lamella.base.public_names import publish
from lamella.preprocessing import image, sequence
from lamella.preprocessing.picture_folder import image_dataset_from_directory

__all__ = ["image", "image_dataset_from_directory", "sequence"]

publish(__name__, __all__)
