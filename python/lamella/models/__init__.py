"""Models."""

from typing import TYPE_CHECKING

from lamella.models.cloning import clone_model
from lamella.models.json_model import model_from_json
from lamella.models.model import Model
from lamella.models.sequential import Sequential
from lamella.public_names import publish
from lamella.saving import load_model, save_model

if TYPE_CHECKING:
    from lamella.models.plausibility import PlausibilityWarning

__all__ = [
    "Model",
    "PlausibilityWarning",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

publish(__name__, __all__, {"PlausibilityWarning": "lamella.models.plausibility"})
