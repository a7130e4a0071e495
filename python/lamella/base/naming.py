"""Names: the ones layers give themselves, and the ones users misspell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_counts: dict[str, int] = {}


@lru_cache(1024)
def snake_case(name: str) -> str:
    """Spell a class name as Keras spells it in layer names.

    >>> snake_case("BatchNormalization"), snake_case("ReLU"), snake_case("SGD")
    ('batch_normalization', 're_lu', 'sgd')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(class_name: str) -> str:
    """Return `dense`, then `dense_1`, `dense_2` ... for the class `Dense`, counted per process."""
    prefix = snake_case(class_name)
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


def given_name(class_name: str, name: str) -> str | None:
    """The name if somebody gave it, None if it is one of `auto_name`.

    >>> given_name("Dense", "dense_2"), given_name("Dense", "price")
    (None, 'price')
    """
    return None if re.fullmatch(rf"{snake_case(class_name)}(_\d+)?", name) else name


def checked_name(cls: type, name: Any) -> str | None:
    """Return a name that was given, or None; raise ValueError for what is not a text.

    >>> checked_name(dict, 3)
    Traceback (most recent call last):
    ValueError: dict: 'name' must be a str or None. Received: 3 of type int
    """
    if name is None or isinstance(name, str):
        return name
    raise ValueError(
        f"{cls.__name__}: 'name' must be a str or None. Received: {name!r} of type {type(name).__name__}"
    )


def state() -> dict[str, int]:
    """What the names to come follow from."""
    return dict(_counts)


def set_state(state: dict[str, int]) -> None:
    """Go on from what `state` returned."""
    _counts.clear()
    _counts.update(state)


def reset_names() -> None:
    """Start all counters of `auto_name` again."""
    _counts.clear()


def nearest_name(name: str, known: Iterable[str]) -> str:
    """A sentence that asks whether the nearest of the known names was meant, after a blank; empty for none.

    >>> nearest_name("val_acc", ["loss", "val_accuracy"])
    " Did you mean 'val_accuracy'?"
    """
    import difflib

    names = sorted(set(known))
    by_lower = {n.lower(): n for n in names}
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    near = near or [by_lower[n] for n in difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)]
    return f" Did you mean {near[0]!r}?" if near else ""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> ValueError:
    """Build the error for a name that nothing is registered under, suggesting the nearest one."""
    names = sorted(set(known))
    return ValueError(f"Unknown {kind} {name!r}.{nearest_name(name, names)} Available: {', '.join(names)}.")
