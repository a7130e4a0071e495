"""Pictures in folders, read batch by batch."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any

import numpy as np

from lamella.base import checks, config, seeding
from lamella.base.output import write_line
from lamella.base.types import Array
from lamella.data.categorical import to_categorical
from lamella.data.pictures import height_and_width, img_to_array, load_img
from lamella.data.py_dataset import PyDataset
from lamella.layers.interpolation import INTERPOLATIONS, interpolation_terms
from lamella.layers.preprocessing.resizing import middle_part

__all__ = ["PictureBatches", "image_dataset_from_directory"]

_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_OWNER = "image_dataset_from_directory"
_MOST_SEED = 2**32 - 1  # of the generator that decides, as in Keras, which files are for validation


class PictureBatches(PyDataset):
    """Batches of pictures, and of labels where there are any; `image_dataset_from_directory` makes it.

    `fit` takes it, loops over it get its batches, and `take`, `map`, `cache` and `shuffle` make others of it.

    Args:
        read: gives the picture of a path, (height, width, channels).
        file_paths: the files.
        labels: what is told of each, or None.
        class_names: the names of the classes, in the order of their numbers.
        batch_size: how many make a batch.
    """

    def __init__(
        self,
        read: Callable[[str], Array],
        file_paths: list[str],
        labels: Array | None,
        class_names: list[str] | None,
        batch_size: int,
    ) -> None:
        super().__init__()
        self.class_names = class_names
        self.file_paths = file_paths
        self._read = read
        self._labels = labels
        self._batch_size = batch_size
        self._function: Callable[..., Any] | None = None
        self._generator: np.random.Generator | None = None
        self._order = np.arange(len(file_paths))

    def __len__(self) -> int:
        return -(-len(self.file_paths) // self._batch_size)

    def __getitem__(self, index: int) -> Any:
        """Batch `index`: pictures (rows, height, width, channels), or a pair of them and labels."""
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} batches. Received: index {index}")
        rows = self._order[index * self._batch_size :][: self._batch_size]
        with ThreadPoolExecutor(config.num_threads()) as pool:
            pictures = np.stack(list(pool.map(self._read, [self.file_paths[row] for row in rows])))
        batch = (pictures,) if self._labels is None else (pictures, self._labels[rows])
        if self._function is not None:
            return self._function(*batch)
        return batch if len(batch) > 1 else pictures

    def __iter__(self) -> Iterator[Any]:
        self.on_epoch_begin()
        return (self[index] for index in range(len(self)))

    def on_epoch_begin(self) -> None:
        """Put the pictures into another order, where they are shuffled."""
        if self._generator is not None:
            self._generator.shuffle(self._order)

    def take(self, count: int) -> list[Any]:
        """So many batches, in a list."""
        wanted = checks.integer("take", "count", count, least=0)
        return [batch for _, batch in zip(range(wanted), self, strict=False)]

    def map(self, function: Callable[..., Any]) -> PictureBatches:
        """The same batches, changed by a function of pictures, or of pictures and labels."""
        before = self._function
        changed = copy.copy(self)
        changed._function = function if before is None else lambda *batch: function(*before(*batch))
        return changed

    def cache(self) -> PictureBatches:
        """The same pictures, each read once and kept in memory."""
        kept = copy.copy(self)
        kept._read = lru_cache(maxsize=None)(self._read)
        return kept

    def shuffle(self, buffer_size: Any = None, seed: int | None = None) -> PictureBatches:
        """The same pictures in another order each epoch; all are shuffled, whatever `buffer_size` is."""
        drawn = checks.seed("shuffle", "seed", seed)
        shuffled = copy.copy(self)
        shuffled._order = self._order.copy()
        shuffled._generator = np.random.default_rng(seeding.next_seed() if drawn is None else drawn)
        return shuffled

    def prefetch(self, buffer_size: Any = None) -> PictureBatches:
        """The data itself: batches are made one at a time, their pictures side by side."""
        return self


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: int = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Batches of the pictures in a folder, with a folder inside of it for each class.

    Args:
        directory: the folder.
        labels: `"inferred"` (the default) from the folders, a list of a number for each file in the order of
            their paths, or None for pictures alone.
        label_mode: `"int"` (the default) for numbers, `"binary"` for 0.0 and 1.0, `"categorical"` for rows
            with a 1 in them, None for pictures alone.
        class_names: which folders, in the order of the classes; all by default.
        color_mode: `"rgb"` (the default), `"rgba"` or `"grayscale"`.
        batch_size: pictures in a batch. Defaults to 32.
        image_size: (height, width) that pictures are resized to. Defaults to (256, 256).
        shuffle: whether they come in another order each epoch. Defaults to True.
        seed: of the order.
        validation_split: the share that is for validation.
        subset: `"training"`, `"validation"` or `"both"`, with `validation_split`.
        interpolation: `"bilinear"` (the default), `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        follow_links: whether folders that are links are looked into. Defaults to False.
        crop_to_aspect_ratio: whether the middle with the proportions of `image_size` is cut out first.
        pad_to_aspect_ratio: whether margins of zeros keep the proportions.
        data_format: must be None or `"channels_last"`.
        format: accepted for compatibility with Keras.
        verbose: whether to write how many files there are. Defaults to True.

    Returns:
        A `PictureBatches`, for `subset="both"` a list of two.

    Raises:
        ImportError: without Pillow.
        ValueError: for a folder without pictures, and for arguments that make no sense.
    """
    _check(labels, label_mode, validation_split, subset, shuffle, seed, data_format, format)
    size = checks.integer(_OWNER, "batch_size", batch_size, least=1)
    read = partial(
        _picture,
        color_mode=checks.choice(_OWNER, "color_mode", color_mode, ("rgb", "rgba", "grayscale")),
        size=height_and_width(_OWNER, "image_size", image_size),
        interpolation=checks.choice(_OWNER, "interpolation", interpolation, INTERPOLATIONS),
        crop=checks.flag(_OWNER, "crop_to_aspect_ratio", crop_to_aspect_ratio),
        pad=checks.flag(_OWNER, "pad_to_aspect_ratio", pad_to_aspect_ratio),
    )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(
            f"{_OWNER}: only one of 'crop_to_aspect_ratio' and 'pad_to_aspect_ratio' can be True"
        )
    inferred = labels if label_mode is not None else None
    folder = checks.path(_OWNER, "directory", directory)
    paths, numbers, names = _indexed(
        folder, inferred, class_names, checks.flag(_OWNER, "follow_links", follow_links)
    )
    told = checks.flag(_OWNER, "verbose", verbose)
    if told:
        write_line(
            f"Found {len(paths)} files{'' if names is None else f' belonging to {len(names)} classes'}."
        )
    drawn = seeding.next_seed() % _MOST_SEED if seed is None else seed
    if shuffle:
        order = np.random.RandomState(drawn).permutation(len(paths))  # Keras's choice of files
        paths = [paths[row] for row in order]
        numbers = None if numbers is None else numbers[order]
    targets = None if numbers is None else _targets(numbers, label_mode, names or [])

    def data(part: slice, mixed: bool) -> PictureBatches:
        if not paths[part]:
            raise ValueError(f"{_OWNER}: there are no pictures ({', '.join(_ENDINGS)}) for it in {folder!r}")
        labels_of = None if targets is None else targets[part]
        batches = PictureBatches(read, paths[part], labels_of, names, size)
        return batches.shuffle(seed=drawn) if mixed else batches

    if validation_split is None:
        return data(slice(None), shuffle)
    border = len(paths) - int(validation_split * len(paths))
    if told:
        write_line(f"Using {border} files for training, {len(paths) - border} for validation.")
    training, validation = slice(0, border), slice(border, None)
    if subset == "both":
        return [data(training, shuffle), data(validation, False)]
    return data(training if subset == "training" else validation, shuffle)


