"""The native core: programs, training, prediction. Private; lamella's Python classes are the public face."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

from numpy.typing import NDArray

_Result = TypeVar("_Result", bound=NDArray[Any])

__version__: str

def isa() -> str: ...
def available_isas() -> list[str]: ...
def num_threads() -> int: ...
def set_num_threads(count: int) -> None: ...
def devices() -> list[str]: ...
def checksum(buffer: Any) -> int:
    """Checksum of the bytes of an object with contiguous memory: XXH64 of the XXH64s of its MiBs."""

class Variable:
    """A named tensor that layers own: 64-byte aligned memory and a version counter."""

    @overload
    def __init__(self, value: NDArray[Any], name: str, trainable: bool = True) -> None: ...
    @overload
    def __init__(self, shape: Sequence[int], dtype: str, name: str, trainable: bool = True) -> None:
        """A variable of zeros."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def trainable(self) -> bool: ...
    @property
    def version(self) -> int: ...
    def numpy(self) -> NDArray[Any]: ...
    def assign(self, value: NDArray[Any]) -> None: ...
    def read(self, descriptor: int, offset: int) -> int:
        """Replace the values by bytes of an open file, as they lie in memory; returns their checksum."""

def pack(variables: Sequence[Variable]) -> None:
    """Move freshly built variables, in this order, into one contiguous block."""

class Program:
    """A model flattened into operations over numbered values. Value 0 is the input."""

    def __init__(self, input_shape: Sequence[int], dtype: str) -> None: ...
    def add(
        self,
        op: str,
        inputs: Sequence[int],
        variables: Sequence[Variable | None],
        attributes: dict[str, Any],
        name: str,
        trainable: bool,
    ) -> int:
        """Append an operation and return the id of its output value."""

    def add_penalty(self, value: int, kind: str, settings: dict[str, Any], name: str) -> int:
        """Let a regulariser of a value add to the loss; returns the id of its output value."""

    def add_python(
        self,
        value: int,
        variables: Sequence[Variable | None],
        output_shape: Sequence[int],
        forward: Any,
        backward: Any,
        name: str,
        trainable: bool,
    ) -> int:
        """Append a layer written in Python; returns the id of its output value."""

    def set_output(self, value: int) -> None: ...
    def shape(self, value: int) -> tuple[int, ...]:
        """Shape of a value without the batch axis."""

    def costs(self) -> list[dict[str, Any]]:
        """Per operation: name, op, forward_flops and backward_flops of one row."""

class Feed:
    """Arrays that batches are gathered from: any strides, any real or integer dtype, never copied."""

    def __init__(
        self,
        x: NDArray[Any],
        y: NDArray[Any] | None = None,
        sample_weight: NDArray[Any] | None = None,
    ) -> None: ...
    @property
    def rows(self) -> int: ...

