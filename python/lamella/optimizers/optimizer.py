"""What all optimizers have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, SupportsFloat

from lamella import _core
from lamella.base.checks import flag, integer, number, refusal, shown, takes
from lamella.base.described import described
from lamella.base.naming import auto_name, checked_name
from lamella.base.overrides import never_called, refuse_overrides
from lamella.base.registry import constructor_arguments
from lamella.base.results import CountResult
from lamella.base.settings import Configured
from lamella.base.types import Config, Spec
from lamella.optimizers import schedules
from lamella.optimizers.learning_rate import LearningRate
from lamella.optimizers.schedules import FunctionRate, LearningRateSchedule
from lamella.optimizers.state import OptimizerState, SlotGroups

if TYPE_CHECKING:
    from lamella.variable import Variable

_SHARED = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)
"""The arguments of every optimizer, in the order of Keras's configs."""

_MAX_COUNT = 2**31 - 1
"""The largest number of steps that the native optimizer counts."""

_OLD_ARGUMENTS = {
    "lr": ": pass learning_rate",
    "decay": ": pass a schedule, learning_rate=schedules.InverseTimeDecay(rate, 1, decay)",
}
"""What takes the place of arguments that Keras had once."""

_SCHEDULED_STEPS = 256
"""Steps a schedule is evaluated for at once: a native call may end before it has used them all."""


