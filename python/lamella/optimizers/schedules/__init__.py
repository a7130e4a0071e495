"""Learning rates that follow the number of the step."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.optimizers.schedules.cosine_decay import *
    from lamella.optimizers.schedules.cosine_decay_restarts import *
    from lamella.optimizers.schedules.exponential_decay import *
    from lamella.optimizers.schedules.function_rate import *
    from lamella.optimizers.schedules.inverse_time_decay import *
    from lamella.optimizers.schedules.lookup import *
    from lamella.optimizers.schedules.piecewise_constant_decay import *
    from lamella.optimizers.schedules.polynomial_decay import *
    from lamella.optimizers.schedules.schedule import *

publish_package(
    __name__,
    {
        "cosine_decay": "CosineDecay",
        "cosine_decay_restarts": "CosineDecayRestarts",
        "exponential_decay": "ExponentialDecay",
        "function_rate": "FunctionRate",
        "inverse_time_decay": "InverseTimeDecay",
        "lookup": "deserialize serialize",
        "piecewise_constant_decay": "PiecewiseConstantDecay",
        "polynomial_decay": "PolynomialDecay",
        "schedule": "LearningRateSchedule",
    },
)
