"""The steps of `predict`."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from lamella.base.types import Array
from lamella.callbacks import CallbackList
from lamella.data.batches import BatchStream
from lamella.graph.program import Program
from lamella.training.arguments import warn_of_end

_SECONDS_BETWEEN_RETURNS = 0.05


def run_prediction(
    program: Program, x: Array, batch_size: int | None, steps: int, callbacks: CallbackList
) -> Array:
    """The outputs of all rows of x.

    Args:
        program: the flattened model.
        x: inputs.
        batch_size: rows of a step, None to leave it to the core, which changes no result.
        steps: number of steps, for the progress bar and for hooks of batches.
        callbacks: the callbacks.
    """
    callbacks.on_predict_begin()
    if callbacks.hears("on_predict_batch_begin", "on_predict_batch_end"):
        output = _run_by_batch(program, x, batch_size or 32, callbacks)
    elif callbacks.progress is not None:
        output = _run_in_pieces(program, x, batch_size or 32, steps, callbacks)
    else:
        output = program.predict(x, batch_size=batch_size or 0)
    callbacks.on_predict_end()
    return output


def predict_stream(
    predict: Callable[[Array], Array], stream: BatchStream, steps: int | None, callbacks: CallbackList
) -> Array:
    """The outputs of all rows of all batches.

    Args:
        predict: the outputs of one batch.
        stream: the batches.
        steps: number of steps, None for all of the data.
        callbacks: the callbacks.
    """
    outputs: list[Array] = []
    stream.first()
    callbacks.on_predict_begin()
    while len(outputs) != steps and stream.peek() is not None:
        callbacks.on_predict_batch_begin(len(outputs))
        outputs.append(predict(stream.take().x))
        callbacks.on_predict_batch_end(len(outputs) - 1, {"outputs": outputs[-1]})
        if callbacks.progress is not None:
            callbacks.progress.progress(len(outputs))
    stream.end_epoch()
    warn_of_end(steps, len(outputs))
    callbacks.on_predict_end()
    return np.concatenate(outputs)


def _run_by_batch(program: Program, x: Array, batch_size: int, callbacks: CallbackList) -> Array:
    outputs = []
    for batch, start in enumerate(range(0, len(x), batch_size)):
        callbacks.on_predict_batch_begin(batch)
        outputs.append(program.predict(x[start : start + batch_size]))
        callbacks.on_predict_batch_end(batch, {"outputs": outputs[-1]})
        if callbacks.progress is not None:
            callbacks.progress.progress(batch + 1)
    return np.concatenate(outputs)


def _run_in_pieces(program: Program, x: Array, batch_size: int, steps: int, callbacks: CallbackList) -> Array:
    """Predict pieces that grow until one takes as long as the progress bar may wait."""
    outputs = []
    done, piece = 0, 1
    while done < steps:
        began = time.perf_counter()
        outputs.append(
            program.predict(x[done * batch_size : (done + piece) * batch_size], batch_size=batch_size)
        )
        done = min(done + piece, steps)
        if time.perf_counter() - began < _SECONDS_BETWEEN_RETURNS / 2:
            piece *= 2
        if callbacks.progress is not None:
            callbacks.progress.progress(done)
    return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)