def _check(
    labels: Any,
    label_mode: Any,
    validation_split: Any,
    subset: Any,
    shuffle: Any,
    seed: Any,
    data_format: Any,
    format: Any,
) -> None:
    if isinstance(labels, str) or (labels is not None and checks.entries_of(labels) is None):
        checks.choice(_OWNER, "labels", labels, ("inferred", None))
    checks.choice(_OWNER, "label_mode", label_mode, ("int", "binary", "categorical", None))
    checks.choice(_OWNER, "data_format", data_format, (None, "channels_last"))
    checks.choice(_OWNER, "format", format, ("tf", "grain"))
    checks.choice(_OWNER, "subset", subset, ("training", "validation", "both", None))
    mixed, checked = checks.flag(_OWNER, "shuffle", shuffle), checks.seed(_OWNER, "seed", seed)
    if checked is not None and checked > _MOST_SEED:
        raise checks.refusal(_OWNER, "seed", f"an integer up to {_MOST_SEED}", seed)
    if validation_split is not None:
        checks.number(_OWNER, "validation_split", validation_split, above=0, below=1)
    if (validation_split is None) != (subset is None):
        raise ValueError(f"{_OWNER}: 'validation_split' and 'subset' go together. Received: one of them")
    if validation_split is not None and mixed and checked is None:
        raise ValueError(
            f"{_OWNER}: 'validation_split' needs a 'seed', or shuffle=False, lest files come into both parts"
        )