class Trainer:
    """Owns gradients, optimizer slots, the memory plan and the running loss and metrics of a program."""

    def __init__(
        self,
        program: Program,
        loss: tuple[str, dict[str, Any]],
        metrics: Sequence[tuple[str, dict[str, Any]]],
        optimizer: tuple[str, dict[str, Any]],
        penalties: Sequence[tuple[Variable, str, dict[str, Any]]],
        seed: int,
        previous: Trainer | None = None,
        constraints: Sequence[tuple[Variable, str, dict[str, Any]]] = [],
        without_decay: Sequence[Variable] = [],
    ) -> None: ...
    iterations: int
    seed: int
    @property
    def began(self) -> int:
        """The iterations that there were when the pass was begun."""

    def use(self, program: Program) -> None:
        """Go on with another program of the same model, for rows of another shape."""

    def start(self, feed: Feed, batch_size: int, steps: int | None = None, shuffle: bool = False) -> int:
        """Check the feed, plan memory for the batch size, begin a pass; returns its number of steps."""

    def run(self, learning_rate: float | Sequence[float], max_steps: int = 0) -> int:
        """Run until the pass ends, max_steps are done (0: all) or 50 ms are over; returns the steps done.

        The learning rate is one for all steps, or a sequence of one for each step that may run.
        """

    def step(
        self,
        x: NDArray[Any],
        y: NDArray[Any] | None,
        sample_weight: NDArray[Any] | None,
        learning_rate: float,
    ) -> list[Any]:
        """Take one step on all of these rows, apart from any pass; returns its loss and metrics."""

    def overwrite_with_averages(self) -> None:
        """Replace the weights by their moving averages, where the optimizer keeps them (use_ema)."""

    def results(self) -> list[Any]:
        """Running loss and metrics since reset_metrics()."""

    def reset_metrics(self) -> None: ...
    def first_nonfinite_step(self) -> int | None:
        """The first iteration whose loss was not finite, or None."""

    def running_values(self) -> list[list[float]]:
        """What loss and metrics have summed up since reset_metrics()."""

    def set_running_values(self, values: Sequence[Sequence[float]]) -> None:
        """Go on from running_values()."""

    def skip(self, steps: int) -> None:
        """Go on in this pass as if so many steps had been run."""

    def slots(self) -> list[tuple[Variable, str, NDArray[Any]]]:
        """Copies of the optimizer's slots in variable order."""

    def set_slots(self, slots: Sequence[tuple[Variable, str, NDArray[Any]]]) -> None:
        """Take over slots as slots() gives them; those this trainer does not keep are left out."""

    def gradients(self, feed: Feed) -> list[tuple[Variable, NDArray[Any]]]:
        """Loss gradients (penalties included) of one batch, in training mode, without an update."""

    def gradient_layout(self) -> list[tuple[Variable, int]]:
        """Where the gradient of each trained variable begins in what a gradient hook gets, in numbers."""

    def set_gradient_hook(self, function: Callable[[NDArray[Any]], Any] | None) -> None:
        """Have a function called with the gradients of each step before the update.

        It gets one array of all of them, penalties included, padded with zeros between variables. What it
        returns, unless None, takes their place. A trainer that takes over from this one keeps the function.
        """

    def memory(self, batch_size: int) -> dict[str, int]:
        """Bytes that a step keeps: parameters, gradients, slots, activations, packed, batch, total."""

class Evaluator:
    """Loss and metrics of a program in inference mode; independent of any trainer."""

    def __init__(
        self,
        program: Program,
        loss: tuple[str, dict[str, Any]] | None,
        metrics: Sequence[tuple[str, dict[str, Any]]],
        penalties: Sequence[tuple[Variable, str, dict[str, Any]]],
    ) -> None: ...
    def use(self, program: Program) -> None: ...
    def start(self, feed: Feed, batch_size: int, steps: int | None = None) -> int: ...
    def run(self, max_steps: int = 0) -> int: ...
    def results(self) -> list[Any]: ...
    def reset_metrics(self) -> None: ...
    def running_values(self) -> list[list[float]]: ...
    def set_running_values(self, values: Sequence[Sequence[float]]) -> None: ...

class Arenas:
    """Memory that predictors share."""

    def __init__(self) -> None: ...

class Predictor:
    """Outputs of a program. Safe to call from several threads at once."""

    def __init__(
        self,
        program: Program,
        training: bool = False,
        augments: bool = False,
        arenas: Arenas | None = None,
    ) -> None: ...
    @overload
    def __call__(self, x: NDArray[Any], batch_size: int = 0, seed: int = 0) -> NDArray[Any]: ...
    @overload
    def __call__(self, x: NDArray[Any], batch_size: int, seed: int, kind: type[_Result]) -> _Result:
        """Outputs for all rows of x, batch_size rows at a time (0: chosen by the core), as an array of this
        kind. What is random is drawn from the seed, and anew in each call.
        """

def loss_values(loss: tuple[str, dict[str, Any]], y_true: NDArray[Any], y_pred: NDArray[Any]) -> NDArray[Any]:
    """Per-row losses, shape y_pred.shape[:-1]."""

def metric_value(
    metric: tuple[str, dict[str, Any]], y_true: NDArray[Any], y_pred: NDArray[Any]
) -> NDArray[Any]:
    """Per-row metric values, shape y_pred.shape[:-1]."""

class MetricState:
    """A metric that accumulates over arrays."""

    def __init__(self, metric: tuple[str, dict[str, Any]]) -> None: ...
    def update(
        self, y_true: NDArray[Any], y_pred: NDArray[Any], sample_weight: NDArray[Any] | None = None
    ) -> None: ...
    def result(self) -> float | NDArray[Any] | None:
        """A number or an array; None before the first update."""

    def values(self) -> tuple[int, list[float]]:
        """What was summed up, for set_values()."""

    def set_values(self, cols: int, values: Sequence[float]) -> None: ...
    def reset(self) -> None: ...

def activation(name: str, x: NDArray[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    """An activation applied to an array."""
