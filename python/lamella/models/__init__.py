"""Models."""

from lamella.models.model import Model
from lamella.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
