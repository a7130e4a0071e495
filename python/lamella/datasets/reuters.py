"""Reuters: newswires of 46 topics."""

from __future__ import annotations

from lamella.base.checks import number
from lamella.datasets import words
from lamella.datasets.source import Split, fetch, load_arrays, random_state

_HASH = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
_INDEX_HASH = "4d44cc38712099c9e383dc6e5f11a921"

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship "
    "cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas "
    "silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """11,228 newswires as lists of word numbers, with one of 46 topics each.

    Args:
        path, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from: as of `imdb.load_data`.
        test_split: share of the newswires kept for tests. Defaults to 0.2.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists, and int64 of shape (n,).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file, no newswire is short enough, or the share is not in [0, 1).
    """
    number("load_data", "test_split", test_split, least=0, below=1)
    vocabulary = words.vocabulary(
        num_words=num_words,
        skip_top=skip_top,
        maxlen=maxlen,
        start_char=start_char,
        oov_char=oov_char,
        index_from=index_from,
    )
    random = random_state(seed)
    x, y = load_arrays(fetch(path, "reuters.npz", _HASH), "x", "y")
    x, y = words.shuffled(x, y, random)
    texts, y = words.numbered(x, y, vocabulary)
    texts, at = words.limited(texts, vocabulary), int(len(texts) * (1 - test_split))
    return (words.as_array(texts[:at]), y[:at]), (words.as_array(texts[at:]), y[at:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The number of each word; `load_data` adds `index_from` to it.

    Args:
        path: name in the cache, or the path of a file.

    Raises:
        OSError: when the file is not there and cannot be downloaded.
    """
    return words.word_index(path, "reuters_word_index.json", _INDEX_HASH)


def get_label_names() -> tuple[str, ...]:
    """The topics in the order of their numbers.

    >>> get_label_names()[:3]
    ('cocoa', 'grain', 'veg-oil')
    """
    return tuple(_TOPICS.split())
