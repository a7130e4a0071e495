"""Helpers around training."""

from lamella.utils.categorical import to_categorical
from lamella.utils.progbar import Progbar
from lamella.utils.session import clear_session, set_random_seed

__all__ = ["Progbar", "clear_session", "set_random_seed", "to_categorical"]
