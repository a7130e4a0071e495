"""The native trainer and evaluators of a compiled model: made when they are needed, anew after changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from lamella import _core
from lamella.base.settings import Version
from lamella.base.types import Spec
from lamella.graph.program import Program
from lamella.losses import Loss
from lamella.metrics import Metric
from lamella.optimizers import Optimizer

T = TypeVar("T", bound=_core.Trainer | _core.Evaluator)


class Objective(NamedTuple):
    """What a run is judged by.

    Attributes:
        loss: the loss.
        metrics: the metrics, the weighted ones last.
        unweighted: how many of them are not weighted.
    """

    loss: Loss
    metrics: Sequence[Metric]
    unweighted: int

    def specs(self) -> tuple[Spec, list[Spec]]:
        """The native loss and metrics."""
        specs = [metric.spec() for metric in self.metrics]
        weighted = [(kind, {**attributes, "weighted": True}) for kind, attributes in specs[self.unweighted :]]
        return self.loss.spec(), [*specs[: self.unweighted], *weighted]

    def apart(self) -> Objective:
        """The same with metrics in Python that have a state of their own: several runs may go on at once."""
        metrics = [copy.deepcopy(metric) if metric.runs_in_python else metric for metric in self.metrics]
        return self._replace(metrics=metrics)


class Kept(Generic[T]):
    """A native object with what it was made of."""

    def __init__(self, native: T, program: Program, specs: Any, version: int) -> None:
        self.native = native
        self.program = program
        self.specs = specs
        self._version = version

    def runs(self, program: Program) -> bool:
        """Have it run this program; returns whether it does: no setting has changed since the last time."""
        return self._version == Version.number and (self.program is program or self._turns_to(program))

    def still_runs(self, program: Program, specs: Any, version: int) -> bool:
        """The same after some setting changed: it does where it is what would be made now."""
        if self.specs != specs or not (self.program is program or self._turns_to(program)):
            return False
        self._version = version
        return True

    def _turns_to(self, program: Program) -> bool:
        """Turn to the program of another shape; returns whether it is of the same model."""
        if not program.is_alike(self.program):
            return False
        self.native.use(program.native)
        self.program = program
        return True


class Training:
    """The native trainer of a model; slots and steps stay with the optimizer when it changes.

    Args:
        optimizer: the optimizer.
        seed: what shuffling and dropout are drawn from.
    """

    def __init__(self, optimizer: Optimizer, seed: int) -> None:
        self._optimizer = optimizer
        self.seed = seed
        self._kept: Kept[_core.Trainer] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the trainer; the optimizer keeps what was trained."""
        return {**self.__dict__, "_kept": None}

    def snapshot(self) -> Callable[[], None]:
        """A function that makes it, and the optimizer, again what they are now."""
        kept, undo_optimizer = self._kept, self._optimizer.snapshot()

        def undo() -> None:
            self._kept = kept
            undo_optimizer()

        return undo

    @property
    def trainer(self) -> _core.Trainer | None:
        """The trainer, None before there is one."""
        return None if self._kept is None else self._kept.native

    @property
    def dtype(self) -> str:
        """The numeric type of the trainer."""
        assert self._kept is not None
        return self._kept.program.dtype

    def trainer_for(self, program: Program, objective: Objective) -> _core.Trainer:
        """The trainer, for this program."""
        kept = self._kept
        if kept is None or not kept.runs(program):
            kept = self._kept = self._renewed(program, objective)
        return kept.native

    def _renewed(self, program: Program, objective: Objective) -> Kept[_core.Trainer]:
        """The trainer with what it is made of: the one that is kept, where it is still right."""
        kept, version = self._kept, Version.number
        loss, metrics, update = made_of = (*objective.specs(), self._optimizer.spec())
        if kept is not None and kept.still_runs(program, made_of, version):
            return kept
        trainer = _core.Trainer(
            program.native,
            loss,
            metrics,
            update,
            program.penalties,
            self.seed,
            self._optimizer.trainer,
            program.constraints,
            [variable for variable in program.variables if not self._optimizer.decays(variable)],
        )
        if kept is not None and kept.specs[:2] == made_of[:2]:
            trainer.set_running_values(kept.native.running_values())
        self._optimizer.attach(trainer, program.variables)
        return Kept(trainer, program, made_of, version)


class Evaluation:
    """Loss and metrics of one running call, over batches of any shape.

    Args:
        objective: what is computed.

    Attributes:
        shared: whether another call may go on with it; metrics in Python have a state of this call.
        version: when it was made.
    """

    def __init__(self, objective: Objective) -> None:
        self.shared = not any(metric.runs_in_python for metric in objective.metrics)
        self.version = Version.number
        self._objective = objective.apart()
        self._kept: Kept[_core.Evaluator] | None = None

    def evaluator_for(self, program: Program) -> _core.Evaluator:
        """The evaluator, for this program."""
        kept = self._kept
        if kept is None or not kept.runs(program):
            kept = self._kept = self._renewed(program)
        return kept.native

    def _renewed(self, program: Program) -> Kept[_core.Evaluator]:
        kept, version = self._kept, Version.number
        loss, metrics = made_of = self._objective.specs()
        if kept is not None and kept.still_runs(program, made_of, version):
            return kept
        evaluator = _core.Evaluator(program.native, loss, metrics, program.penalties)
        if kept is not None and kept.specs == made_of:
            evaluator.set_running_values(kept.native.running_values())
        return Kept(evaluator, program, made_of, version)


class Evaluations:
    """The evaluations of a model: every running call, in a thread or in a callback, has one of its own."""

    def __init__(self) -> None:
        self._idle: list[tuple[Objective, Evaluation]] = []

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: evaluators are made again."""
        return {"_idle": []}

    def running(self, objective: Objective) -> Running:
        """One that nobody else uses meanwhile."""
        return Running(self, objective)

    def take(self, objective: Objective) -> Evaluation:
        """One that is idle and still right, or a new one."""
        try:
            known, evaluation = self._idle.pop()
        except IndexError:
            return Evaluation(objective)
        is_right = known is objective and evaluation.version == Version.number
        return evaluation if is_right else Evaluation(objective)

    def give_back(self, objective: Objective, evaluation: Evaluation) -> None:
        """Keep it for the next call, unless another is kept already."""
        if evaluation.shared and not self._idle:
            self._idle.append((objective, evaluation))


class Running:
    """Within it a call has an evaluation of its own; one that failed is not used again."""

    __slots__ = ("_evaluation", "_evaluations", "_objective")

    def __init__(self, evaluations: Evaluations, objective: Objective) -> None:
        self._evaluations = evaluations
        self._objective = objective

    def __enter__(self) -> Evaluation:
        self._evaluation = self._evaluations.take(self._objective)
        return self._evaluation

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is None:
            self._evaluations.give_back(self._objective, self._evaluation)
