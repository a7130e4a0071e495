"""What `compile` decides, and the native trainer and evaluator that follow from it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from lamella import _core, losses, metrics, optimizers
from lamella.base import seeding
from lamella.base.checks import refusal
from lamella.base.types import Array, Config
from lamella.data.arrays import ArrayData
from lamella.graph.program import Program
from lamella.losses import Loss
from lamella.metrics import Metric
from lamella.training.arguments import of_one_output
from lamella.training.native_runs import Evaluation, Evaluations, Objective, Training

_ACCURACY = ("accuracy", "acc")
_CROSSENTROPY = ("crossentropy", "ce")

_COMPILE_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "optimizer": (),
    "loss": (),
    "metrics": (),
    "weighted_metrics": (),
    "loss_weights": (None,),
    "run_eagerly": (False,),
    "steps_per_execution": (None, 1),
    "jit_compile": (None, True, False, "auto"),
    "auto_scale_loss": (None, True, False),
}
"""What a config of `compile` may hold, and the values that ask for nothing; all where there are none."""


class Compiled:
    """Optimizer, loss and metrics of a model.

    Names are looked up at once, so that `compile` reports what is misspelt; `"accuracy"` and
    `"crossentropy"` are settled when the first targets show what kind they are of.

    Args:
        optimizer: a name, a config or an optimizer.
        loss: a name, a config, a loss, or None.
        metric_list: a metric, a list of them, or None.
        weighted_list: the same, for metrics that count rows by their sample weights.
        output: the name of the output in dictionaries of losses and metrics, None for any.
    """

    def __init__(
        self,
        optimizer: Any,
        loss: Any,
        metric_list: Any,
        weighted_list: Any = None,
        output: str | None = None,
    ) -> None:
        found = optimizers.get(optimizer)
        if found is None:
            raise refusal(
                "compile", "optimizer", "a name, a config or an Optimizer, for evaluation too", optimizer
            )
        self.optimizer = found
        loss = of_one_output("loss", loss, output)
        self._arguments = {"loss": loss, "metrics": metric_list, "weighted_metrics": weighted_list}
        self._loss = loss if _is_one_of(loss, _CROSSENTROPY) or loss is None else losses.get(loss)
        weighted = _flatten(weighted_list, output)
        unweighted = _flatten(metric_list, output)
        self._metrics = [_get_metric(identifier) for identifier in [*unweighted, *weighted]]
        self._unweighted = len(self._metrics) - len(weighted)  # those come last
        self.names: list[str] = []
        self._sorted_names: list[tuple[str, int]] = []
        self._objective: Objective | None = None
        self._training = Training(self.optimizer, seeding.next_seed())
        self._evaluations = Evaluations()
        self._reported_step: int | None = None
        self.confirmed = False
        """Whether the targets that loss and metrics were chosen by were right: a call went through."""
        self.running: set[object] = set()
        """The calls that may still turn out to be wrong."""
        self.looked_at = False
        """Whether a first `fit` has looked for what can hardly be meant."""

    def get_config(self) -> Config:
        """The arguments of `compile`, as Keras writes them.

        Raises:
            ValueError: for what has no name that a file could give.
        """
        loss, weighted = self._arguments["loss"], self._arguments["weighted_metrics"]
        return {
            "optimizer": optimizers.serialize(self.optimizer),
            "loss": loss if loss is None or isinstance(loss, str) else losses.serialize(losses.get(loss)),
            "loss_weights": None,
            "metrics": [_describe_metric(metric) for metric in _flatten(self._arguments["metrics"])],
            "weighted_metrics": [_describe_metric(metric) for metric in _flatten(weighted)] or None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }

    @classmethod
    def from_config(cls, config: Config) -> Compiled:
        """Compile again from `get_config`'s dictionary or Keras's.

        Raises:
            ValueError: for an entry that is not supported.
        """
        if not isinstance(config, dict):
            raise refusal("compile_from_config", "config", "a dictionary of get_compile_config()", config)
        for key in config:
            if key not in _COMPILE_DEFAULTS or (
                _COMPILE_DEFAULTS[key] and config[key] not in _COMPILE_DEFAULTS[key]
            ):
                raise ValueError(f"compile() does not support the entry {key!r}: {config[key]!r}")
        loss = of_one_output("loss", config.get("loss"))
        loss = losses.get(loss) if isinstance(loss, dict) else loss
        return cls(config.get("optimizer"), loss, config.get("metrics"), config.get("weighted_metrics"))

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the calls that run."""
        return {**self.__dict__, "running": set()}

    def snapshot(self) -> Callable[[], None]:
        """A function that makes it again what it is now: nothing chosen, nothing trained."""
        names, ordered, objective = self.names, self._sorted_names, self._objective
        undo_training = self._training.snapshot()

        def undo() -> None:
            self.names, self._sorted_names, self._objective = names, ordered, objective
            self._evaluations = Evaluations()
            undo_training()

        return undo

    @property
    def loss(self) -> Loss | None:
        """The loss for the targets that were seen, None before."""
        return None if self._objective is None else self._objective.loss

    @property
    def metrics(self) -> list[Metric]:
        """The metrics for the targets that were seen, empty before."""
        return [] if self._objective is None else list(self._objective.metrics)

    @property
    def seed(self) -> int:
        """What shuffling and dropout are drawn from."""
        return self._training.seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._training.seed = value

    @property
    def given_loss(self) -> Any:
        """The loss as it was given."""
        return self._arguments["loss"]

    def settle(self, target_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> None:
        """Choose what depends on the targets, the first time there are any.

        Args:
            target_shape: shape of a row of targets.
            output_shape: shape of a row of outputs.
        """
        if self._objective is not None:
            return
        if self._loss is None:
            raise ValueError("The model has no loss: pass one to compile(), compile(loss='mse')")
        kind = _kind_of_targets(target_shape, output_shape)
        loss = losses.get(f"{kind}_crossentropy") if isinstance(self._loss, str) else self._loss
        loss = loss.with_labels(kind == "sparse_categorical")
        loss.spec()
        settled = [_settle_metric(metric, kind) for metric in self._metrics]
        for metric in settled:
            if metric.kind == "python":
                metric.takes_labels = kind == "sparse_categorical"
        for part in (loss, *settled):
            part.look_at(output_shape)
        names = [metric.name for metric in settled]
        for index in range(self._unweighted, len(names)):
            if names[index] in names[: self._unweighted]:
                names[index] = f"weighted_{names[index]}"
        self.names = _unique(["loss", *names])
        self._sorted_names = sorted((name, index) for index, name in enumerate(self.names))
        self._objective = Objective(loss, settled, self._unweighted)

    def settle_from_loss(self, output_shape: tuple[int, ...]) -> bool:
        """Settle without targets, where the loss says what they look like; returns whether all is settled."""
        if self.loss is None and isinstance(self._loss, Loss):
            sparse = self._loss.takes_labels
            self.settle(output_shape[:-1] if sparse else output_shape, output_shape)
        return self.loss is not None

    def targets_for(self, y: Array, output_shape: tuple[int, ...]) -> Array:
        """Targets with the number of axes that loss and metrics expect, as views."""
        assert self._objective is not None
        rank = len(output_shape) + 1
        sparse = self._objective.loss.takes_labels
        if sparse and y.ndim == rank and y.shape[-1] == 1:
            return y[..., 0]
        if not sparse and y.ndim == rank - 1 and output_shape[-1:] == (1,):
            return y[..., None]
        return y

    def feed(self, program: Program, data: ArrayData) -> _core.Feed:
        """The native feed of this data."""
        return _core.Feed(data.x, self.settled_targets(program, data), data.sample_weight)

    def settled_targets(self, program: Program, data: ArrayData) -> Array:
        """The targets of this data as loss and metrics take them, which are settled by them if need be."""
        if data.y is None:
            raise ValueError("Training and evaluation need targets: pass y, or let x yield (x, y)")
        self.settle(data.y.shape[1:], program.output_shape)
        return self.targets_for(data.y, program.output_shape)

    def trainer_for(self, program: Program) -> _core.Trainer:
        """The trainer, for this program; slots and steps stay with the optimizer when it changed."""
        assert self._objective is not None
        return self._training.trainer_for(program, self._objective)

    def evaluation(self) -> AbstractContextManager[Evaluation]:
        """Loss and metrics of a running call, which other calls do not touch."""
        assert self._objective is not None
        return self._evaluations.running(self._objective)

    def reset_metrics(self) -> None:
        """Start the running means of training again; every evaluation starts its own."""
        if self._training.trainer is not None:
            self._training.trainer.reset_metrics()

    def logs(self, results: list[float], prefix: str = "") -> dict[str, float]:
        """Results under their names, sorted, as Keras logs them."""
        if len(results) == 1:  # the loss alone
            return {prefix + "loss": results[0]}
        return {prefix + name: results[index] for name, index in self._sorted_names}

    def report(self, results: list[float], return_dict: bool) -> Any:
        """Results as `evaluate` returns them: a dictionary, a list, or just the loss without metrics."""
        if return_dict:
            return dict(zip(self.names, results, strict=True))
        return results[0] if len(results) == 1 else results

    def warn_of_not_finite(self, trainer: _core.Trainer, cause: Callable[[str], str | None]) -> None:
        """Warn, once after `compile`, of the first step whose loss was NaN or infinite.

        Args:
            trainer: the trainer.
            cause: called with the numeric type, says which number of the data is not finite, if any.
        """
        if self._reported_step is not None:
            return
        self._reported_step = trainer.first_nonfinite_step()
        if self._reported_step is not None:
            hint = cause(self._training.dtype)
            warnings.warn(
                f"The loss of step {self._reported_step} is not finite; training goes on. "
                f"{hint or 'A smaller learning rate, or inputs of a smaller scale, may help'}",
                RuntimeWarning,
                stacklevel=4,
            )


def _is_one_of(identifier: Any, names: tuple[str, ...]) -> bool:
    return isinstance(identifier, str) and identifier.lower() in names


def _flatten(metric_list: Any, output: str | None = None) -> list[Any]:
    if metric_list is None:
        return []
    if isinstance(metric_list, dict) and "class_name" not in metric_list:
        metric_list = [of_one_output("metrics", metric_list, output)] if metric_list else []
    if isinstance(metric_list, (list, tuple)):
        return [member for entry in metric_list for member in _flatten(entry, output)]
    return [metric_list]


def _get_metric(identifier: Any) -> Metric | str:
    """A metric, named as the user named it; a name that waits for the targets stays one."""
    if _is_one_of(identifier, (*_ACCURACY, *_CROSSENTROPY)):
        return str(identifier)
    metric: Metric = metrics.get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


def _describe_metric(identifier: Any) -> Any:
    return identifier if isinstance(identifier, str) else metrics.serialize(metrics.get(identifier))


def _settle_metric(metric: Metric | str, kind: str) -> Metric:
    if isinstance(metric, Metric):
        return metric
    suffix = "accuracy" if metric.lower() in _ACCURACY else "crossentropy"
    settled = metrics.get(f"{kind}_{suffix}")
    settled.name = metric
    return settled


def _kind_of_targets(target_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> str:
    """Keras's rule for `"accuracy"` and `"crossentropy"`."""
    if output_shape[-1:] == (1,):
        return "binary"
    if len(target_shape) < len(output_shape) or target_shape[-1:] == (1,):
        return "sparse_categorical"
    return "categorical"


def _unique(names: list[str]) -> list[str]:
    """Append `_1`, `_2` ... to names that came before."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        result.append(name if count == 0 else f"{name}_{count}")
    return result
