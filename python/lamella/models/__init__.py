"""Models."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.models.cloning import *
    from lamella.models.json_model import *
    from lamella.models.model import *
    from lamella.models.sequential import *
    from lamella.saving import load_model as load_model
    from lamella.saving import save_model as save_model
    from lamella.training.plausibility import PlausibilityWarning as PlausibilityWarning

publish_package(
    __name__,
    {
        "cloning": "clone_model",
        "json_model": "model_from_json",
        "model": "Model",
        "lamella.training.plausibility": "PlausibilityWarning",
        "sequential": "Sequential",
        "lamella.saving": "load_model save_model",
    },
)