def _indexed(
    folder: str, labels: Any, class_names: Any, follow_links: bool
) -> tuple[list[str], Array | None, list[str] | None]:
    """The files in the order of their paths, their classes, and the names of these."""
    if not isinstance(labels, str):
        if class_names is not None:
            raise ValueError(f"{_OWNER}: 'class_names' belong to labels='inferred'")
        paths = _files(folder, follow_links)
        if labels is None:
            return paths, None, None
        numbers = [checks.integer(_OWNER, "labels", label) for label in labels]
        if len(numbers) != len(paths):
            raise ValueError(f"{_OWNER}: there are {len(paths)} files, and {len(numbers)} 'labels'")
        return paths, np.array(numbers, "int32"), [str(number) for number in sorted(set(numbers))]
    found = sorted(
        name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)) and name[0] != "."
    )
    names = found if class_names is None else checks.entries_of(class_names)
    if names is None or not all(name in found for name in names):
        raise checks.refusal(
            _OWNER, "class_names", f"a list of the folders {found}, or some of them", class_names
        )
    by_class = [_files(os.path.join(folder, name), follow_links) for name in names]
    classes = np.repeat(np.arange(len(names), dtype="int32"), [len(files) for files in by_class])
    return [path for files in by_class for path in files], classes, list(names)


def _files(folder: str, follow_links: bool) -> list[str]:
    return [
        os.path.join(root, name)
        for root, _, names in sorted(os.walk(folder, followlinks=follow_links))
        for name in sorted(names)
        if name.lower().endswith(_ENDINGS)
    ]


def _targets(numbers: Array, label_mode: str | None, names: list[str]) -> Array:
    if label_mode == "categorical":
        return to_categorical(numbers, len(names))
    if label_mode == "int":
        return numbers
    if len(names) != 2:
        raise ValueError(f"{_OWNER}: label_mode='binary' needs two classes. Received: {names}")
    return numbers.astype(config.floatx())[:, None]


def _picture(
    path: str, color_mode: str, size: tuple[int, int], interpolation: str, crop: bool, pad: bool
) -> Array:
    """The picture of a file, (height, width, channels)."""
    picture = img_to_array(load_img(path, color_mode))
    height, width = picture.shape[:2]
    if crop:
        kept = middle_part(height, width, size)
        top, left = (height - kept[0]) // 2, (width - kept[1]) // 2
        return _resized(picture[top : top + kept[0], left : left + kept[1]], size, interpolation)
    if not pad:
        return _resized(picture, size, interpolation)
    ratio = max(height / size[0], width / size[1])
    inner = (max(int(height / ratio), 1), max(int(width / ratio), 1))
    result = np.zeros((*size, picture.shape[2]), picture.dtype)
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    result[top : top + inner[0], left : left + inner[1]] = _resized(picture, inner, interpolation)
    return result


def _resized(picture: Array, size: tuple[int, int], interpolation: str) -> Array:
    height, width, channels = picture.shape
    rows = _weights(interpolation, height, size[0]) @ picture.reshape(height, width * channels)
    columns = _weights(interpolation, width, size[1]) @ rows.reshape(size[0], width, channels)
    return np.asarray(columns, picture.dtype)


@lru_cache(maxsize=256)
def _weights(interpolation: str, length: int, output: int) -> Array:
    """What each pixel of a resized axis takes of those it had: shape (output, length)."""
    weights = np.zeros((output, length), config.floatx())
    for i, terms in enumerate(interpolation_terms(interpolation, length, output)):
        for j, weight in terms:
            weights[i, j] += weight
    return weights
