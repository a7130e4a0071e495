"""Keras 3's files: `.keras` for whole models, a zip of three members, and `.weights.h5` for weights."""

from __future__ import annotations

import io
import os
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lamella import _core
from lamella.base.atomic_file import replacing
from lamella.base.types import Config
from lamella.graph.base_model import BaseModel
from lamella.layers import Layer
from lamella.saving.architecture import naming, rebuild
from lamella.saving.json_text import parse_json, write_json
from lamella.saving.keras import hdf5, legacy_weights
from lamella.saving.keras.config import KERAS_VERSION, adapt, adapt_compile, describe_model
from lamella.saving.keras.legacy_config import modern
from lamella.saving.keras.weights import find_weights, read_optimizer, write_optimizer, write_weights
from lamella.saving.loading import checked_seed, compile_saved, loading

_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
_SLACK = 16 << 20
"""Bytes that members may take beyond twice the file."""


def save(model: BaseModel, path: str | os.PathLike[str]) -> None:
    """Write a model, with its optimizer where it is compiled."""
    with naming(path):
        config = write_json(describe_model(model)).encode()
    weights = hdf5.written(lambda root: _write(root, model))
    metadata: Config = {
        "keras_version": KERAS_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        "lamella": _core.__version__,
        "lamella_checksum": checksum_of(config, weights),
    }
    if model.training_seed is not None:
        metadata["lamella_seed"] = model.training_seed
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_METADATA, write_json(metadata))
        archive.writestr(_CONFIG, config)
        archive.writestr(_WEIGHTS, weights)


def save_weights(layer: Layer, path: str | os.PathLike[str]) -> None:
    """Write the weights of a layer or model."""
    hdf5.write(path, lambda root: write_weights(root, layer))


def _write(root: Any, model: BaseModel) -> None:
    write_weights(root, model)
    if model.optimizer is not None:
        write_optimizer(root, model)


def load(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> BaseModel:
    """Make the model that a `.keras` file holds; nothing in the file is run."""
    with loading(path):
        members = _read_members(path, (_METADATA, _CONFIG, _WEIGHTS))
        metadata = parse_json(members[_METADATA], _METADATA)
        config = modern(parse_json(members[_CONFIG], _CONFIG))
        if not isinstance(metadata, dict):
            raise ValueError(f"its {_METADATA} is not a JSON object")
        checksum = metadata.get("lamella_checksum")
        if checksum not in (None, checksum_of(members[_CONFIG], members[_WEIGHTS])):
            raise ValueError("its checksum is wrong: it was damaged after it was written")
        with hdf5.reading(io.BytesIO(members[_WEIGHTS])) as tree:
            model = rebuild(adapt(config), custom_objects, limit=len(members[_WEIGHTS]))
            for variable, place in find_weights(tree, model, config["config"]):
                variable.assign(tree.read(place, variable.shape))
            if compile and config.get("compile_config"):
                with compile_saved(custom_objects):
                    model.compile_from_config(adapt_compile(config["compile_config"]))
                read_optimizer(tree, model, config["config"])
                if "lamella_seed" in metadata:
                    model.training_seed = checked_seed(metadata["lamella_seed"])
    return model


def load_weights(layer: Layer, path: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
    """Give a layer or model the weights of a `.keras` or `.weights.h5` file; all of them or none."""
    with loading(path), _open_weights(path) as tree:
        old = legacy_weights.root_of_weights(tree)
        if old is None:
            places = find_weights(tree, layer, skip_mismatch=skip_mismatch)
        else:
            places = legacy_weights.find_weights(tree, old, layer, skip_mismatch=skip_mismatch)
        values = [tree.read(place, variable.shape) for variable, place in places]
        for (variable, _), value in zip(places, values, strict=True):
            variable.assign(value)


@contextmanager
def _open_weights(path: str | os.PathLike[str]) -> Iterator[hdf5.Tree]:
    if not hdf5.is_hdf5(path):
        with hdf5.reading(io.BytesIO(_read_members(path, (_WEIGHTS,))[_WEIGHTS])) as tree:
            yield tree
        return
    with open(path, "rb") as file, hdf5.reading(file) as tree:
        yield tree


def _read_members(path: str | os.PathLike[str], names: tuple[str, ...]) -> dict[str, bytes]:
    """Read members of a zip that holds exactly Keras's three.

    Raises:
        ValueError: for other members, or ones that are encrypted, compressed too well or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sorted(member.filename for member in members) != sorted((_METADATA, _CONFIG, _WEIGHTS)):
                held = ", ".join(repr(member.filename) for member in members[:8])
                raise ValueError(f"it must hold {_METADATA}, {_CONFIG} and {_WEIGHTS}. It holds: {held}")
            limit = 2 * os.path.getsize(path) + _SLACK
            for member in members:
                _check_member(member, limit)
            return {name: _read_member(archive, name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError(f"its zip archive is damaged: {error}") from error


def _check_member(member: zipfile.ZipInfo, limit: int) -> None:
    if member.header_offset < 0:  # seek would raise OSError, as if the disk were at fault
        raise ValueError(f"'{member.filename}' in it begins before the file does")
    if member.flag_bits & 1:
        raise ValueError(f"'{member.filename}' in it is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"'{member.filename}' in it is compressed by method {member.compress_type}")
    if member.file_size > limit:
        raise ValueError(f"'{member.filename}' in it takes {member.file_size} bytes, more than {limit}")


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a member, no more than it says that it has: data may unpack to others."""
    size = archive.getinfo(name).file_size
    with archive.open(name) as member:
        data = member.read(size)
    if len(data) != size:
        raise ValueError(f"'{name}' in it is cut off")
    return data


def checksum_of(config: bytes, weights: Any) -> str:
    """What the metadata keep of the other two members."""
    return f"{_core.checksum(config):016x}{_core.checksum(weights):016x}"
