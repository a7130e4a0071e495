"""The gradients that backpropagation works out, as arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from lamella import _core
from lamella.base.checks import flag
from lamella.base.types import Array
from lamella.data.arrays import adapt
from lamella.diagnostics.inference_program import InferenceProgram
from lamella.diagnostics.probe import fused_head, require_model
from lamella.diagnostics.tapped_program import INPUT, OUTPUT, PREACTIVATION, Place, TappedProgram
from lamella.models import Model
from lamella.training.attempt import attempt

_ByVariable: TypeAlias = list[tuple[_core.Variable, Array]]


class Gradients(NamedTuple):
    """What `gradients` returns: the loss differentiated by everything it depends on.

    Attributes:
        weights: by the trainable variables, by their paths, in the order of `model.trainable_weights`.
        outputs: by the outputs of the layers, (rows, ...), by the layers' names, from the input on; the
            second use of a layer is called `"name (2)"`.
        inputs: by the inputs, shaped like x; None unless they were asked for.
    """

    weights: dict[str, Array]
    outputs: dict[str, Array]
    inputs: Array | None


def gradients(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    inputs: bool = False,
    training: bool = False,
) -> Gradients:
    """Differentiate the loss of these rows by weights, by the outputs of all layers and by the inputs.

    The loss is the one that `compile` was given, reduced as in training (the mean over the rows, unless it
    says otherwise), with the penalties of regularisers. Gradients by inputs show which of them matter
    (saliency) and where a small change does most (adversarial examples); with advantages as `sample_weight`
    those of a cross-entropy are policy gradients. To differentiate an output instead of a loss, compile a
    clone of the model with `lambda y, p: ((y * p).sum(-1), y)` and pass one-hot rows as y. Nothing is
    trained: the model stays as it is.

    Args:
        model: a compiled model.
        x, y, sample_weight: rows, as of `fit`; all of them make one batch.
        inputs: whether to return the gradients by inputs too. Defaults to False.
        training: whether dropout drops, and batch normalisation uses the statistics of these rows, as in
            `fit`; by default nothing is random and the moving statistics are used, as in `evaluate`.

    Returns:
        `Gradients`.

    Raises:
        TypeError, ValueError: as `fit`; ValueError also for random crops, unless `training` is True.

    >>> import numpy as np, lamella
    >>> dense = lamella.layers.Dense(1, kernel_initializer="ones", name="dense")
    >>> model = lamella.Sequential([lamella.Input((2,)), dense], name="line")
    >>> model.compile("sgd", "mse")
    >>> found = gradients(model, np.ones((1, 2)), np.zeros(1), inputs=True)  # (1 + 1 - 0)**2
    >>> found.inputs.tolist(), found.outputs["dense"].tolist()
    ([[4.0, 4.0]], [[4.0]])
    >>> {path: array.ravel().tolist() for path, array in found.weights.items()}
    {'line/dense/kernel': [4.0, 4.0], 'line/dense/bias': [4.0]}
    """
    owner = "gradients"
    require_model(owner, model)
    inputs = flag(owner, "inputs", inputs)
    kind = TappedProgram if flag(owner, "training", training) else InferenceProgram
    session = model.session()
    compiled = session.compiled
    data = adapt(x, y, sample_weight)
    given_shape = data.x.shape
    with attempt(session):
        feed, program = session.feed(data)
        assert compiled.loss is not None
        loss = compiled.loss.spec()
        head = fused_head(model, loss)

        def differentiate(is_tapped: Callable[[Place], bool]) -> tuple[_ByVariable, dict[Place, Array]]:
            by_place: dict[Place, Array] = {}
            tapped = kind(model, program.feature_shape, is_tapped, on_gradient=by_place.__setitem__)
            by_variable = tapped.trainer(loss).gradients(feed)
            return by_variable, dict(reversed(by_place.items()))  # the backward pass ends at the input

        by_variable, by_place = differentiate(
            lambda place: place.part != PREACTIVATION and place.layer is not head
        )
        if head is not None:  # by itself, as a tap keeps it from being fused with the loss
            _, alone = differentiate(
                lambda place: place.part == INPUT or (place.layer is head and place.part == OUTPUT)
            )
            by_place |= {place: gradient for place, gradient in alone.items() if place.part == OUTPUT}
    by_inputs = next(gradient for place, gradient in by_place.items() if place.part == INPUT)
    trained = {id(variable): variable.path for variable in model.trainable_weights}
    return Gradients(
        weights={trained[id(v)]: gradient for v, gradient in by_variable if id(v) in trained},
        outputs={place.label: gradient for place, gradient in by_place.items() if place.part == OUTPUT},
        inputs=by_inputs.reshape(given_shape) if inputs else None,
    )
