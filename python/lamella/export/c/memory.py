"""Where the values of an exported model lie: those that are not needed together share memory."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from lamella.export.inference import Inference, Step
from lamella.export.ops import exported_op


class MemoryPlan(NamedTuple):
    """Where each value begins in the workspace, and how many numbers that has.

    Values at None lie in the caller's memory: in his output the values of `in_output`, the others in his
    input.
    """

    offsets: dict[int, int | None]
    in_output: set[int]
    size: int


class _Buffer:
    """Values that lie in the same place, from the step that makes the first to the last that reads one."""

    def __init__(self, value: int, size: int, begin: int) -> None:
        self.values = {value}
        self.size = size
        self.begin = begin
        self.end = begin

    def overlaps(self, other: _Buffer) -> bool:
        """Whether both are needed at the same time."""
        return self.begin <= other.end and other.begin <= self.end


def _writes_in_place(step: Step) -> bool:
    """Whether the output of a step may lie where its first input does."""
    return exported_op(step.op).in_place and step.attributes.get("kind") != "glu"  # which halves its input


def plan_memory(inference: Inference) -> MemoryPlan:
    """Place all values of a model.

    >>> import lamella
    >>> layers = [lamella.layers.Dense(6), lamella.layers.ReLU(), lamella.layers.Dense(5)]
    >>> model = lamella.Sequential([lamella.Input((4,)), *layers, lamella.layers.Dense(3)])
    >>> plan = plan_memory(Inference(model))
    >>> plan.size, plan.offsets
    (11, {0: None, 1: 0, 2: 0, 3: 6, 4: None})
    """
    buffers = _buffers(inference)
    first, last = buffers[0], buffers[inference.output]
    offsets: dict[int, int | None] = dict.fromkeys([*first.values, *last.values])
    distinct = {id(buffer): buffer for buffer in buffers.values()}
    inner = [buffer for buffer in distinct.values() if buffer not in (first, last)]
    placed: list[tuple[int, _Buffer]] = []
    for buffer in sorted(inner, key=lambda buffer: -buffer.size):
        offset = _lowest(buffer, placed)
        placed.append((offset, buffer))
        offsets |= dict.fromkeys(buffer.values, offset)
    in_output = set() if last is first else last.values
    size = max((offset + buffer.size for offset, buffer in placed), default=0)
    return MemoryPlan(dict(sorted(offsets.items())), in_output, size)


def _buffers(inference: Inference) -> dict[int, _Buffer]:
    """The buffer of each value: reshaped values stay where they are, others may take what ends."""
    origin = {0: 0}
    last_read = {0: 0}
    for number, step in enumerate(inference.steps):
        for value in step.inputs:
            last_read[origin[value]] = number
        origin[step.output] = origin[step.inputs[0]] if step.op == "reshape" else step.output
        last_read.setdefault(origin[step.output], number)
    last_read[origin[inference.output]] = len(inference.steps)

    buffers = {0: _Buffer(0, prod(inference.input_shape), 0)}
    buffers[0].end = last_read[0]
    for number, step in enumerate(inference.steps):
        source = buffers[step.inputs[0]]
        ends_here = source is not buffers[0] and source.end == number and _alone(source, step, buffers)
        if step.op == "reshape" or (_writes_in_place(step) and ends_here):
            source.values.add(step.output)
            buffers[step.output] = source
        else:
            buffers[step.output] = _Buffer(step.output, prod(step.shape), number)
        buffers[step.output].end = max(buffers[step.output].end, last_read[origin[step.output]])
    return buffers


def _alone(source: _Buffer, step: Step, buffers: dict[int, _Buffer]) -> bool:
    """Whether no third input of a sum lies where the first does, which by then holds a sum."""
    return all(buffers[value] is not source for value in step.inputs[2:])


def _lowest(buffer: _Buffer, placed: Sequence[tuple[int, _Buffer]]) -> int:
    """The lowest place for a buffer among those that are needed when it is."""
    offset = 0
    for other_offset, other in sorted(placed, key=lambda entry: entry[0]):
        if buffer.overlaps(other) and other_offset < offset + buffer.size:
            offset = max(offset, other_offset + other.size)
    return offset
