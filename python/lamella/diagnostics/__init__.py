"""Seeing backpropagation: what gradients do, which learning rate fits, whether derivatives are right."""

from lamella.base.public_names import publish
from lamella.diagnostics.gradient_check import GradientReport, VariableCheck, gradient_check
from lamella.diagnostics.gradient_monitor import GradientMonitor
from lamella.diagnostics.gradients import Gradients, gradients
from lamella.diagnostics.learning_rate_finder import LearningRateCurve, learning_rate_finder
from lamella.diagnostics.verdict import Finding

__all__ = [
    "Finding",
    "GradientMonitor",
    "GradientReport",
    "Gradients",
    "LearningRateCurve",
    "VariableCheck",
    "gradient_check",
    "gradients",
    "learning_rate_finder",
]

publish(__name__, __all__)
