"""Constraints on weights, restored after every update."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.constraints.constraint import *
    from lamella.constraints.function_constraint import *
    from lamella.constraints.lookup import *
    from lamella.constraints.norms import *
    from lamella.constraints.signs import *

publish_package(
    __name__,
    {
        "constraint": "Constraint",
        "function_constraint": "FunctionConstraint",
        "lookup": "deserialize get serialize",
        "norms": "MaxNorm MinMaxNorm UnitNorm max_norm min_max_norm unit_norm",
        "signs": "NonNeg non_neg",
    },
)
