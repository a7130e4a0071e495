"""Keras's files that mean harm: archives, HDF5 and configs."""

import struct
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lamella
from lamella import layers, optimizers
from small_keras_file import MEMBERS, dense_config, only_refusals, repack, rewrite, small_model, trained

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    """A `.keras` file of a small model that was trained."""
    path = tmp_path / "model.keras"
    trained(small_model()).save(path)
    return path


# Containers that mean harm.


ARCHIVES = {
    "traversal": lambda data: [*data.items(), ("../evil", b"")],
    "assets": lambda data: [*data.items(), ("assets/vocabulary.txt", b"")],
    "twice": lambda data: [*data.items(), ("config.json", data["config.json"])],
    "missing": lambda data: list(data.items())[:2],
    "empty": lambda data: [],
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_with_other_members(path, name):
    repack(path, ARCHIVES[name])
    with pytest.raises(ValueError, match=r"it must hold metadata\.json|not a safetensors file"):
        lamella.saving.load_model(path)


def test_compression_is_read_within_limits(path):
    repack(path, lambda data: list(data.items()), zipfile.ZIP_DEFLATED)
    lamella.saving.load_model(path)
    repack(path, lambda data: [*list(data.items())[:2], (MEMBERS[2], bytes(1 << 26))], zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="more than"):
        lamella.saving.load_model(path)
    repack(path, lambda data: list(data.items()), zipfile.ZIP_BZIP2)
    with pytest.raises(ValueError, match="compressed by method 12"):
        lamella.saving.load_model(path)


def test_a_member_that_unpacks_to_more_than_it_says(path):
    repack(path, lambda data: [*list(data.items())[:2], (MEMBERS[2], bytes(1 << 22))], zipfile.ZIP_DEFLATED)
    data = path.read_bytes()
    assert data.count(struct.pack("<I", 1 << 22)) == 2
    path.write_bytes(data.replace(struct.pack("<I", 1 << 22), struct.pack("<I", 1 << 10)))
    with pytest.raises(ValueError, match="zip archive is damaged"):
        lamella.saving.load_model(path)


def test_encrypted_members(path):
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="encrypted"):
        lamella.saving.load_model(path)


def test_damage_is_found(path):
    rewrite(path, lambda tree: dense_config(tree).update(activation="relu"), keep_checksum=True)
    with pytest.raises(ValueError, match="checksum is wrong"):
        lamella.saving.load_model(path)


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found_or_harmless(place, bit, tmp_path_factory):
    path = tmp_path_factory.mktemp("flip") / "model.keras"
    model = small_model()
    model.save(path)
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)
    with only_refusals(path):
        loaded = lamella.saving.load_model(path)
        np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


@given(share=st.floats(0, 1, exclude_max=True))
def test_files_that_are_cut_off(share, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cut")
    model = small_model()
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    for name, load in (("model.keras", lamella.saving.load_model), ("model.weights.h5", model.load_weights)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(share * len(data))])
        with pytest.raises(ValueError, match="cannot be loaded"):
            load(folder / name)


# HDF5 that means harm.

KERNEL = "layers/dense/vars/0"


def replace_kernel(make):
    def change(root):
        values = root[KERNEL][()]
        del root[KERNEL]
        make(root, values)

    return change


def virtual(root, values):
    root["elsewhere"] = values
    layout = h5py.VirtualLayout(values.shape, values.dtype)
    layout[:] = h5py.VirtualSource(".", "elsewhere", values.shape)
    root.create_virtual_dataset(KERNEL, layout)


def cycle(root, values):
    del root["layers/dense/vars"]
    root["layers/dense/vars"] = root["layers"]


KERNELS = {
    "soft": lambda root, values: root.__setitem__(KERNEL, h5py.SoftLink("/vars")),
    "external": lambda root, values: root.__setitem__(KERNEL, h5py.ExternalLink("/etc/passwd", "x")),
    "virtual": virtual,
    "chunked": lambda root, values: root.create_dataset(KERNEL, data=values, chunks=True),
    "compressed": lambda root, values: root.create_dataset(KERNEL, data=values, compression="gzip"),
    "outside": lambda root, values: root.create_dataset(
        KERNEL, values.shape, "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    ),
    "strings": lambda root, values: root.create_dataset(KERNEL, data=values.astype("S8")),
    "references": lambda root, values: root.create_dataset(KERNEL, values.shape, h5py.ref_dtype),
    "ragged": lambda root, values: root.create_dataset(KERNEL, values.shape, h5py.vlen_dtype("f4")),
    "compound": lambda root, values: root.create_dataset(KERNEL, values.shape, [("a", "f4"), ("b", "f4")]),
    "complex": lambda root, values: root.create_dataset(KERNEL, data=values.astype("c8")),
    "unwritten": lambda root, values: root.create_dataset(KERNEL, values.shape, "f4"),
    "huge": lambda root, values: root.create_dataset(KERNEL, (10**9, 10**3), "f4"),
    "another_shape": lambda root, values: root.create_dataset(KERNEL, data=values.T),
    "a_group": lambda root, values: root.create_group(KERNEL),
    "nothing": lambda root, values: None,
    "too_many": lambda root, values: root.update({KERNEL: values, "layers/dense/vars/2": values}),
    "empty": lambda root, values: root.create_dataset(KERNEL, data=h5py.Empty("f4")),
    "cycle": cycle,
}


@pytest.mark.parametrize("name", KERNELS)
def test_arrays_that_are_not_plain(path, name):
    rewrite(path, change_weights=replace_kernel(KERNELS[name]))
    with pytest.raises(ValueError, match="cannot be loaded"):
        lamella.saving.load_model(path)


def test_other_numbers_are_converted(path):
    expected = lamella.saving.load_model(path).get_weights()[0]
    rewrite(
        path,
        change_weights=replace_kernel(lambda root, v: root.create_dataset(KERNEL, data=v.astype(">f8"))),
    )
    np.testing.assert_array_equal(lamella.saving.load_model(path).get_weights()[0], expected)


@given(data=st.data())
def test_hdf5_with_flipped_bytes_never_crashes(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("bytes") / "model.weights.h5"
    model = small_model()
    model.save_weights(path)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with only_refusals(path):
        model.load_weights(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(tree, path=()):
    if path:
        yield path
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield from places(tree[key], (*path, key))


@given(data=st.data())
def test_configs_with_anything_anywhere(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "model.keras"
    block = layers.Residual([layers.Conv1D(2, 3, padding="same"), layers.BatchNormalization()])
    model = lamella.Sequential([lamella.Input((4, 2)), block, layers.Flatten(), layers.Dense(2)])
    model.compile(optimizers.Adam(optimizers.schedules.CosineDecay(0.1, 10)), "mse", metrics=["mae"])
    model.save(path)

    def change(tree):
        *way, last = data.draw(st.sampled_from(sorted(places(tree), key=str)))
        target = tree
        for key in way:
            target = target[key]
        target[last] = data.draw(JSON)

    rewrite(path, change)
    with only_refusals(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lamella.saving.load_model(path)
