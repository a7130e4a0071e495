"""What ails a network, decided from its signals layer by layer and over time.

Where a threshold is said to be measured: over 300 small networks of 0 to 30 layers, with nine activations,
eleven initialisations, SGD with and without momentum and clipping, Adam and RMSprop at rates from 1e-9 to 30,
inputs of size 0.001 to 1000, with and without normalisation, trained for 80 to 640 steps. The table in
`tests/support/monitored_networks.py` is a selection. The later half of the measurements decides, so that what
training has overcome by then is not held against the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lamella.base.types import Array
from lamella.diagnostics.observed import LEARNED, Observed, late

DEAD = 0.8
"""Share of a layer's rectifiers that are off in all rows. Measured: at most 0.5 where training went well
(with depth rows become alike, and half of the units are off in all of them), at least 0.9 where it was
killed."""

DEAD_ANYWAY = 0.95
"""The same in a layer that was alive at first, of a network that has learned."""

FADED = 1e-2
"""Gradient by the first layer's outputs, divided by that at the output of the network. Measured: at least
0.5 where training went well (0.05 at its first step), at most 7e-3 where it stood still. Glorot and Bengio
(2010) ask for 1."""

FADED_AND_STUCK = 3e-2
"""The same where the loss does not fall either."""

GROWN = 10.0
"""The same, of gradients that grow on their way down while little has been learned. Measured: at least 10
where weights were too large, at most 5 in sound networks; those grow to 11 when they have learned."""

GROWN_FAR = 1e3
"""The same of gradients that grow in training only, as they do to 30 where targets are large, and of
saturated networks, where they grow to 200 in 10 layers of tanh: there it is the units that are wrong."""

ABSURD_LOSS = 5.0
"""Loss divided by that of an idle network. Measured: at most 4.8 at the first step of sound networks, below 1
later; at least 10 where activations exploded."""

ABSURD_SIZE = 10.0
"""Root mean square of the activations that goes with it: targets may be small, so that a loss is large beside
theirs though activations are of size 1."""

RUN_AWAY_LOSS = 100.0
"""The loss from which on a network that steps are too large for counts as exploding, as numbers run away.
Below it is thrown about."""

SATURATED = 0.5
"""Share of a layer's outputs at the flat ends of tanh or sigmoid. Measured: at most 0.07 where training went
well, at least 0.6 where weights or inputs were too large."""

SATURATED_ANYWAY = 0.8
"""The same in a layer that was not at first, of a network that has learned. Measured: at most 0.4 after 2400
steps that went well, at least 0.93 where steps were too large."""

LARGE_STEP, HUGE_STEP = 0.1, 0.3
"""Length of a step divided by that of the weights, the median over the layers: typically, and once. Two
orders of magnitude above 1e-3, the value that the notes of Stanford's course CS231n recommend; measured, at
most 0.05 typically where training went well."""

SMALL_STEP, SMALL_AND_STUCK = 1e-5, 1e-4
"""The same, the largest one: two orders below 1e-3; and where the loss does not fall, one order."""


_SMALLER_STEPS = "a learning rate a tenth as large, or clipnorm=1"
_UNSATURATED = "inputs of size 1, glorot_uniform, BatchNormalization in front of the activation"


class Finding(NamedTuple):
    """What the measurements say; as text, the verdict.

    Attributes:
        word: `not finite`, `dead`, `exploding`, `vanishing`, `saturated`, `steps too large`,
            `steps too small` or `healthy`.
        layer: the layer where it began, None where it is in no one layer.
        step: the step at which it began, None for what is healthy.
        evidence: what was measured.
        cause: why it is so.
        cure: what helps.
    """

    word: str
    layer: str | None
    step: int | None
    evidence: str
    cause: str
    cure: str

    def __str__(self) -> str:
        place = "" if self.layer is None else f" in '{self.layer}'"
        began = "" if self.step is None else f"; began{place} at step {self.step}"
        cause = self.cause and f"; cause: {self.cause}"
        cure = self.cure and f"; cure: {self.cure}"
        return f"{self.word}: {self.evidence}{began}{cause}{cure}"


def diagnosis(seen: Observed) -> Finding:
    """The first finding that holds, in the order of how much it explains."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = (rule(seen) for rule in _RULES)
        return next((finding for finding in found if finding is not None), None) or _healthy(seen)


def _not_finite(seen: Observed) -> Finding | None:
    broken = [label for label, sizes in seen.activations.items() if not np.isfinite(sizes).all()]
    if seen.not_finite is None and not broken and np.isfinite(seen.losses).all():
        return None
    is_bad = [not all(np.isfinite(sizes[t]) for sizes in seen.activations.values()) for t in seen.times]
    measured = seen.steps[is_bad.index(True)] if True in is_bad else seen.steps[-1]
    step = measured if seen.not_finite is None else min(measured, seen.not_finite)
    before = [t for t in seen.times if seen.steps[t] < step]
    strides = seen.typical_ratios[[t for t in seen.times if seen.steps[t] <= step]]
    if not np.isfinite(seen.inputs).all():
        cause, cure = "the inputs hold NaN or infinite numbers", "look for them with np.isfinite"
    elif before and _is_absurd(seen)[0]:
        cause, cure = _cause_of_growth(seen, 0)
    elif _largest(strides) > LARGE_STEP:
        cause, cure = f"steps of {_largest(strides):.1g} times the weights", _SMALLER_STEPS
    else:
        cause, cure = "numbers too large to be represented", f"inputs of size 1, {_SMALLER_STEPS}"
    evidence = "the loss, or what goes into it, is NaN or infinite"
    return Finding("not finite", broken[0] if broken else None, step, evidence, cause, cure)


