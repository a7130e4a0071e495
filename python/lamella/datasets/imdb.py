"""IMDB: reviews of films, for and against."""

from __future__ import annotations

from typing import Any

from lamella.datasets import words
from lamella.datasets.source import Split, fetch, load_arrays, random_state

_HASH = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
_INDEX_HASH = "bfafd718b763782e994055a2d397834f"


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> Split:
    """25,000 reviews for training and 25,000 for tests, lists of word numbers, with 1 for praise.

    Maas et al., ACL 2011. Words are numbered by how frequent they are.

    Args:
        path: name in the cache, or the path of a file.
        num_words: words from this number on are replaced by `oov_char`; None, the default, for none.
        skip_top: words below this number are, too. Defaults to 0.
        maxlen: reviews of this many words or more are left out; None, the default, for none.
        seed: of the order. Defaults to 113.
        start_char: the number every review begins with. Defaults to 1.
        oov_char: what stands for words that are left out. Defaults to 2; None leaves them out.
        index_from: is added to the words' numbers. Defaults to 3.
        **kwargs: Keras's older name `nb_words` for `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists, and int64 of shape (n,).

    Raises:
        OSError: when the file is not there and cannot be downloaded.
        ValueError: when it is another file, or no review is short enough.
        TypeError: for another keyword.
    """
    num_words = kwargs.pop("nb_words", None) or num_words
    if kwargs:
        raise TypeError(f"load_data: unknown arguments {sorted(kwargs)}")
    vocabulary = words.vocabulary(
        num_words=num_words,
        skip_top=skip_top,
        maxlen=maxlen,
        start_char=start_char,
        oov_char=oov_char,
        index_from=index_from,
    )
    random = random_state(seed)
    parts = load_arrays(fetch(path, "imdb.npz", _HASH), "x_train", "y_train", "x_test", "y_test")
    texts, labels = [], []
    for x, y in (parts[:2], parts[2:]):
        x, y = words.shuffled(x, y, random)
        x_part, y_part = words.numbered(x, y, vocabulary)
        texts.append(x_part)
        labels.append(y_part)
    all_texts, at = words.limited(texts[0] + texts[1], vocabulary), len(texts[0])
    return (words.as_array(all_texts[:at]), labels[0]), (words.as_array(all_texts[at:]), labels[1])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The number of each word; `load_data` adds `index_from` to it.

    Args:
        path: name in the cache, or the path of a file.

    Raises:
        OSError: when the file is not there and cannot be downloaded.
    """
    return words.word_index(path, "imdb_word_index.json", _INDEX_HASH)
