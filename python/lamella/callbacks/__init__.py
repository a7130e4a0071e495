"""Callbacks: code of the user's that `fit`, `evaluate` and `predict` call."""

from lamella.callbacks.callback import Callback
from lamella.callbacks.callback_list import CallbackList
from lamella.callbacks.early_stopping import EarlyStopping
from lamella.callbacks.history import History
from lamella.callbacks.lambda_callback import LambdaCallback
from lamella.callbacks.progbar_logger import ProgbarLogger

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback", "ProgbarLogger"]
