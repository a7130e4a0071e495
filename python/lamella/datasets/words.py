"""What IMDB and Reuters have in common: texts as lists of word numbers."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np

from lamella.base.checks import integer
from lamella.base.types import Array
from lamella.datasets.source import fetch


class Vocabulary(NamedTuple):
    """Which words are kept, and what stands for the others: the arguments of `load_data`."""

    num_words: int | None
    skip_top: int
    maxlen: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int


def vocabulary(**arguments: Any) -> Vocabulary:
    """The arguments of `load_data`; raise ValueError for those that are no numbers of words."""
    for name, value in arguments.items():
        if value is not None or name in ("skip_top", "index_from"):
            integer("load_data", name, value, 0)
    return Vocabulary(**arguments)


def shuffled(texts: Array, labels: Array, random: Any) -> tuple[Array, Array]:
    """Texts and labels in a random order."""
    order = np.arange(len(texts))
    random.shuffle(order)
    return texts[order], labels[order]


def numbered(texts: Array, labels: Array, words: Vocabulary) -> tuple[list[list[int]], Array]:
    """Texts with their start and their words' numbers moved up; those of `maxlen` words and more left out."""
    begin = [] if words.start_char is None else [words.start_char]
    shift = words.index_from
    moved = [begin + [word + shift for word in text] for text in texts]
    if not words.maxlen:
        return moved, labels
    kept = [i for i, text in enumerate(moved) if len(text) < words.maxlen]
    if not kept:
        raise ValueError(f"load_data: no text is shorter than maxlen={words.maxlen}")
    return [moved[i] for i in kept], labels[kept]


def limited(texts: list[list[int]], words: Vocabulary) -> list[list[int]]:
    """Texts whose rare and most frequent words are replaced, or left out where nothing stands for them."""
    most = words.num_words or max(max(text) for text in texts)
    least, other = words.skip_top, words.oov_char
    if other is None:
        return [[word for word in text if least <= word < most] for text in texts]
    return [[word if least <= word < most else other for word in text] for text in texts]


def as_array(texts: list[list[int]]) -> Array:
    """Lists in an array of objects, also where all are equally long."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def word_index(path: str, name: str, file_hash: str) -> dict[str, int]:
    """The numbers of the words, by word."""
    with open(fetch(path, name, file_hash, "get_word_index"), encoding="utf-8") as file:
        return dict(json.load(file))
