"""Files appear whole or not at all, whatever happens to those who write them."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

import lamella
from lamella import layers
from lamella.base.atomic_file import replacing

WRITERS = {
    "a.safetensors": "save",
    "a.keras": "save",
    "a.weights.h5": "save_weights",
    "a.c": "export",
    "a.onnx": "export",
}


def model_of(units=300):
    return lamella.Sequential([layers.Input((50,)), layers.Dense(units), layers.Dense(10)])


def needs(name):
    if name.endswith((".keras", ".h5")):
        pytest.importorskip("h5py")
    if name.endswith(".onnx"):
        pytest.importorskip("onnx")


@pytest.mark.parametrize("limit", [0, 1000, 20_000])
@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_named_and_the_old_file_stays(name, limit, tmp_path):
    needs(name)
    path = tmp_path / name
    write = getattr(model_of(), WRITERS[name])
    write(path)
    before = path.read_bytes()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, old[1]))
    try:
        with pytest.raises(OSError, match=name):
            write(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", WRITERS)
def test_errors_name_the_file_that_was_asked_for(name, tmp_path):
    needs(name)
    write = getattr(model_of(3), WRITERS[name])
    (tmp_path / "file").write_text("")
    (tmp_path / name).mkdir()
    for path, error in (
        (tmp_path / "nowhere" / name, FileNotFoundError),
        (tmp_path / "file" / name, NotADirectoryError),
        (tmp_path / name, IsADirectoryError),
        (tmp_path / ("x" * 300 + name), OSError),
    ):
        with pytest.raises(error) as caught:
            write(path)
        assert caught.value.filename == str(path)
    assert sorted(os.listdir(tmp_path)) == sorted(["file", name])


@pytest.mark.parametrize("path", [None, 3, b"", "", ["a.keras"], "a\0.keras"])
def test_what_is_not_a_path_is_refused(path):
    model = model_of(3)
    for call in (
        model.save,
        model.save_weights,
        model.load_weights,
        model.export,
        lamella.saving.load_model,
        lamella.callbacks.ModelCheckpoint,
    ):
        with pytest.raises(ValueError, match="filepath"):
            call(path)


@pytest.mark.parametrize(
    "name", ["modèle 模型", "{epoch} 100%", "a'b\"c", "-rf", "x" * 200, " a.b.c\t", "😀"]
)
@pytest.mark.parametrize("kind", [str, os.fsencode])
def test_any_name_is_written_and_read(name, kind, tmp_path):
    model = model_of(3)
    for suffix, write in ((suffix[1:], write) for suffix, write in WRITERS.items()):
        needs(suffix)
        getattr(model, write)(kind(tmp_path / f"{name}{suffix}"))
    lamella.saving.load_model(kind(tmp_path / f"{name}.safetensors"))
    lamella.saving.load_model(kind(tmp_path / f"{name}.keras"))
    model.load_weights(kind(tmp_path / f"{name}.weights.h5"))
    assert len(os.listdir(tmp_path)) == len(WRITERS)


def test_a_link_is_followed_and_rights_are_kept(tmp_path):
    model, file, link = model_of(3), tmp_path / "file.safetensors", tmp_path / "link.safetensors"
    model.save(file)
    file.chmod(0o640)
    link.symlink_to(file)
    model.save(link)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    lamella.saving.load_model(link)


KILLED = """
import os, signal, sys
from lamella.base.atomic_file import replacing
with replacing(sys.argv[1]) as temporary:
    open(temporary, "w").write("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_saver_sweeps_up_after_one_that_was_killed(tmp_path):
    path = tmp_path / "a.txt"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), path], check=False)
    assert [name.endswith(".partial") for name in os.listdir(tmp_path)] == [True]
    with replacing(path) as temporary:
        assert len(os.listdir(tmp_path)) == 1
        with open(temporary, "w") as file:
            file.write("whole")
    assert os.listdir(tmp_path) == ["a.txt"]


def test_savers_leave_the_folders_of_others_alone(tmp_path):
    path = tmp_path / "a.txt"
    (tmp_path / ".a.txt.backup.partial").mkdir()
    with replacing(path) as first:
        with replacing(path) as second:
            for temporary in (first, second):
                with open(temporary, "w") as file:
                    file.write(temporary)
        assert path.read_text() == second
    assert path.read_text() == first
    assert sorted(os.listdir(tmp_path)) == [".a.txt.backup.partial", "a.txt"]


def test_many_savers_at_once(tmp_path):
    path = tmp_path / "a.txt"
    failures = []

    def save(text):
        try:
            for _ in range(50):
                with replacing(path) as temporary, open(temporary, "w") as file:
                    file.write(text)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=save, args=(letter * 1000,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(path.read_text()) == 1000
    assert os.listdir(tmp_path) == ["a.txt"]
