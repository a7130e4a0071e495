"""Data sets and files from the network: a server on this machine gives small ones."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import tarfile
import threading
import zipfile

import numpy as np
import pytest

import lamella
from lamella.datasets import (
    boston_housing,
    california_housing,
    cifar,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
    source,
)
from lamella.utils import get_file


@pytest.fixture
def server(tmp_path):
    """A folder whose files are served on 127.0.0.1; `requests` lists what was asked for."""
    folder = tmp_path / "served"
    folder.mkdir()
    requests = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments):
            requests.append(self.path)

        def do_GET(self):
            if self.path.endswith("broken.bin"):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"x" * 10)
            else:
                super().do_GET()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        running.folder, running.requests = folder, requests
        running.url = f"http://127.0.0.1:{running.server_port}/"
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("KERAS_HOME", str(folder))
    return folder


@pytest.fixture
def origin(server, home, monkeypatch):
    """The data sets' origins are the server; checksums are those of the small files put there."""
    monkeypatch.setattr(source, "ORIGIN", server.url)
    monkeypatch.setattr(cifar, "ORIGIN", server.url)

    def put(name, content, module=None, attribute="_HASH", algorithm="sha256"):
        (server.folder / name).write_bytes(content)
        if module is not None:
            monkeypatch.setattr(module, attribute, hashlib.new(algorithm, content).hexdigest())

    return put


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def texts(*lists):
    array = np.empty(len(lists), dtype=object)
    array[:] = lists
    return array


def test_a_file_is_downloaded_once(server, home, capsys):
    (server.folder / "a.txt").write_text("first")
    path = get_file("a.txt", server.url + "a.txt")
    assert path == str(home / "datasets" / "a.txt")
    assert f"Downloading data from {server.url}a.txt" in capsys.readouterr().out
    (server.folder / "a.txt").write_text("second")
    assert get_file(origin=server.url + "a.txt") == path
    with open(path) as file:
        assert file.read() == "first"
    get_file("a.txt", server.url + "a.txt", force_download=True)
    with open(path) as file:
        assert file.read() == "second"
    assert len(server.requests) == 2


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_checksums_are_compared(server, home, algorithm):
    (server.folder / "a.bin").write_bytes(b"right")
    right = hashlib.new(algorithm, b"right").hexdigest()
    path = get_file("a.bin", server.url + "a.bin", file_hash=right)
    with open(path, "wb") as file:
        file.write(b"damaged")
    get_file("a.bin", server.url + "a.bin", file_hash=right)  # the damaged file is replaced
    with open(path, "rb") as file:
        assert file.read() == b"right"
    with pytest.raises(ValueError, match="checksum"):
        get_file("b.bin", server.url + "a.bin", file_hash="0" * len(right))
    assert os.listdir(home / "datasets") == ["a.bin"]


def test_a_broken_download_leaves_nothing_behind(server, home):
    with pytest.raises(OSError, match=r"broken\.bin.*(10 of 1000|IncompleteRead)"):
        get_file("broken.bin", server.url + "broken.bin")
    with pytest.raises(OSError, match=r"(?s)404.*put the file at .*none\.txt"):
        get_file("none.txt", server.url + "none.txt")
    assert os.listdir(home / "datasets") == []


def test_without_a_network_the_message_says_where_to_put_the_file(home, monkeypatch):
    monkeypatch.setattr(source, "ORIGIN", "http://127.0.0.1:9/")
    with pytest.raises(OSError, match=r"could not be downloaded.*put the file at .*mnist\.npz"):
        mnist.load_data()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"fname": "a"}, "origin"),
        ({"fname": "a/b", "origin": "http://127.0.0.1:9/a"}, "fname"),
        ({"fname": "..", "origin": "http://127.0.0.1:9/a"}, "fname"),
        ({"origin": "http://127.0.0.1:9/"}, "fname"),
        ({"origin": "http://127.0.0.1:9/a", "hash_algorithm": "crc"}, "hash_algorithm"),
    ],
)
def test_wrong_arguments_of_get_file(arguments, named, home):
    with pytest.raises(ValueError, match=named):
        get_file(**arguments)


def tar_of(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def test_archives_are_unpacked(server, home):
    (server.folder / "a.tar.gz").write_bytes(tar_of({"inner/a.txt": b"tar"}))
    with zipfile.ZipFile(server.folder / "b.zip", "w") as archive:
        archive.writestr("b.txt", "zip")
    folder = get_file("a.tar.gz", server.url + "a.tar.gz", extract=True)
    assert folder == str(home / "datasets" / "a_extracted")
    with open(os.path.join(folder, "inner", "a.txt")) as file:
        assert file.read() == "tar"
    folder = get_file("mine", server.url + "b.zip", extract=True)
    assert folder == str(home / "datasets" / "mine")
    assert os.listdir(folder) == ["b.txt"]
    (server.folder / "c.zip").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="no archive"):
        get_file("c.zip", server.url + "c.zip", extract=True)


