"""Sequential: a stack of layers that is trained."""

from __future__ import annotations

from lamella.layers.stack import Stack
from lamella.models.model import Model


class Sequential(Stack, Model):
    """Layers one after the other.

    With an `Input` in front (or `input_shape=` on the first layer) it is built while layers are added;
    without, at the first call, `fit`, `evaluate` or `predict`, or by `build`.

    Args:
        layers: a list of layers; models may be among them.
        trainable: whether optimizers may change its variables. Defaults to True.
        name: a name; `sequential`, `sequential_1` ... by default.
        seed: an integer that initial weights, dropout and the order of rows follow from, whatever else draws
            random numbers. None, the default, follows `lamella.utils.set_random_seed`. Layers that were built
            before they were added keep their weights, those with a seed of their own follow that.

    Raises:
        ValueError: for something that is not a layer, or a name that two layers share.

    >>> import lamella
    >>> model = lamella.Sequential([lamella.Input((4,)), lamella.layers.Dense(3), lamella.layers.Dense(2)])
    >>> model.output_shape, model.count_params()
    ((None, 2), 23)
    """
