"""Optimizers: how a step changes the weights."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.optimizers import schedules as schedules
    from lamella.optimizers.adadelta import *
    from lamella.optimizers.adagrad import *
    from lamella.optimizers.adam import *
    from lamella.optimizers.adamax import *
    from lamella.optimizers.adamw import *
    from lamella.optimizers.ftrl import *
    from lamella.optimizers.lion import *
    from lamella.optimizers.lookup import *
    from lamella.optimizers.nadam import *
    from lamella.optimizers.optimizer import *
    from lamella.optimizers.rmsprop import *
    from lamella.optimizers.sgd import *

publish_package(
    __name__,
    {
        "adadelta": "Adadelta",
        "adagrad": "Adagrad",
        "adam": "Adam",
        "adamax": "Adamax",
        "adamw": "AdamW",
        "ftrl": "Ftrl",
        "lion": "Lion",
        "lookup": "deserialize get serialize",
        "nadam": "Nadam",
        "optimizer": "Optimizer",
        "rmsprop": "RMSprop",
        "sgd": "SGD",
    },
    modules="schedules",
)