def test_archives_stay_in_their_folder(server, home):
    (server.folder / "a.tar.gz").write_bytes(tar_of({"../../outside.txt": b"x"}))
    with pytest.raises((OSError, ValueError, tarfile.TarError)):
        get_file("a.tar.gz", server.url + "a.tar.gz", extract=True)
    assert not list(home.rglob("outside.txt"))
    assert sorted(os.listdir(home / "datasets")) == ["a.tar.gz"]


def test_mnist(origin):
    x, y = np.arange(3 * 784, dtype="uint8").reshape(3, 28, 28), np.array([1, 2, 3], "uint8")
    origin("mnist.npz", npz(x_train=x, y_train=y, x_test=x[:1], y_test=y[:1]), mnist)
    (x_train, y_train), (x_test, y_test) = lamella.datasets.mnist.load_data()
    np.testing.assert_array_equal(x_train, x)
    assert (y_train.tolist(), x_test.shape, y_test.tolist()) == ([1, 2, 3], (1, 28, 28), [1])


def test_a_file_of_ones_own_is_read_where_it_lies(tmp_path):
    path = tmp_path / "own.npz"
    x, y = np.zeros((2, 28, 28), "uint8"), np.zeros(2, "uint8")
    path.write_bytes(npz(x_train=x, y_train=y, x_test=x, y_test=y))
    assert mnist.load_data(str(path))[0][0].shape == (2, 28, 28)
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        mnist.load_data(str(tmp_path / "none.npz"))


def test_a_file_without_an_array_is_refused_by_name(tmp_path):
    path = tmp_path / "own.npz"
    path.write_bytes(npz(features=np.zeros(2)))
    for module, missing in ((mnist, "x_train"), (imdb, "x_train"), (reuters, "x"), (boston_housing, "x")):
        with pytest.raises(ValueError, match=f"own.npz' is not a file of arrays.*{missing}"):
            module.load_data(str(path))


def test_fashion_mnist(origin):
    for prefix, rows in (("train", 4), ("t10k", 2)):
        images = np.full((rows, 28, 28), 7, "uint8")
        origin(f"{prefix}-labels-idx1-ubyte.gz", gzip.compress(b"\0" * 8 + bytes(range(rows))))
        origin(f"{prefix}-images-idx3-ubyte.gz", gzip.compress(b"\0" * 16 + images.tobytes()))
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert (x_train.shape, y_train.tolist(), x_test.shape) == ((4, 28, 28), [0, 1, 2, 3], (2, 28, 28))
    assert (x_test == 7).all()
    assert y_test.dtype == "uint8"


def pickled(rows, **labels):
    """A batch as Python 2 pickled it: keys are bytes."""
    data = np.arange(rows * 3072).reshape(rows, 3072).astype("uint8")
    return pickle.dumps({b"data": data, **{key.encode(): value for key, value in labels.items()}}, protocol=2)


def test_cifar10(origin):
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    members = {f"cifar-10-batches-py/{name}": pickled(2, labels=[i, 9]) for i, name in enumerate(names)}
    origin("cifar-10-python.tar.gz", tar_of(members), cifar10)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert (x_train.shape, x_train.dtype) == ((10, 32, 32, 3), "uint8")
    assert y_train.ravel().tolist() == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]
    assert y_test.tolist() == [[5], [9]]
    planes = np.arange(3072).astype("uint8").reshape(3, 32, 32)  # of the first image: red, green, blue
    np.testing.assert_array_equal(x_test[0], planes.transpose(1, 2, 0))


def test_cifar100(origin):
    members = {
        f"cifar-100-python/{name}": pickled(2, fine_labels=[99, i], coarse_labels=[19, i])
        for i, name in enumerate(["train", "test"])
    }
    origin("cifar-100-python.tar.gz", tar_of(members), cifar100)
    assert cifar100.load_data()[0][1].tolist() == [[99], [0]]
    assert cifar100.load_data("coarse")[1][1].tolist() == [[19], [1]]
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data("medium")


def test_a_pickle_that_runs_code_is_refused(origin):
    class Harmful:
        def __reduce__(self):
            return os.system, ("true",)

    members = {f"cifar-100-python/{name}": pickle.dumps(Harmful()) for name in ("train", "test")}
    origin("cifar-100-python.tar.gz", tar_of(members), cifar100)
    with pytest.raises(ValueError, match="system"):
        cifar100.load_data()
    origin("reuters.npz", npz(x=np.array([Harmful()]), y=np.zeros(1)), reuters)
    with pytest.raises(ValueError, match="system"):
        reuters.load_data()


