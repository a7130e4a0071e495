"""Seeing backpropagation: what gradients do, which learning rate fits, whether derivatives are right."""

from lamella.diagnostics.gradient_check import GradientReport, VariableCheck, gradient_check
from lamella.diagnostics.gradient_monitor import GradientMonitor
from lamella.diagnostics.learning_rate_finder import LearningRateCurve, learning_rate_finder

__all__ = [
    "GradientMonitor",
    "GradientReport",
    "LearningRateCurve",
    "VariableCheck",
    "gradient_check",
    "learning_rate_finder",
]
