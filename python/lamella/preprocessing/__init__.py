"""Keras's older home of what prepares data."""

from lamella.preprocessing import sequence

__all__ = ["sequence"]