class Optimizer(Configured):
    """Base class of optimizers: the hyper-parameters; slots and step counter live in the native trainer.

    A step clips the gradients, decays the weights, updates them, takes them into their moving average and
    applies the constraints, in this order.

    Args:
        learning_rate: step size: a number, a `schedules.LearningRateSchedule`, or a function without
            arguments that returns a number and is asked for each step. A number may be changed at any time,
            also between two steps.
        weight_decay: `w -= learning_rate * weight_decay * w` before the update (Loshchilov and Hutter, arXiv
            1711.05101). Defaults to None, no decay.
        clipnorm: largest norm of the gradient of each variable. Defaults to None.
        clipvalue: largest absolute value in the gradients. Defaults to None.
        global_clipnorm: largest norm of all gradients together (Pascanu et al., arXiv 1211.5063). Defaults to
            None.
        use_ema: whether to keep `average = ema_momentum * average + (1 - ema_momentum) * w`, which replaces
            the weights when `fit` ends (Polyak and Juditsky, 1992). Defaults to False.
        ema_momentum: in [0, 1]. Defaults to 0.99.
        ema_overwrite_frequency: every how many updates the average replaces the weights also during training.
            Defaults to None, never.
        loss_scale_factor: accepted for compatibility with Keras: where nothing is computed in half
            precision, scaling the loss and unscaling the gradients cancel.
        gradient_accumulation_steps: update once in this many steps, at least 2, with their mean gradient.
            Defaults to None, every step.
        name: a name, made from the class by default.
        **kwargs: refused; named so that the message can say which.

    Raises:
        ValueError: for an argument that is unknown, outside its range or not supported, or more than one
            kind of clipping.
    """

    kind: ClassVar[str] = ""
    """The native optimizer."""

    @property
    def slot_groups(self) -> SlotGroups:
        """Names of what the formula itself keeps of each weight, in the order of Keras's files: there the
        groups follow each other, and in a group the slots of a variable."""
        return ()

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable[[], float],
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        refuse_overrides(type(self), partial(never_called, "optimizers.Optimizer"))
        if not self.kind:
            raise TypeError(f"{type(self).__name__}: {never_called('optimizers.Optimizer')['apply']}")
        for argument in kwargs:
            raise ValueError(f"{owner} has no argument '{argument}'{_OLD_ARGUMENTS.get(argument, '')}")
        self.name = checked_name(type(self), name) or auto_name(owner)
        self.weight_decay = _number_or_none(owner, "weight_decay", weight_decay, least=0)
        self.clipnorm = _number_or_none(owner, "clipnorm", clipnorm, least=0)
        self.clipvalue = _number_or_none(owner, "clipvalue", clipvalue, least=0)
        self.global_clipnorm = _number_or_none(owner, "global_clipnorm", global_clipnorm, least=0)
        clipping = {key: getattr(self, key) for key in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clipping.values()) > 1:
            raise ValueError(
                f"{owner}: only one of 'clipnorm', 'clipvalue' and 'global_clipnorm' may be set. "
                f"Received: {clipping}"
            )
        self.use_ema = flag(owner, "use_ema", use_ema)
        self.ema_momentum = number(owner, "ema_momentum", ema_momentum, least=0, most=1)
        self.ema_overwrite_frequency = _steps(owner, "ema_overwrite_frequency", ema_overwrite_frequency, 1)
        self.loss_scale_factor = _number_or_none(owner, "loss_scale_factor", loss_scale_factor, above=0)
        self.gradient_accumulation_steps = _steps(
            owner, "gradient_accumulation_steps", gradient_accumulation_steps, 2
        )
        self._schedule: LearningRateSchedule | None = None
        self._learning_rate = 0.0
        self.learning_rate = learning_rate
        self.trainer: _core.Trainer | None = None
        self._waiting: OptimizerState | None = None
        self._excluded: list[Variable] = []
        self._excluded_names: re.Pattern[str] | None = None

    def check_change(self, name: str, changed: Any) -> None:
        if name == "gradient_accumulation_steps" and self.built:
            raise ValueError(f"{type(self).__name__}: '{name}' cannot be changed once it has trained")

    @property
    def rate(self) -> float:
        """The step size of the next step as a plain number."""
        return self._learning_rate if self._schedule is None else self._scheduled(self.steps)

    @property
    def learning_rate(self) -> LearningRate:
        """Step size, of the next step where a schedule gives it; set it at any time, or call its `assign`.

        Setting a number raises TypeError where a schedule gives the rate.
        """
        return LearningRate(self)

    @learning_rate.setter
    def learning_rate(self, value: SupportsFloat | LearningRateSchedule | Callable[[], float]) -> None:
        owner = type(self).__name__
        if isinstance(value, LearningRateSchedule):
            self._schedule = value
        elif callable(value) and not isinstance(value, type):
            if not takes(value):
                raise refusal(
                    owner, "learning_rate", "a number, a schedule or a function without arguments", value
                )
            self._schedule = FunctionRate(value)
        elif self._schedule is not None:
            raise TypeError(
                f"{owner}: the learning rate follows {type(self._schedule).__name__} and cannot be set to a "
                f"number. Received: learning_rate={shown(value)}"
            )
        else:
            self._learning_rate = number(owner, "learning_rate", value, least=0)

    @property
    def follows_schedule(self) -> bool:
        """Whether a schedule or a function gives the learning rate."""
        return self._schedule is not None

    def rates_for(self, steps: int) -> float | Sequence[float]:
        """What `Trainer.run` takes for the coming steps: the rate, or the schedule's rates.

        Rates are those of at most 256 steps, so fewer than `steps` may be covered.
        """
        if self._schedule is None:
            return self._learning_rate
        first = self.steps
        return [self._scheduled(first + i) for i in range(min(steps, _SCHEDULED_STEPS))]

    def _scheduled(self, step: int) -> float:
        """The rate that the schedule gives a step; raises ValueError for what is no rate."""
        assert self._schedule is not None
        given = self._schedule.rate_for_step(step)
        try:
            rate = float(given)
        except (TypeError, ValueError):
            rate = math.nan
        if not 0.0 <= rate < math.inf:
            raise ValueError(
                f"{type(self).__name__}: the learning_rate of a step must be a finite number of at least 0. "
                f"For step {step} {type(self._schedule).__name__} gave {shown(given)}"
            )
        return rate

    @property
    def steps(self) -> int:
        """Steps taken so far, those that only accumulated gradients included."""
        if self.trainer is not None:
            return self.trainer.iterations
        return self._waiting.iterations if self._waiting is not None else 0

    @property
    def iterations(self) -> CountResult:
        """Updates done so far."""
        return CountResult(self.steps // (self.gradient_accumulation_steps or 1))

    @property
    def built(self) -> bool:
        """Whether it has been given weights to change."""
        return self.trainer is not None or self._waiting is not None

    # What a trainer keeps.

    def state(self) -> OptimizerState | None:
        """Copies of step counter and slots, None before it has trained."""
        if self.trainer is None:
            return self._waiting
        return OptimizerState(self.trainer.iterations, self.trainer.slots())

    def set_state(self, state: OptimizerState) -> None:
        """Go on from what `state` returned.

        Raises:
            ValueError: when it cannot have taken that many steps.
        """
        if not 0 <= state.iterations < 1 << 63:
            raise ValueError(f"the optimizer cannot have taken {state.iterations} steps")
        if self.trainer is None:
            self._waiting = state
        else:
            self.trainer.iterations = state.iterations
            self.trainer.set_slots(state.slots)

    def attach(self, trainer: _core.Trainer, variables: Sequence[_core.Variable]) -> None:
        """Let a trainer that was made to go on from the last one keep step counter and slots.

        Args:
            trainer: the trainer.
            variables: all variables of its model.
        """
        if self.use_ema and self.steps:
            self._start_averages(trainer)
        self.trainer = trainer
        if self._waiting is not None:
            wanted = [slot[:2] for slot in trainer.slots()]
            self.set_state(self._waiting.for_variables(wanted, variables))
            self._waiting = None

    def keep_slots_of(self, variables: Sequence[_core.Variable]) -> None:
        """Forget the slots of all other variables: those of a model that it came away from as a copy."""
        if self._waiting is not None:
            self._waiting = self._waiting.of(variables)

    def snapshot(self) -> Callable[[], None]:
        """A function that gives it back the trainer of now, as long as no step was taken."""
        trainer, waiting = self.trainer, self._waiting

        def undo() -> None:
            self.trainer, self._waiting = trainer, waiting

        return undo

    def _start_averages(self, trainer: _core.Trainer) -> None:
        """Let the averages of variables that had none before begin at their values, not at 0."""
        state = self.state()
        slots = () if state is None else state.slots
        known = {id(variable) for variable, name, _ in slots if name == "average"}
        fresh = {id(variable): variable for variable, _, _ in trainer.slots() if id(variable) not in known}
        trainer.set_slots([(variable, "average", variable.numpy()) for variable in fresh.values()])

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the trainer, whose slots go along as copies."""
        return {**self.__dict__, "trainer": None, "_waiting": self.state()}

    @property
    def slots(self) -> int:
        """How many numbers the trainer keeps for each weight."""
        return sum(map(len, self.slot_groups)) + self.use_ema + (self.gradient_accumulation_steps is not None)

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Leave variables out of `weight_decay`; called before training.

        Args:
            var_list: variables, or None.
            var_names: regular expressions; a variable is left out whose name one of them matches in part,
                such as `"bias"`. None for none.

        Raises:
            ValueError: when the optimizer has trained, or for something else than lists.

        >>> import lamella
        >>> optimizer = lamella.optimizers.AdamW()
        >>> optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        """
        if self.built:
            raise ValueError("exclude_from_weight_decay() must be called before the optimizer trains")
        owner = type(self).__name__
        if not isinstance(var_list, (list, tuple, type(None))):
            raise refusal(owner, "var_list", "a list of variables, or None", var_list)
        self._excluded = list(var_list or ())
        self._excluded_names = _pattern(owner, var_names)

    def decays(self, variable: Variable) -> bool:
        """Whether `weight_decay` applies to a variable."""
        named = self._excluded_names is not None and self._excluded_names.search(variable.name) is not None
        return not named and not any(variable is excluded for excluded in self._excluded)

    def finalize_variable_values(self, var_list: Any = None) -> None:
        """Replace the weights by their moving averages, where `use_ema` keeps them; `fit` does at its end.

        Args:
            var_list: accepted for compatibility with Keras; all trainable weights are replaced.
        """
        if not self.use_ema or self.steps == 0:
            return
        if self.trainer is not None:
            self.trainer.overwrite_with_averages()
        elif self._waiting is not None:
            for variable, name, values in self._waiting.slots:
                if name == "average":
                    variable.assign(values)

    def hyperparameters(self) -> Config:
        """The arguments of the formula, without the learning rate."""
        raise NotImplementedError

    def spec(self) -> Spec:
        """The native optimizer and its numbers, without the learning rate."""
        shared = {key: getattr(self, key) for key in _SHARED}
        if not self.use_ema:
            shared["ema_overwrite_frequency"] = None
        given = {key: value for key, value in shared.items() if value is not None}
        return self.kind, {**self.hyperparameters(), **given}

    def __repr__(self) -> str:
        rate = self._learning_rate if self._schedule is None else self._schedule
        return described(self, always=("learning_rate",), learning_rate=rate)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        rate = self._learning_rate if self._schedule is None else schedules.serialize(self._schedule)
        return {
            "name": self.name,
            "learning_rate": rate,
            **{key: getattr(self, key) for key in _SHARED},
            **self.hyperparameters(),
        }

    @classmethod
    def from_config(cls, config: Config, custom_objects: dict[str, Any] | None = None) -> Self:
        """Rebuild from `get_config`'s dictionary or Keras's; `custom_objects` are schedules of your own."""
        arguments = constructor_arguments(cls, config, also=(*_SHARED, "name"))
        if isinstance(arguments.get("learning_rate"), dict):
            arguments["learning_rate"] = schedules.deserialize(arguments["learning_rate"], custom_objects)
        return cls(**arguments)


def _number_or_none(owner: str, argument: str, value: Any, **bounds: Any) -> float | None:
    return None if value is None else number(owner, argument, value, **bounds)


def _steps(owner: str, argument: str, value: Any, least: int) -> int | None:
    return None if value is None else integer(owner, argument, value, least, _MAX_COUNT)


def _pattern(owner: str, var_names: Any) -> re.Pattern[str] | None:
    """What matches where one of these regular expressions does, None for no names."""
    if var_names is None:
        return None
    names: Any = var_names if isinstance(var_names, (list, tuple)) else [None]
    try:
        return re.compile("|".join(names)) if names else None
    except (TypeError, re.error):
        raise refusal(owner, "var_names", "a list of regular expressions, or None", var_names) from None
