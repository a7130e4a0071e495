"""What a training is at between two steps: all that decides how it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lamella import seeding
from lamella._types import Array, Config
from lamella.callbacks import Callback
from lamella.metrics import Metric
from lamella.models.compiled import Compiled

if TYPE_CHECKING:
    from lamella.models.model import Model
    from lamella.models.training import BatchTrainingPass, TrainingPass
    from lamella.saving.tensor_file import TensorFile


class TrainingState:
    """Describes a running `fit` and takes a description back, to the last bit.

    Args:
        model: the model.
        compiled: its optimizer, loss and metrics.
        training: the pass over its data.
        callbacks: the callbacks that are called.
    """

    def __init__(
        self,
        model: Model,
        compiled: Compiled,
        training: TrainingPass | BatchTrainingPass,
        callbacks: Sequence[Callback],
    ) -> None:
        self._model = model
        self._compiled = compiled
        self._training = training
        self._callbacks = callbacks

    def describe(self, epoch: int, in_epoch: bool, logs: dict[str, float]) -> tuple[Config, dict[str, Array]]:
        """The state as JSON values and arrays.

        Args:
            epoch: the epoch that runs, or comes next.
            in_epoch: whether it runs already.
            logs: those of the last epoch that ended.
        """
        from lamella.saving import model_file, nested

        optimizer, trainer = self._compiled.optimizer, self._training.trainer
        content: Config = {
            "epoch": epoch,
            "in_epoch": in_epoch,
            "logs": logs,
            "settings": self._training.settings(),
            "position": self._training.position(),
            "learning_rate": None if optimizer.follows_schedule else optimizer.learning_rate,
            "seed": trainer.seed,
            "random": seeding.state(),
            "running_values": trainer.running_values(),
            "metrics": [metric.get_state() for metric in self._own_metrics()],
            "callbacks": [[type(callback).__name__, callback.get_state()] for callback in self._callbacks],
            "stop_training": self._model.stop_training,
        }
        tensors: dict[str, Array] = {}
        content = nested.separate(content, "state", tensors)
        tensors |= model_file.describe_weights(self._model, content)
        tensors |= model_file.describe_optimizer(self._model, content)
        return content, tensors

    def restore(self, content: Config, file: TensorFile) -> tuple[int, bool, dict[str, float]]:
        """Go back to a state that `describe` gave; returns its arguments.

        Raises:
            ValueError: when it is the state of another training; then nothing was changed.
        """
        from lamella.saving import model_file, nested

        variables = dict(zip(content["weights"], self._model.weights, strict=False))
        if len(variables) < max(len(content["weights"]), len(self._model.weights)):
            raise ValueError("it is the state of a model with another number of weights")
        arrays = model_file.verify(file, variables)
        content = nested.join(content, arrays)
        self._require_same(content)
        for name, variable in variables.items():
            variable.assign(arrays[name])
        optimizer, trainer = self._compiled.optimizer, self._training.trainer
        if content["learning_rate"] is not None:
            optimizer.learning_rate = content["learning_rate"]
        self._compiled.seed = trainer.seed = content["seed"]
        model_file.restore_optimizer(self._model, content, variables, arrays)
        self._training.go_to(content["position"])
        if content["in_epoch"]:
            trainer.set_running_values(content["running_values"])
            for metric, state in zip(self._own_metrics(), content["metrics"], strict=True):
                metric.set_state(state)
        for callback, (_, state) in zip(self._callbacks, content["callbacks"], strict=True):
            callback.set_state(state)
        self._model.stop_training = content["stop_training"]
        seeding.set_state(content["random"])
        return content["epoch"], content["in_epoch"], content["logs"]

    def _own_metrics(self) -> list[Metric]:
        """Metrics that are written in Python and keep their state themselves."""
        return [metric for metric in self._compiled.metrics if metric.kind == "python"]

    def _require_same(self, content: Config) -> None:
        settings = self._training.settings()
        if content["settings"] != settings:
            raise ValueError(
                f"it is the state of another training: of {content['settings']}. This one is of {settings}"
            )
        names, own = [name for name, _ in content["callbacks"]], [type(c).__name__ for c in self._callbacks]
        if names != own:
            raise ValueError(f"it is the state of a training with the callbacks {names}. This one has {own}")