def _dead(seen: Observed) -> Finding | None:
    killed = {label: _since(shares >= DEAD) for label, shares in seen.dead.items() if shares[-1] >= DEAD}
    if seen.has_learned:  # the output may be 0 for good reasons, and a layer larger than it need be
        killed = {
            label: began
            for label, began in killed.items()
            if label != seen.top and (began == 0 or seen.dead[label][-1] >= DEAD_ANYWAY)
        }
    if not killed:
        return None
    layer = min(killed, key=lambda label: killed[label])
    began = killed[layer]
    if began > 0 and seen.reach[0] < FADED:  # rows differ so little up there that all units agree
        return None
    evidence = f"{seen.dead[layer][-1]:.0%} of the units of '{layer}' are off, whatever the input"
    if len(killed) > 1:
        evidence += f", and as many in {len(killed) - 1} more of {len(seen.dead)} layers"
    if began == 0:
        cause, cure = "weights or biases that begin too far below 0", "biases of 0 and he_normal"
    elif _is_absurd(seen)[0]:
        cause, cure = _cause_of_growth(seen, 0)
    else:
        cause = (
            f"steps that are too large, up to {_largest(seen.typical_ratios[:began]):.1g} times the weights"
        )
        cure = f"{_SMALLER_STEPS}, or leaky_relu"
    return Finding("dead", layer, seen.steps[began], evidence, cause, cure)


def _exploding(seen: Observed) -> Finding | None:
    loss, reach = seen.relative_losses, seen.reach
    is_lost = ~(loss < LEARNED)
    grows = is_lost & (reach > GROWN) & (reach[0] > GROWN)
    if _most_saturated(seen)[1] >= SATURATED:
        grows[:] = False  # activations stay within their bounds; the units are what is wrong
    grows_far = is_lost & (reach > GROWN_FAR)
    explodes = grows | grows_far | _is_absurd(seen)
    began_so = (grows_far[0] or (grows[0] and loss[0] > ABSURD_LOSS)) and not seen.has_learned
    if late(explodes.astype(float)) < 0.5 and not began_so:
        return None
    thrown_about = not explodes[0] and _largest(seen.typical_ratios) > HUGE_STEP
    if thrown_about and late(loss) < RUN_AWAY_LOSS:
        return None
    began = int(np.argmax(explodes))
    largest = max(seen.activations, key=lambda label: seen.activations[label][began])
    evidence = (
        f"activations go from {seen.activations[seen.first][began]:.1e} in '{seen.first}' to "
        f"{seen.activations[largest][began]:.1e} in '{largest}', gradients grow {reach[began]:.1e} times on "
        f"their way back, the loss is {loss[began]:.1e} times that of outputs of 0"
    )
    layer = _where_it_grows(seen, began)
    return Finding("exploding", layer, seen.steps[began], evidence, *_cause_of_growth(seen, began))


def _vanishing(seen: Observed) -> Finding | None:
    reach = seen.reach
    bound = FADED_AND_STUCK if seen.is_stuck else FADED
    began_so = reach[0] < FADED and not seen.has_learned
    ends_so = late(reach) < bound and (reach[0] < bound or not seen.has_learned)
    if not (began_so or ends_so):
        return None
    fades = reach < bound
    began = 0 if began_so else min(_since(fades), int(np.argmax(fades)))
    below = [label for label in seen.signals if seen.relative_signal(label)[began] < bound]
    faded = f"1 / {1 / reach[began]:.0f}" if reach[began] > 0 else "nothing"
    evidence = (
        f"of the gradient at the output {faded} reaches '{seen.first}', activations go from "
        f"{seen.activations[seen.first][began]:.1e} there to {seen.activations[seen.top][began]:.1e} in "
        f"'{seen.top}'"
    )
    label, share = _most_saturated(seen)
    if share >= SATURATED:
        cause, cure = f"{share:.0%} of the outputs of '{label}' are saturated", _UNSATURATED
    else:
        cause = "weights that are too small for this activation and depth, or slopes far below 1 (sigmoid)"
        cure = "he_normal for relu, glorot_uniform for tanh; relu for sigmoid; BatchNormalization, Residual"
    layer = below[-1] if below else seen.first
    return Finding("vanishing", layer, seen.steps[began], evidence, cause, cure)


