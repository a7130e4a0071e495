"""The names of Keras 3.15 that are not here: the table behind messages, refusals and docs/differences.md."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.base.keras_names.absent import *
    from lamella.base.keras_names.explanations import *

publish_package(
    __name__,
    {
        "absent": "Absent LEFT_OUT PLANNED",
        "explanations": "TABLE explanation never_called",
    },
)
