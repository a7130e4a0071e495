"""Callbacks: code of the user's that `fit`, `evaluate` and `predict` call."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.callbacks.backup_and_restore import *
    from lamella.callbacks.callback import *
    from lamella.callbacks.callback_list import *
    from lamella.callbacks.csv_logger import *
    from lamella.callbacks.early_stopping import *
    from lamella.callbacks.history import *
    from lamella.callbacks.lambda_callback import *
    from lamella.callbacks.learning_rate_scheduler import *
    from lamella.callbacks.model_checkpoint import *
    from lamella.callbacks.progbar_logger import *
    from lamella.callbacks.reduce_lr_on_plateau import *
    from lamella.callbacks.tensorboard import *
    from lamella.callbacks.terminate_on_nan import *

publish_package(
    __name__,
    {
        "backup_and_restore": "BackupAndRestore",
        "callback": "Callback",
        "callback_list": "CallbackList",
        "csv_logger": "CSVLogger",
        "early_stopping": "EarlyStopping",
        "history": "History",
        "lambda_callback": "LambdaCallback",
        "learning_rate_scheduler": "LearningRateScheduler",
        "model_checkpoint": "ModelCheckpoint",
        "progbar_logger": "ProgbarLogger",
        "reduce_lr_on_plateau": "ReduceLROnPlateau",
        "tensorboard": "TensorBoard",
        "terminate_on_nan": "TerminateOnNaN",
    },
)