def _saturated(seen: Observed) -> Finding | None:
    layer, share = _most_saturated(seen)
    if not share >= SATURATED:
        return None
    began = _since(seen.saturated[layer] >= SATURATED)
    if began > 0 and seen.has_learned and share < SATURATED_ANYWAY:  # it has grown sure of what it found
        return None
    evidence = f"{share:.0%} of the outputs of '{layer}' are at the flat ends of its activation"
    if late(seen.inputs) > 10 and seen.saturated[layer][0] >= SATURATED:
        cause = f"inputs of size {late(seen.inputs):.0f}, or weights that begin too large"
    elif began == 0:
        cause = "weights or biases that begin too large"
    else:
        largest = _largest(seen.typical_ratios[:began])
        cause = f"steps of up to {largest:.1g} times the weights, which have grown too large"
    return Finding("saturated", layer, seen.steps[began], evidence, cause, _UNSATURATED)


def _too_large(seen: Observed) -> Finding | None:
    strides, loss = seen.typical_ratios, seen.relative_losses
    is_thrown_back = not late(loss) < 1 or _largest(loss) > 1.5 * max(1, loss[0])
    too_large = late(strides) > LARGE_STEP or (_largest(strides) > HUGE_STEP and is_thrown_back)
    if not too_large or seen.has_learned:
        return None
    began = int(np.argmax(strides > LARGE_STEP))
    evidence = (
        f"steps are up to {_largest(strides):.1g} times as long as the weights, typically "
        f"{late(strides):.1g} times, where 0.001 is usual, {_course_of_loss(seen)}"
    )
    return Finding("steps too large", None, seen.steps[began], evidence, "the learning rate", _SMALLER_STEPS)


def _too_small(seen: Observed) -> Finding | None:
    largest = _largest(seen.typical_ratios)
    bound = SMALL_AND_STUCK if seen.is_stuck else SMALL_STEP
    if not largest < bound or seen.has_learned:
        return None
    evidence = (
        f"steps are at most {largest:.0e} times as long as the weights, where 0.001 is usual, "
        f"{_course_of_loss(seen)}"
    )
    if late(seen.inputs) < 0.1:
        cause, cure = f"inputs of size {late(seen.inputs):.0e}", "inputs of size 1, Normalization"
    else:
        cause, cure = "the learning rate", "one some ten times as large, see learning_rate_finder"
    return Finding("steps too small", None, seen.steps[0], evidence, cause, cure)


def _healthy(seen: Observed) -> Finding:
    evidence = (
        f"the gradient that reaches '{seen.first}' is {late(seen.reach):.2g} times that at the output, steps "
        f"are {late(seen.typical_ratios):.0e} times as long as the weights, {_course_of_loss(seen)}"
    )
    stuck = "look at the data, or train longer, for the loss hardly falls"
    return Finding(
        "healthy", None, None, evidence, "", stuck if seen.is_stuck and not seen.has_learned else ""
    )


def _course_of_loss(seen: Observed) -> str:
    return f"the loss goes from {seen.losses[0]:.3g} to {late(seen.losses):.3g}"


def _is_absurd(seen: Observed) -> Array:
    """At which measurements activations are large, and the loss much larger than that of an idle network."""
    sizes: Array = np.max(list(seen.activations.values()), axis=0)
    is_absurd: Array = (seen.relative_losses > ABSURD_LOSS) & (sizes > ABSURD_SIZE)
    return is_absurd


def _cause_of_growth(seen: Observed, began: int) -> tuple[str, str]:
    """Why activations are large at a measurement, and what helps."""
    if began > 0:
        largest = _largest(seen.typical_ratios[:began])
        return f"steps of up to {largest:.1g} times the weights, which have grown too large", _SMALLER_STEPS
    growth = seen.activations[seen.top][0] / seen.activations[seen.first][0]
    if seen.inputs[0] > 10 and not growth > seen.inputs[0]:
        return f"inputs of size {seen.inputs[0]:.0f}", "inputs of size 1, Normalization"
    return "weights that begin too large", "he_normal for relu, glorot_uniform for others; BatchNormalization"


def _where_it_grows(seen: Observed, at: int) -> str:
    """The first layer whose activations are ten times the first one's; the first one where none is."""
    sizes = {label: activations[at] for label, activations in seen.activations.items()}
    smallest = sizes[seen.first]
    return next((label for label, size in sizes.items() if size > 10 * smallest), seen.first)


def _most_saturated(seen: Observed) -> tuple[str, float]:
    """The layer with the largest share of saturated outputs, and the share."""
    shares = {
        label: late(values)
        for label, values in seen.saturated.items()
        if label != seen.top or not seen.has_learned  # at the end it is how sure the network is
    }
    return max(shares.items(), key=lambda item: item[1], default=("", 0.0))


def _since(holds: Array) -> int:
    """The measurement from which on it holds, up to the end; the last one where it does not hold there."""
    broken = np.flatnonzero(~holds)
    return min(int(broken[-1]) + 1, len(holds) - 1) if broken.size else 0


def _largest(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else math.nan


_RULES: tuple[Callable[[Observed], Finding | None], ...] = (
    _not_finite,
    _dead,
    _exploding,
    _vanishing,
    _saturated,
    _too_large,
    _too_small,
)
