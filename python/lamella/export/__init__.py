"""Models for inference without lamella: `Model.export` is the door."""

from lamella.base.public_names import publish_package

publish_package(__name__, {})
