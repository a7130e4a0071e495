"""An ONNX graph as it grows: nodes, constants, names, and transposes only where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lamella.base.optional import require
from lamella.base.types import Array
from lamella.export.inference import Constant

OPSET = 17
_IR_VERSION = 8  # the one that came with this opset
_MOST_BYTES = 2**31 - 2**24  # what protobuf writes, less what nodes take


class Tensor(NamedTuple):
    """A value in the graph: axis i of what lamella computes is axis `axes[i]` of what the graph holds."""

    name: str
    axes: tuple[int, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """For each axis that the graph holds, which one of lamella's it is."""
        return tuple(self.axes.index(axis) for axis in range(len(self.axes)))


def as_held(name: str, rank: int) -> Tensor:
    """A value whose axes lie in lamella's order."""
    return Tensor(name, tuple(range(rank)))


def channels_first(rank: int) -> tuple[int, ...]:
    """The order of axes that ONNX wants, of those of (rows, ..., channels)."""
    return (0, rank - 1, *range(1, rank - 1))


class Graph:
    """Collects what an ONNX model is made of.

    Args:
        dtype: of all values, "float32" or "float64".
        input_name, output_name: how its ends are called.
    """

    def __init__(self, dtype: str, input_name: str, output_name: str) -> None:
        self._helper = require("onnx.helper", "onnx")
        self._numpy_helper = require("onnx.numpy_helper", "onnx")
        self.dtype = np.dtype(dtype)
        self.element_type: int = self._helper.np_dtype_to_tensor_dtype(self.dtype)
        self._names: set[str] = set()
        self.input_name = self._unique(input_name)
        self.output_name = self._unique(output_name)
        self._nodes: list[Any] = []
        self._constants: dict[str, list[tuple[str, Array]]] = {}
        self._arranged: dict[tuple[str, tuple[int, ...]], str] = {}

    def _unique(self, name: str) -> str:
        unique, count = name, 0
        while unique in self._names or not unique:
            count += 1
            unique = f"{name}_{count}"
        self._names.add(unique)
        return unique

    def nodes_outputs(
        self, op: str, inputs: Sequence[str], label: str, count: int = 1, **attributes: Any
    ) -> list[str]:
        """Append a node; returns the names of its outputs."""
        outputs = [self._unique(f"{label}/{op}") for _ in range(count)]
        self._nodes.append(self._helper.make_node(op, list(inputs), outputs, name=outputs[0], **attributes))
        return outputs

    def node(self, op: str, inputs: Sequence[str], label: str, **attributes: Any) -> str:
        """Append a node with one output; returns its name."""
        return self.nodes_outputs(op, inputs, label, **attributes)[0]

    def constant(self, name: str, value: Any, dtype: Any = None) -> str:
        """The name of a constant, the one there is where it has the same values already.

        Args:
            name: the name it should have.
            value: an array or a list.
            dtype: its type; that of the model by default.
        """
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype or self.dtype))
        for known, other in self._constants.setdefault(name, []):
            if other.dtype == array.dtype and other.shape == array.shape and np.array_equal(other, array):
                return known
        unique = self._unique(name)
        self._constants[name].append((unique, array))
        return unique

    def number(self, value: float) -> str:
        """The name of a constant that is a single number."""
        return self.constant(f"number/{value:.9g}", np.asarray(value, self.dtype))

    def integers(self, values: Sequence[int], label: str) -> str:
        """The name of a list of integers, which shapes and axes are."""
        return self.constant(label, values, np.int64)

    def arranged(self, tensor: Tensor, order: Sequence[int]) -> str:
        """The name of a value with lamella's axes in this order; transposed unless it is so already."""
        permutation = tuple(tensor.axes[axis] for axis in order)
        if permutation == tuple(range(len(permutation))):
            return tensor.name
        key = (tensor.name, permutation)
        if key not in self._arranged:
            label = tensor.name.rpartition("/")[0] or tensor.name
            self._arranged[key] = self.node("Transpose", [tensor.name], label, perm=list(permutation))
        return self._arranged[key]

    def plain(self, tensor: Tensor) -> str:
        """The name of a value with its axes in lamella's order."""
        return self.arranged(tensor, range(len(tensor.axes)))

    def broadcast(self, constant: Constant, tensor: Tensor) -> str:
        """The name of a constant that fits the last axes of a value, arranged as the graph holds it."""
        array = constant.array
        array = array.reshape((1,) * (len(tensor.axes) - array.ndim) + array.shape)
        return self.constant(constant.name, array.transpose(tensor.order))

    def model(
        self, name: str, input_shape: Sequence[int], output: Tensor, output_shape: Sequence[int]
    ) -> Any:
        """The whole model, checked.

        Raises:
            ValueError: when its constants are more than a file of this format holds.
        """
        constants = [entry for entries in self._constants.values() for entry in entries]
        if sum(array.nbytes for _, array in constants) > _MOST_BYTES:
            raise ValueError(f"Model '{name}' is too large: files of ONNX hold at most 2 GB")
        self._end(self.plain(output))
        ends = [
            self._helper.make_tensor_value_info(end, self.element_type, ["batch", *shape])
            for end, shape in ((self.input_name, input_shape), (self.output_name, output_shape))
        ]
        tensors = [self._numpy_helper.from_array(array, unique) for unique, array in constants]
        graph = self._helper.make_graph(self._nodes, name, ends[:1], ends[1:], tensors)
        opsets = [self._helper.make_opsetid("", OPSET)]
        model = self._helper.make_model(graph, opset_imports=opsets, producer_name="lamella")
        model.ir_version = _IR_VERSION
        require("onnx.checker", "onnx").check_model(model, full_check=True)
        return model

    def _end(self, last: str) -> None:
        """Give the last value the name of the output."""
        makers = [node for node in self._nodes if last in node.output]
        if not makers:  # it is the input itself
            self._nodes.append(self._helper.make_node("Identity", [last], [self.output_name]))
        for node in makers:
            node.output[:] = [self.output_name if name == last else name for name in node.output]
        for node in self._nodes if makers else ():
            node.input[:] = [self.output_name if name == last else name for name in node.input]
