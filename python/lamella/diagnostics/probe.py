"""A batch that a model is looked at with, beside its training."""

from __future__ import annotations

from typing import Any

from lamella import _core
from lamella.activations.lookup import steps
from lamella.base.checks import refusal
from lamella.base.types import Array, Spec
from lamella.data.arrays import adapt
from lamella.diagnostics.tapped_program import PLAIN_SGD
from lamella.layers import InputLayer, Layer, ReLU
from lamella.models import Model


def require_model(owner: str, model: Any) -> None:
    """Raise ValueError for what is no model."""
    if not isinstance(model, Model):
        raise refusal(owner, "model", "a compiled model", model)


class Probe:
    """Rows whose gradients and activations are worked out without a trace in the model or its training.

    It has a native trainer of its own: the pass that `fit` is in goes on undisturbed.

    Args:
        model: a compiled model.
        x, y, sample_weight: rows, as of `fit`; all of them make one batch.
        optimizer: the native optimizer of the trainer; one that is never asked to step by default.

    Raises:
        TypeError, ValueError: as `fit`.
    """

    def __init__(
        self, model: Model, x: Any, y: Any, sample_weight: Any = None, optimizer: Spec = PLAIN_SGD
    ) -> None:
        session = model.session()
        compiled = session.compiled
        data = adapt(x, y, sample_weight)
        self.feed, program = session.feed(data)
        assert compiled.loss is not None
        self.trainer = _core.Trainer(
            program.native, compiled.loss.spec(), [], optimizer, program.penalties, seed=0
        )

    def gradients(self, step: int = 0) -> list[tuple[_core.Variable, Array]]:
        """The gradient of the loss, penalties included, by each trainable variable, in training mode.

        Args:
            step: which masks dropout draws.
        """
        self.trainer.iterations = step
        return self.trainer.gradients(self.feed)

    def loss(self) -> float:
        """The loss in training mode, always with the same masks of dropout."""
        self.trainer.iterations = 0
        self.trainer.reset_metrics()
        self.trainer.start(self.feed, self.feed.rows)
        self.trainer.run(0.0)
        return float(self.trainer.results()[0])


def leaves(model: Model) -> list[Layer]:
    """The layers that compute something, those of models in the model included."""
    return [layer for layer in model.walk() if not isinstance(layer, (Model, InputLayer))]


def activation_name(layer: Layer) -> str | None:
    """The native kind of the activation a layer ends with, None where there is none."""
    if isinstance(layer, ReLU):
        return "relu"
    found = steps(getattr(layer, "activation", None))
    return found[-1][0] if found else None


def fused_head(model: Model, loss: Spec) -> Layer | None:
    """The last layer, where its softmax or sigmoid is computed together with this loss, else None."""
    kind, attributes = loss
    last = leaves(model)[-1:]
    fits = "crossentropy" in kind and not attributes.get("from_logits")
    return last[0] if fits and last and activation_name(last[0]) in ("softmax", "sigmoid") else None
