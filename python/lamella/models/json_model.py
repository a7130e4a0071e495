"""Models from JSON: layers without weights."""

from __future__ import annotations

from typing import Any, cast

from lamella.base.checks import text
from lamella.models.sequential import Sequential
from lamella.saving.architecture import make
from lamella.saving.json_text import parse_json
from lamella.saving.keras.config import adapt
from lamella.saving.keras.legacy_config import modern
from lamella.saving.loading import refusing


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Sequential:
    """Make the model that `Model.to_json` wrote, or Keras's `to_json`, with new weights.

    Args:
        json_string: the text.
        custom_objects: classes of your own that it names, by their names.

    Raises:
        ValueError: when it is not JSON of a `Sequential` model, or names something that is not known.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3)])
    >>> model_from_json(model.to_json()).count_params()
    15
    """
    text("model_from_json", "json_string", json_string)
    with refusing("The text of 'json_string'"):
        config = adapt(modern(parse_json(json_string.encode(), "it")))
        return cast(Sequential, make(config, custom_objects))
