"""Callbacks: code of the user's that `fit`, `evaluate` and `predict` call."""

from lamella.callbacks.backup_and_restore import BackupAndRestore
from lamella.callbacks.callback import Callback
from lamella.callbacks.callback_list import CallbackList
from lamella.callbacks.csv_logger import CSVLogger
from lamella.callbacks.early_stopping import EarlyStopping
from lamella.callbacks.history import History
from lamella.callbacks.lambda_callback import LambdaCallback
from lamella.callbacks.learning_rate_scheduler import LearningRateScheduler
from lamella.callbacks.model_checkpoint import ModelCheckpoint
from lamella.callbacks.progbar_logger import ProgbarLogger
from lamella.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from lamella.callbacks.tensorboard import TensorBoard
from lamella.callbacks.terminate_on_nan import TerminateOnNaN
from lamella.public_names import publish

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

publish(__name__, __all__)
