"""Models from JSON: layers without weights."""

from __future__ import annotations

from typing import Any

from lamella.models.sequential import Sequential


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
    from lamella.saving.json_text import parse_json

    config = parse_json(json_string.encode(), "the text")
    if not isinstance(config, dict) or config.get("class_name") != "Sequential":
        raise ValueError("The text does not describe a Sequential model")
    return Sequential.from_config(config["config"], custom_objects)
