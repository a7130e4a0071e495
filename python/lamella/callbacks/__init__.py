"""Callbacks: code of the user's that `fit`, `evaluate` and `predict` call."""

from typing import TYPE_CHECKING

from lamella.callbacks.backup_and_restore import BackupAndRestore
from lamella.callbacks.callback import Callback
from lamella.callbacks.callback_list import CallbackList
from lamella.callbacks.history import History
from lamella.callbacks.progbar_logger import ProgbarLogger
from lamella.public_names import publish

if TYPE_CHECKING:
    from lamella.callbacks.csv_logger import CSVLogger
    from lamella.callbacks.early_stopping import EarlyStopping
    from lamella.callbacks.lambda_callback import LambdaCallback
    from lamella.callbacks.learning_rate_scheduler import LearningRateScheduler
    from lamella.callbacks.model_checkpoint import ModelCheckpoint
    from lamella.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
    from lamella.callbacks.tensorboard import TensorBoard
    from lamella.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]

publish(
    __name__,
    __all__,
    {
        "CSVLogger": "lamella.callbacks.csv_logger",
        "EarlyStopping": "lamella.callbacks.early_stopping",
        "LambdaCallback": "lamella.callbacks.lambda_callback",
        "LearningRateScheduler": "lamella.callbacks.learning_rate_scheduler",
        "ModelCheckpoint": "lamella.callbacks.model_checkpoint",
        "ReduceLROnPlateau": "lamella.callbacks.reduce_lr_on_plateau",
        "TensorBoard": "lamella.callbacks.tensorboard",
        "TerminateOnNaN": "lamella.callbacks.terminate_on_nan",
    },
)
