"""What a training is at between two steps: all that decides how it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lamella.base import seeding
from lamella.base.types import Array, Config
from lamella.callbacks import Callback
from lamella.metrics import Metric
from lamella.training.passes import EvaluationPass, TrainingPass
from lamella.training.session import Session

if TYPE_CHECKING:
    from lamella.saving.native.tensor_file import TensorFile


class TrainingState:
    """Describes a running `fit` and takes a description back, to the last bit.

    Args:
        session: the model with what it is judged by.
        training: the pass over its data.
        validation: the pass over the validation data, or None.
        callbacks: the callbacks that are called.
        epochs: the epoch at which training ends.
    """

    def __init__(
        self,
        session: Session,
        training: TrainingPass,
        validation: EvaluationPass | None,
        callbacks: Sequence[Callback],
        epochs: int,
    ) -> None:
        self._model = session.model
        self._compiled = session.compiled
        self._training = training
        self._validation = validation
        self._callbacks = callbacks
        self._epochs = epochs
        self.began = training.trainer.iterations

    def describe(self, epoch: int, in_epoch: bool, logs: dict[str, float]) -> tuple[Config, dict[str, Array]]:
        """The state as JSON values and arrays.

        Args:
            epoch: the epoch that runs, or comes next.
            in_epoch: whether it runs already.
            logs: those of the last epoch that ended.
        """
        from lamella.saving.native import model_file

        optimizer, trainer, states = self._compiled.optimizer, self._training.trainer, self._states()
        content: Config = {
            "epoch": epoch,
            "in_epoch": in_epoch,
            "logs": logs,
            "settings": self._settings(states),
            "position": self._training.position(),
            "validation": None if self._validation is None else self._validation.position(),
            "learning_rate": None if optimizer.follows_schedule else optimizer.rate,
            "seed": trainer.seed,
            "random": seeding.state(),
            "global_random": seeding.global_states(),
            "running_values": trainer.running_values(),
            "metrics": [metric.get_state() for metric in self._own_metrics()],
            "callbacks": [state for _, state in states],
            "stop_training": self._model.stop_training,
        }
        tensors = model_file.describe_weights(self._model, content)
        tensors |= model_file.describe_optimizer(self._model, content)
        return content, tensors

    def restore(self, content: Config, file: TensorFile) -> tuple[int, bool, dict[str, float]]:
        """Go back to a state that `describe` gave; returns its arguments.

        Raises:
            ValueError: when it is the state of another training; then nothing was changed.
        """
        from lamella.saving.native import model_file

        states = self._states()
        self._require_same(content, self._settings(states))
        variables = dict(zip(content["weights"], self._model.weights, strict=True))
        for name, variable in variables.items():
            file.require(name, variable)
        arrays = model_file.read_arrays(file, {})
        for name, variable in variables.items():
            variable.assign(arrays[name])
        optimizer, trainer = self._compiled.optimizer, self._training.trainer
        if content["learning_rate"] is not None:
            optimizer.learning_rate = content["learning_rate"]
        trainer.seed = content["seed"]
        model_file.restore_optimizer(self._model, content, variables, arrays)
        self._training.go_to(content["position"])
        if self._validation is not None:
            self._validation.go_to(content["validation"])
        if content["in_epoch"]:
            trainer.set_running_values(content["running_values"])
            for metric, state in zip(self._own_metrics(), content["metrics"], strict=True):
                metric.set_state(state)
        for (callback, _), state in zip(states, content["callbacks"], strict=True):
            callback.set_state(state)
        self._model.stop_training = content["stop_training"]
        seeding.set_state(content["random"])
        seeding.set_global_states(content["global_random"])
        return content["epoch"], content["in_epoch"], content["logs"]

    def _own_metrics(self) -> list[Metric]:
        """Metrics that are written in Python and keep their state themselves."""
        return [metric for metric in self._compiled.metrics if metric.runs_in_python]

    def _states(self) -> list[tuple[Callback, dict[str, Any]]]:
        """The callbacks that remember something, and what."""
        states = [(callback, callback.get_state()) for callback in self._callbacks]
        return [(callback, state) for callback, state in states if state]

    def _settings(self, states: list[tuple[Callback, dict[str, Any]]]) -> dict[str, Any]:
        """What makes a training another one."""
        compiled = self._compiled
        return {
            **self._training.settings(),
            "weights": [list(variable.shape) for variable in self._model.weights],
            "optimizer": type(compiled.optimizer).__name__,
            "loss": compiled.loss.name if compiled.loss is not None else None,
            "metrics": compiled.names,
            "validation": self._validation is not None,
            "callbacks": [type(callback).__name__ for callback, _ in states],
        }

    def _require_same(self, content: Config, settings: dict[str, Any]) -> None:
        theirs = content["settings"]
        for key, value in settings.items():
            if theirs.get(key) != value:
                raise ValueError(
                    f"it is the state of another training: its {key} are {theirs.get(key)!r}, here {value!r}"
                )
        if content["epoch"] > self._epochs:
            raise ValueError(
                f"{content['epoch']} epochs have been trained, and this training ends after {self._epochs}"
            )
