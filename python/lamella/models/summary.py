"""The table that `summary` prints, in Keras's layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lamella.base.checks import flag, integer, number, refusal, takes
from lamella.base.output import terminal_width, write_line
from lamella.graph.layer import Layer

if TYPE_CHECKING:
    from lamella.graph.base_model import BaseModel
    from lamella.graph.program import Program
    from lamella.training.compiled import Compiled
    from lamella.variable import Variable

_HEADER = ["Layer (type)", "Output Shape", "Param #"]
_POSITIONS = [0.45, 0.80, 1.0]
_WIDTH = 88
_LONGEST = 10_000
_WIDTH_OF_TRAINABLE = 12


def print_summary(
    model: BaseModel,
    compiled: Compiled | None,
    line_length: int | None,
    positions: Sequence[float] | None,
    print_fn: Callable[[str], Any] | None,
    expand_nested: bool,
    show_trainable: bool,
    layer_range: Sequence[str] | None,
    batch_size: int | None,
) -> None:
    """Print the summary of a model; see `Model.summary`."""
    _check_arguments(line_length, positions, print_fn, layer_range, batch_size)
    expand_nested = flag("summary", "expand_nested", expand_nested)
    show_trainable = flag("summary", "show_trainable", show_trainable)
    header, ends, width = list(_HEADER), list(positions or _POSITIONS), _WIDTH
    if show_trainable:
        header.append("Trainable")
        ends = [end * 0.90 for end in ends] + [1.0]
        width += _WIDTH_OF_TRAINABLE
    width = line_length or min(width, terminal_width() - 4)
    rows: list[list[str]] = []
    for layer in _choose(model.layers, layer_range):
        rows += _layer_rows(layer, 0, expand_nested, show_trainable)
    lines = [f'Model: "{model.name}"', *_table(header, rows, _column_widths(width, ends))]
    lines += _totals(model)
    if batch_size is not None:
        lines += _step_costs(model, compiled, batch_size)
    for line in lines:
        (print_fn or write_line)(line)


def html_summary(model: BaseModel) -> str:
    """The summary of a model as a table of HTML, layers of models in it included."""
    from html import escape

    header = [*_HEADER, "Trainable"]
    rows = [row for layer in model.layers for row in _layer_rows(layer, 0, True, True)]
    lines = [
        _html_row("td", [escape(cell) for cell in [*row, *[""] * (len(header) - len(row))]]) for row in rows
    ]
    head = _html_row("th", header)
    totals = "<br>".join(escape(line.strip()) for line in _totals(model))
    return (
        f'<b>{escape(type(model).__name__)} "{escape(model.name)}"</b>'
        f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table><p>{totals}</p>"
    )


def _html_row(tag: str, cells: list[str]) -> str:
    """A row; numbers, which stand third, to the right."""
    sides = ["left", "left", "right", "center"]
    return (
        "<tr>"
        + "".join(
            f'<{tag} style="text-align: {side}; white-space: pre">{cell}</{tag}>'
            for side, cell in zip(sides, cells, strict=True)
        )
        + "</tr>"
    )


def _check_arguments(
    line_length: Any, positions: Any, print_fn: Any, layer_range: Any, batch_size: Any
) -> None:
    if line_length is not None:
        integer("summary", "line_length", line_length, least=1, most=_LONGEST)
    if positions is not None and not (isinstance(positions, (list, tuple)) and len(positions) in (3, 4)):
        raise refusal(
            "summary", "positions", "three shares of the width, four with show_trainable", positions
        )
    for position in positions or ():
        number("summary", "positions", position, least=0, most=1)
    if print_fn is not None and not (callable(print_fn) and takes(print_fn, "")):
        raise refusal("summary", "print_fn", "a function of a line, or None", print_fn)
    if layer_range is not None and not isinstance(layer_range, (list, tuple)):
        raise refusal("summary", "layer_range", "two names or patterns of names", layer_range)
    if batch_size is not None:
        integer("summary", "batch_size", batch_size, least=1)


def _choose(layers: list[Layer], layer_range: Sequence[str] | None) -> list[Layer]:
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(pattern, str) for pattern in layer_range):
        raise ValueError(f"layer_range must be two names or patterns of names. Received: {layer_range!r}")
    try:
        first, last = map(re.compile, layer_range)
    except re.error as error:
        raise ValueError(
            f"layer_range must be patterns of names: {error}. Received: {layer_range!r}"
        ) from None
    starts, stops = ([i for i, layer in enumerate(layers) if p.match(layer.name)] for p in (first, last))
    if not starts or not stops:
        raise ValueError(f"layer_range matches no layer. Received: {layer_range!r}")
    begin, end = sorted((min(starts), max(stops)))
    return layers[begin : end + 1]


def _layer_rows(layer: Layer, level: int, expand_nested: bool, show_trainable: bool) -> list[list[str]]:
    prefix = "   " * level + "└ " if level else ""
    row = [f"{prefix}{layer.name} ({type(layer).__name__})"]
    if layer.built:
        row += [f"({', '.join(str(axis) for axis in layer.output_shape)})", f"{layer.count_params():,}"]
    else:
        row += ["?", "0 (unbuilt)"]
    if show_trainable:
        row.append("-" if not layer.weights else "Y" if layer.trainable else "N")
    rows = [row]
    if expand_nested:
        for inner in getattr(layer, "layers", []):
            rows += _layer_rows(inner, level + 1, expand_nested, show_trainable)
    return rows


def _column_widths(width: int, ends: Sequence[float]) -> list[int]:
    """Widths of the cells, a space on either side included; the lines around them cost all alike."""
    texts, current = [], 0
    for end in ends:
        texts.append(int(end * width) - current)
        current = int(end * width)
    excess = current + 3 * len(texts) + 1 - width
    widths = []
    for index, text in enumerate(texts):
        share = round(excess / (len(texts) - index))
        excess -= share
        widths.append(text + 2 - share)
    if min(widths) < 4:
        raise ValueError("The summary does not fit: pass a larger line_length")
    return widths


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    bars = ["━" * width for width in widths]
    thin = ["─" * width for width in widths]
    lines = [f"┏{'┳'.join(bars)}┓", *_row_lines(header, widths, "┃"), f"┡{'╇'.join(bars)}┩"]
    for index, row in enumerate(rows):
        if index:
            lines.append(f"├{'┼'.join(thin)}┤")
        lines += _row_lines(row, widths, "│")
    return [*lines, f"└{'┴'.join(thin)}┘"]


def _row_lines(row: list[str], widths: list[int], edge: str) -> list[str]:
    """A row as lines: texts that are too long go on below."""
    import textwrap

    cells = [
        [_fit(line, width - 2) for line in textwrap.wrap(text, width - 2, break_long_words=False)] or [""]
        for text, width in zip(row, widths, strict=True)
    ]
    lines = []
    for index in range(max(len(cell) for cell in cells)):
        texts = [cell[index] if index < len(cell) else "" for cell in cells]
        aligned = [
            f" {_align(text, column, width - 2)} "
            for column, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        lines.append(edge + edge.join(aligned) + edge)
    return lines


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _align(text: str, column: int, width: int) -> str:
    """Names and shapes to the left, numbers to the right, marks in the middle."""
    if column == 2:
        return text.rjust(width)
    return text.center(width) if column == 3 else text.ljust(width)


def _totals(model: BaseModel) -> list[str]:
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    counts = {"Trainable": _count(trainable), "Non-trainable": _count(frozen)}
    optimizer = model.optimizer
    if optimizer is not None and optimizer.built:
        slots, slot_bytes = _count(trainable)
        scalars = 2  # the step counter and the learning rate, as Keras counts them
        counts["Optimizer"] = (optimizer.slots * slots + scalars, optimizer.slots * slot_bytes + 4 * scalars)
    total = tuple(sum(numbers) for numbers in zip(*counts.values(), strict=True))
    return [
        f" {name} params: {number:,} ({_readable(size)})"
        for name, (number, size) in {"Total": total, **counts}.items()
    ]


def _count(variables: list[Variable]) -> tuple[int, int]:
    sizes = {"float32": 4, "float64": 8}
    number = sum(variable.size for variable in variables)
    return number, sum(variable.size * sizes[variable.dtype] for variable in variables)


def _readable(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def _step_costs(model: BaseModel, compiled: Compiled | None, batch_size: int) -> list[str]:
    """What a step of so many rows costs: operations, and where the model is compiled, memory."""
    features = tuple(axis for axis in model.input_shape[1:] if axis is not None) if model.built else ()
    if not model.built or len(features) < len(model.input_shape) - 1:
        raise ValueError(f"Model '{model.name}' must be built for a known shape before a step can be counted")
    program = model.program_for(features)
    forward = batch_size * sum(int(cost["forward_flops"]) for cost in program.native.costs())
    backward = batch_size * _backward_flops(program)
    lines = [
        f" A training step of {batch_size} rows:",
        f"   FLOPs: {forward + backward:,} (forward {forward:,}, backward {backward:,})",
    ]
    if compiled is not None and compiled.settle_from_loss(program.output_shape):
        memory = compiled.trainer_for(program).memory(batch_size)
        parts = ", ".join(f"{name} {size:,}" for name, size in memory.items() if name != "total")
        lines.append(f"   Memory: {memory['total']:,} bytes ({parts})")
    return lines


def _backward_flops(program: Program) -> int:
    """Operations on the way back of one row, which begins at the first layer that is trained."""
    carries_gradient = {value.id: False for value in program.inputs}
    total = 0
    for operation, cost in zip(program.operations, program.native.costs(), strict=True):
        trained = any(variable is not None and variable.trainable for variable in operation.variables)
        passed_on = any(carries_gradient[value.id] for value in operation.inputs)
        carries_gradient |= {value.id: trained or passed_on for value in operation.outputs}
        flops = int(cost["backward_flops"])
        if trained and passed_on:
            total += flops
        elif trained or passed_on:
            # A product goes back twice, to its kernel and to its input; all else is one pass.
            total += min(flops, int(cost["forward_flops"]))
    return total
