"""Model: what is compiled, trained, evaluated and used for prediction."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, ClassVar

from lamella.base import checks, seeding
from lamella.base.names import LossName, OptimizerName
from lamella.base.overrides import never_called
from lamella.base.types import Array
from lamella.callbacks import CallbackList, History
from lamella.data.arrays import adapt
from lamella.data.batches import BatchData, BatchStream
from lamella.data.class_weights import ClassWeights
from lamella.data.conversion import as_numbers
from lamella.data.sources import adapt_any, split, unpack
from lamella.metrics import Metric
from lamella.models.overview import Overview
from lamella.optimizers import Optimizer
from lamella.training.arguments import (
    frequency,
    of_one_output,
    positive,
    rows_of_step,
    shuffles,
    verbosity,
    warn_of_end,
)
from lamella.training.attempt import Turn, attempt
from lamella.training.choice import evaluation_pass, training_pass
from lamella.training.compiled import Compiled
from lamella.training.epochs import Validation, run_epochs
from lamella.training.prediction import predict_stream, run_prediction
from lamella.training.session import Session

_NOBODY = CallbackList()
"""The callbacks of a call that takes none."""


class Model(Overview):
    """Base class of models: `Sequential` says what they are made of."""

    module: ClassVar[str] = "keras"

    def __init__(self, *, trainable: bool = True, dtype: Any = None, name: str | None = None) -> None:
        super().__init__(trainable=trainable, dtype=dtype, name=name)
        self.stop_training = False
        self.history: History = None  # type: ignore[assignment]  # before the first fit
        self._compiled: Compiled | None = None
        self._turn = Turn()

    @classmethod
    def never_called(cls) -> dict[str, str]:
        return {**super().never_called(), **never_called("Sequential")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a pickle or a copy; slots stay with the model that they were trained for."""
        vars(self).update(state)
        if self._compiled is not None:
            self._compiled.optimizer.keep_slots_of(self.weights)

    # Compiling.

    def compile(
        self,
        optimizer: OptimizerName | Any = "rmsprop",
        loss: LossName | Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics.

        Args:
            optimizer: a name, a config or an object of `lamella.optimizers`. An optimizer that has trained
                goes on with its slots and steps.
            loss: a name, a config, an object or a function of `lamella.losses`, a function of your own (see
                `lamella.losses.FunctionLoss`), or `"crossentropy"`.
            loss_weights: must be None, or 1 for the one output.
            metrics: a list of names, configs, objects or functions of `lamella.metrics`; `"accuracy"`
                (`"acc"`) and `"crossentropy"` (`"ce"`) are binary, categorical or sparse categorical by the
                shape of the targets. Loss, weights and metrics may also be in a list or dictionary of the one
                output.
            weighted_metrics: the same; these count rows by their sample weights.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: accepted for compatibility
                with Keras; there is nothing to choose.

        Raises:
            ValueError: for a name that is not known, or an argument that is not supported.

        >>> import lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
        >>> model.compile("adam", "mse", metrics=["mae"])
        >>> model.optimizer.learning_rate
        0.001
        """
        output = self.layers[-1].name if self.layers else None
        weight = of_one_output("loss_weights", loss_weights, output)
        if not (isinstance(weight, (int, float)) and weight == 1):
            self.refuse(loss_weights=(weight, None))
        checks.flag("compile", "run_eagerly", run_eagerly)
        checks.integer("compile", "steps_per_execution", steps_per_execution, least=1)
        checks.choice("compile", "jit_compile", jit_compile, ("auto", True, False, None))
        checks.flag("compile", "auto_scale_loss", auto_scale_loss)
        with seeding.drawing_from(self._of_training):
            self._compiled = Compiled(optimizer, loss, metrics, weighted_metrics, output)

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compiled is not None

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, None before `compile`; the type is for those who change its rate afterwards."""
        return self._compiled.optimizer if self._compiled else None  # type: ignore[return-value]

    @property
    def loss(self) -> Any:
        """The loss as it was given to `compile`, or as a file gave it."""
        return self._compiled.given_loss if self._compiled else None

    @property
    def metrics(self) -> list[Metric]:
        """The metrics, empty before the first training or evaluation."""
        return list(self._compiled.metrics) if self._compiled else []

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order; empty before the first training or evaluation."""
        return list(self._compiled.names) if self._compiled else []

    def reset_metrics(self) -> None:
        """Start the running means of loss and metrics again."""
        if self._compiled:
            self._compiled.reset_metrics()

    def session(self, class_weights: ClassWeights | None = None) -> Session:
        """The model at work on data, for what trains, evaluates or measures it.

        Args:
            class_weights: what rows of a class count, or None.

        Raises:
            ValueError: before `compile`.
        """
        if self._compiled is None:
            raise ValueError(f"Model '{self.name}' is not compiled: call compile(optimizer, loss) first")
        return Session(self, self._compiled, class_weights)

    # Training.

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Collection[int] = 1,
    ) -> History:
        """Train on arrays, or on batches as they come.

        Args:
            x: inputs, (rows, ...), any real or integer type, also mapped into memory; converted while
                batches are gathered, never as a whole. Or a table, or one array in a list or dictionary. Or
                a sparse matrix, made dense batch by batch; or a `lamella.utils.PyDataset`, a generator, or
                any iterable of `(x, y)` or `(x, y, sample_weight)`.
            y: targets, (rows, ...), as x; None where x yields them.
            batch_size: rows of a step, not used where x yields batches; the last, smaller batch is trained
                on too. By default all rows in `steps_per_epoch` steps, or 32 without these.
            epochs: epoch at which to end. Defaults to 1.
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch, `"auto"` (the default) as 1.
            callbacks: callbacks, or a list of them.
            validation_split: share of the rows, from the end, that is kept for validation. Defaults to 0.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or an iterable of them, instead of a split;
                when it runs out, training goes on without it.
            shuffle: whether every epoch has another order; `"batch"` keeps the order of batches. Defaults to
                True.
            class_weight: `{class: weight}`, weights of classes in the training loss and in training's
                `weighted_metrics`; others weigh 1.
            sample_weight: weights in the loss and in `weighted_metrics`: of rows, (rows,), or of positions of
                rows, (rows, steps).
            initial_epoch: epoch at which to begin. Defaults to 0.
            steps_per_epoch: steps after which an epoch ends; the next one goes on from there. Needed for
                data without an end.
            validation_steps: steps after which a validation ends.
            validation_batch_size: rows of a step of validation; by default `batch_size`, or all rows in
                `validation_steps` steps.
            validation_freq: every how many epochs to validate, or after which, counted from 1. Defaults to 1.

        Returns:
            A `History`: its `history` holds a list of numbers, one an epoch, for `loss`, each metric and,
            with validation, `val_loss` and so on.

        Raises:
            TypeError: when an array does not hold real numbers.
            ValueError: when arrays do not fit each other or the model, or the model is not compiled.
            KeyboardInterrupt: on Ctrl-C; `model.history` then holds the epochs that ended, and the model the
                weights of the last step.

        >>> import numpy as np, lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = np.random.default_rng(0).normal(size=(64, 2))
        >>> losses = model.fit(x, x.sum(axis=1), epochs=5, verbose=0).history["loss"]
        >>> losses[-1] < losses[0]
        True
        """
        session = self.session()
        first = checks.integer("fit", "initial_epoch", initial_epoch, least=0)
        last = checks.integer("fit", "epochs", epochs, least=0)
        batch_size = positive("fit", "batch_size", batch_size)
        steps = positive("fit", "steps_per_epoch", steps_per_epoch)
        validation_steps = positive("fit", "validation_steps", validation_steps)
        validation_size = positive("fit", "validation_batch_size", validation_batch_size) or batch_size
        validation_epochs = frequency(validation_freq)
        share = checks.number("fit", "validation_split", validation_split, least=0, below=1)
        level = verbosity("fit", verbose)
        weights = None if class_weight is None else ClassWeights("fit", class_weight)
        data = adapt_any(x, y, sample_weight, self._name_of)
        validation_rows = None
        if validation_data is not None:
            with checks.told_of("validation_data"):
                validation_rows = unpack(validation_data, self._name_of)
        elif share:
            data, validation_rows = split(data, share)
        with seeding.drawing_from(self._of_training), self._turn, attempt(session):
            rows = rows_of_step(data, batch_size, steps)
            training = training_pass(self.session(weights), data, rows, shuffles(shuffle, data), steps)
            validation = None
            if validation_rows is not None:
                with checks.told_of("validation_data"):
                    rows = rows_of_step(validation_rows, validation_size, validation_steps)
                    evaluation = evaluation_pass(session, validation_rows, rows, validation_steps)
                    evaluation.check()
                validation = Validation(evaluation, validation_epochs)
            listeners = self._listeners(callbacks, level, add_history=True, epochs=last, steps=training.steps)
            assert listeners.history is not None
            self.history = listeners.history
            self.stop_training = False
            run_epochs(session, training, validation, listeners, range(first, last))
        return self.history

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one step on these rows.

        Args:
            x, y, sample_weight, class_weight: as of `fit`.
            return_dict: whether to return a dictionary.

        Returns:
            The loss before the step, or a list of it and the metrics, or a dictionary.

        Raises:
            TypeError, ValueError: as `fit`.

        >>> import numpy as np, lamella
        >>> dense = lamella.layers.Dense(1, kernel_initializer="zeros")
        >>> model = lamella.Sequential([lamella.Input((2,)), dense])
        >>> model.compile("sgd", "mse")
        >>> model.train_on_batch(np.ones((4, 2)), np.ones(4))
        1.0
        """
        weights = None if class_weight is None else ClassWeights("train_on_batch", class_weight)
        session = self.session(weights)
        return_dict = checks.flag("train_on_batch", "return_dict", return_dict)
        data = adapt(x, y, sample_weight, self._name_of)
        compiled = session.compiled
        with self._turn, attempt(session):
            rows, program = session.prepared(data)
            targets = compiled.settled_targets(program, rows)
            trainer = compiled.trainer_for(program)
            results = trainer.step(rows.x, targets, rows.sample_weight, compiled.optimizer.rate)
        if not math.isfinite(results[0]):
            compiled.warn_of_not_finite(trainer, data.not_finite)
        return compiled.report(results, return_dict)

    # Evaluating and predicting.

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics in inference mode.

        Args:
            x, y, batch_size, verbose, sample_weight, callbacks: as of `fit`.
            steps: steps after which to end, None for all of the data; without `batch_size`, all rows in so
                many steps.
            return_dict: whether to return a dictionary.

        Returns:
            The loss, or a list of it and the metrics, in the order of `metrics_names`, or a dictionary.

        Raises:
            TypeError, ValueError: as `fit`.

        >>> import numpy as np, lamella
        >>> dense = lamella.layers.Dense(1, kernel_initializer="ones")
        >>> model = lamella.Sequential([lamella.Input((2,)), dense])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.evaluate(np.ones((4, 2)), np.zeros(4), verbose=0, return_dict=True)
        {'loss': 4.0, 'mae': 2.0}
        """
        session = self.session()
        batch_size = positive("evaluate", "batch_size", batch_size)
        steps = positive("evaluate", "steps", steps)
        level = verbosity("evaluate", verbose)
        return_dict = checks.flag("evaluate", "return_dict", return_dict)
        data = adapt_any(x, y, sample_weight, self._name_of)
        rows = rows_of_step(data, batch_size, steps)
        with attempt(session):
            evaluation = evaluation_pass(session, data, rows, steps)
            listeners = self._listeners(callbacks, level, steps=evaluation.steps)
            results = evaluation.run(listeners, shows_progress=True)
        return session.compiled.report(results, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of these rows in inference mode.

        Args:
            x, y, sample_weight: as of `fit`.
            return_dict: whether to return a dictionary.

        Returns:
            As `evaluate`.

        >>> import numpy as np, lamella
        >>> dense = lamella.layers.Dense(1, kernel_initializer="ones")
        >>> model = lamella.Sequential([lamella.Input((2,)), dense])
        >>> model.compile("sgd", "mse")
        >>> model.test_on_batch(np.ones((4, 2)), np.zeros(4))
        4.0
        """
        session = self.session()
        return_dict = checks.flag("test_on_batch", "return_dict", return_dict)
        data = adapt(x, y, sample_weight, self._name_of)
        with attempt(session):
            evaluation = evaluation_pass(session, data, data.rows, None)
            results = evaluation.run(_NOBODY)
        return session.compiled.report(results, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """The outputs of all rows, in inference mode.

        Several threads may call it at once.

        Args:
            x: inputs, (rows, ...), or any of the kinds of `fit`; targets they yield are not looked at.
            batch_size: rows of a step; it changes no result. 32, or what suits the processor where nobody
                looks.
            verbose: as of `fit`.
            steps: as of `evaluate`.
            callbacks: callbacks, or a list of them.

        Returns:
            An array of shape (rows, ...).

        Raises:
            TypeError, ValueError: as `fit`.

        >>> import numpy as np, lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(3)])
        >>> model.predict(np.ones((5, 2)), verbose=0).shape
        (5, 3)
        """
        batch_size = positive("predict", "batch_size", batch_size)
        steps = positive("predict", "steps", steps)
        level = verbosity("predict", verbose)
        data = adapt_any(x, name_of=self._name_of, inputs_only=True)
        if isinstance(data, BatchData):
            stream = BatchStream(data, rows_of_step(data, batch_size, steps), shuffle=False)
            listeners = self._listeners(callbacks, level, steps=steps or stream.steps)
            return predict_stream(self.predict_on_batch, stream, steps, listeners)
        inputs = self.prepare_inputs(data.x)
        if callbacks is None and level == 0 and steps is None:
            return self.program_for(inputs.shape[1:]).predict(inputs, batch_size or 0)
        rows = rows_of_step(data, batch_size, steps)
        count = -(-len(inputs) // rows)
        if steps is not None:
            warn_of_end(steps, count)
            count = min(count, steps)
            inputs = inputs[: count * rows]
        program = self.program_for(inputs.shape[1:])
        batch_size = rows if batch_size or steps else None
        listeners = self._listeners(callbacks, level, steps=count)
        return run_prediction(program, inputs, batch_size, count, listeners)

    def predict_on_batch(self, x: Any) -> Array:
        """The outputs of these rows, in inference mode.

        Args:
            x: inputs, (rows, ...).

        >>> import numpy as np, lamella
        >>> model = lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(3)])
        >>> model.predict_on_batch(np.ones((5, 2))).shape
        (5, 3)
        """
        if self._program is not None and self._program.takes(x):
            return self._program.predict(x)
        inputs = self.prepare_inputs(as_numbers("x", x, self._name_of))
        return self.program_for(inputs.shape[1:]).predict(inputs)

    # Parts of the above.

    def _name_of(self, argument: str) -> str | None:
        """What the entry of a dictionary passed as `argument` must be called, None for any name."""
        raise NotImplementedError

    def _listeners(
        self, callbacks: Any, verbose: int, add_history: bool = False, **params: Any
    ) -> CallbackList:
        if callbacks is None and verbose == 0 and not add_history:
            return _NOBODY
        params = {"verbose": verbose, "epochs": 1, **params}
        return CallbackList(callbacks, add_history, verbose != 0, self, **params)
