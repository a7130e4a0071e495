"""What exporters must know of each operation of a program, beside how to write it."""

from __future__ import annotations

from typing import NamedTuple


class ExportedOp(NamedTuple):
    """How an operation appears in an exported model.

    Attributes:
        in_place: whether its output may take the place of its first input.
        training_only: whether it does nothing at inference, but cut off what is beyond its output's shape.
        why_not: why no format has it, "" where all have.
    """

    in_place: bool = False
    training_only: bool = False
    why_not: str = ""


OPS = {
    "activation": ExportedOp(in_place=True),
    "add": ExportedOp(in_place=True),
    "batch_normalization": ExportedOp(in_place=True),
    "concatenate": ExportedOp(),
    "conv": ExportedOp(),
    "conv_transpose": ExportedOp(),
    "dense": ExportedOp(),
    "depthwise_conv": ExportedOp(),
    "dropout": ExportedOp(training_only=True),
    "gaussian_noise": ExportedOp(training_only=True),
    "map_axis": ExportedOp(),
    "penalty": ExportedOp(training_only=True),
    "permute": ExportedOp(),
    "pool": ExportedOp(),
    "prelu": ExportedOp(in_place=True),
    "python": ExportedOp(why_not="is written in Python"),
    "random_color": ExportedOp(training_only=True),
    "random_transform": ExportedOp(training_only=True),
    "rescaling": ExportedOp(in_place=True),
    "reshape": ExportedOp(),
    "row_normalization": ExportedOp(in_place=True),
    "spatial_dropout": ExportedOp(training_only=True),
}
"""All operations: those that the core registers, activity penalties, and layers written in Python."""


def exported_op(op: str) -> ExportedOp:
    """What is known of an operation.

    >>> exported_op("dropout").training_only
    True
    """
    return OPS.get(op, ExportedOp(why_not=f"computes '{op}', which no format has,"))