@pytest.mark.parametrize(
    ("module", "name", "rows"), [(boston_housing, "boston", 40), (california_housing, "california", 1000)]
)
def test_tables_are_split_as_keras_splits_them(origin, module, name, rows):
    x, y = np.arange(rows * 2.0).reshape(rows, 2), np.arange(rows * 1.0)
    origin(f"{name}_housing.npz", npz(x=x, y=y), module)
    (_, y_train), (x_test, _) = module.load_data()
    order = np.random.RandomState(113).permutation(rows)
    at = int(rows * 0.8)
    np.testing.assert_array_equal(y_train, y[order[:at]])
    np.testing.assert_array_equal(x_test, x[order[at:]])
    assert len(module.load_data(test_split=0.5)[1][1]) == rows // 2
    with pytest.raises(ValueError, match="test_split"):
        module.load_data(test_split=1.0)
    if module is california_housing:
        assert len(module.load_data("small")[0][1]) == 480
        with pytest.raises(ValueError, match="version"):
            module.load_data("medium")


def as_lists(parts):
    return [([list(text) for text in x], y.tolist()) for x, y in parts]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [  # what Keras 3.15 returns for this file
        ({}, [([[1, 4, 8, 2], [1, 5, 6]], [1, 0]), ([[1, 10], [1, 7, 7, 7, 11]], [1, 0])]),
        ({"num_words": 8}, [([[1, 4, 2, 2], [1, 5, 6]], [1, 0]), ([[1, 2], [1, 7, 7, 7, 2]], [1, 0])]),
        (
            {"num_words": 8, "oov_char": None},
            [([[1, 4], [1, 5, 6]], [1, 0]), ([[1], [1, 7, 7, 7]], [1, 0])],
        ),
        (
            {"start_char": None, "index_from": 0},
            [([[1, 5, 2], [2, 3]], [1, 0]), ([[7], [4, 4, 4, 8]], [1, 0])],
        ),
        ({"maxlen": 4, "skip_top": 5}, [([[2, 5, 6]], [0]), ([[2, 2]], [1])]),
    ],
)
def test_imdb(origin, arguments, expected):
    train, test = texts([1, 5, 9], [2, 3]), texts([4, 4, 4, 8], [7])
    content = npz(x_train=train, y_train=np.array([1, 0]), x_test=test, y_test=np.array([0, 1]))
    origin("imdb.npz", content, imdb)
    assert as_lists(imdb.load_data(**arguments)) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {},
            [([[1, 5, 6], [1, 4, 8, 2], [1, 10], [1, 7, 7, 7, 11]], [1, 0, 3, 2]), ([[1, 9, 4]], [4])],
        ),
        (
            {"num_words": 8, "test_split": 0.4},
            [([[1, 5, 6], [1, 4, 2, 2], [1, 2]], [1, 0, 3]), ([[1, 7, 7, 7, 2], [1, 2, 4]], [2, 4])],
        ),
        ({"maxlen": 4, "seed": 1}, [([[1, 5, 6], [1, 9, 4]], [1, 4]), ([[1, 2]], [3])]),
    ],
)
def test_reuters(origin, arguments, expected):
    content = npz(x=texts([1, 5, 9], [2, 3], [4, 4, 4, 8], [7], [6, 1]), y=np.arange(5))
    origin("reuters.npz", content, reuters)
    assert as_lists(reuters.load_data(**arguments)) == expected
    with pytest.raises(ValueError, match="maxlen"):
        reuters.load_data(maxlen=1)


def test_word_index_and_topics(origin):
    index = json.dumps({"the": 1, "café": 2}).encode()
    for module, name in ((imdb, "imdb"), (reuters, "reuters")):
        origin(f"{name}_word_index.json", index, module, "_INDEX_HASH", "md5")
        assert module.get_word_index() == {"the": 1, "café": 2}
    assert len(reuters.get_label_names()) == 46
    with pytest.raises(TypeError, match="nonsense"):
        imdb.load_data(nonsense=1)


def test_a_relative_folder_is_kept_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numbers.txt").write_text("1 2 3")
    path = lamella.utils.get_file(origin=(tmp_path / "numbers.txt").as_uri(), cache_dir="mine")
    assert os.path.samefile(path, tmp_path / "mine" / "datasets" / "numbers.txt")


def test_values_of_variables_are_replaced_all_or_none():
    one, two = (lamella.Variable(np.zeros(2), name=name) for name in ("one", "two"))
    with pytest.raises(ValueError, match="'two'"):
        lamella.backend.batch_set_value([(one, np.ones(2)), (two, np.ones(3))])
    assert one.numpy().tolist() == [0.0, 0.0]
    lamella.backend.batch_set_value([(one, np.ones(2)), (two, [3, 4])])
    assert (one.numpy().tolist(), two.numpy().tolist()) == ([1.0, 1.0], [3.0, 4.0])
