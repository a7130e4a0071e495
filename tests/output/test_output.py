"""What is printed, wherever it goes: other encodings, narrow terminals, notebooks, and no output at all."""

import io
import os
import pty
import re
import subprocess
import sys

import numpy as np
import pytest

import lamella
from lamella import layers, utils
from lamella.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

X = np.ones((64, 3), "float32")


def network(name="netz"):
    inner = lamella.Sequential([layers.Input((2,)), layers.Dense(1)], name="größe")
    model = lamella.Sequential([layers.Input((3,)), layers.Dense(2), inner], name=name)
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def everything(folder):
    """All that prints."""
    model = network()
    stop = EarlyStopping("loss", min_delta=9, verbose=1, restore_best_weights=True)
    plateau = ReduceLROnPlateau("loss", patience=1, min_delta=9, verbose=1)
    save = ModelCheckpoint(f"{folder}/größe.safetensors", verbose=1)
    model.fit(X, X[:, :1], epochs=2, callbacks=[save, plateau, stop])
    model.fit(X, X[:, :1], epochs=2, verbose=2)
    model.evaluate(X, X[:, :1])
    model.predict(X)
    model.summary(expand_nested=True)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "cp949", "latin-1"])
def test_streams_of_any_encoding(encoding, tmp_path, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    everything(tmp_path)
    text = raw.getvalue().decode(encoding)
    assert text.count("loss:") == 5
    assert "early stopping" in text
    assert "Total params: 13" in text
    bars = re.findall(r"2/2 ([━=]+) ", text)
    assert bars
    assert set(bars) == {"━" * 20 if encoding in ("utf-8", "cp949") else "=" * 20}


def test_a_table_in_ascii_keeps_its_form(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    network().summary(expand_nested=True)
    lines = stream.buffer.getvalue().decode().splitlines()
    table = [line for line in lines if line[0] in "+|"]
    assert len({len(line) for line in table}) == 1
    assert table[0] == f"+{'-' * 38}+{'-' * 29}+{'-' * 17}+"
    assert any("gr??e (Sequential)" in line for line in table)


class WriteOnly:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


@pytest.mark.parametrize("make", [WriteOnly, io.StringIO])
def test_what_takes_the_place_of_standard_output(make, tmp_path, monkeypatch):
    stream = make()
    monkeypatch.setattr(sys, "stdout", stream)
    everything(tmp_path)
    text = stream.text if make is WriteOnly else stream.getvalue()
    assert text.count("loss:") == 5
    assert "\r" not in text
    assert "\x1b" not in text


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


class Broken(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


@pytest.mark.parametrize("make", [lambda: None, closed, Broken, object])
def test_training_goes_on_without_output(make, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdout", make())
    everything(tmp_path)
    assert (tmp_path / "größe.safetensors").exists()


PROGRAM = """
import lamella
bar = lamella.utils.Progbar(30, interval=0.0)
for step in range(1, 31):
    bar.update(step, [("loss", 0.5), ("a_metric_with_a_long_name", 0.25)])
"""


def drawn_on_a_terminal(columns):
    """What a program draws on a terminal of so many columns."""
    main, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns)}
    subprocess.run([sys.executable, "-c", PROGRAM], stdout=terminal, env=environment, check=True)
    os.close(terminal)
    text = b""
    with os.fdopen(main, "rb", buffering=0) as file:
        try:
            while chunk := file.read(65536):
                text += chunk
        except OSError:  # the end
            pass
    return re.sub("\x1b\\[[0-9]*m", "", text.decode())


def test_a_narrow_terminal_gets_one_line():
    lines = drawn_on_a_terminal(40).strip().split("\r")
    assert len(lines) == 30
    assert all(len(line.rstrip()) < 40 for line in lines[:-1])  # longer ones would be wrapped, not redrawn
    assert lines[-1].endswith("a_metric_with_a_long_name: 0.2500")


def test_a_wide_terminal_gets_all_of_it():
    lines = drawn_on_a_terminal(200).strip().split("\r")
    assert all("a_metric_with_a_long_name: 0.2500" in line for line in lines)


def test_texts_are_cut_by_columns():
    from lamella.base.output import cut

    assert cut("精度: 0.5", 5) == "精度:"
    assert cut("精度: 0.5", 3) == "精"
    assert cut("loss", 0) == ""


def test_a_notebook_gets_one_display():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROGRAM)])
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output["data"]["text/plain"].count("loss:") == 1


@pytest.mark.parametrize("steps", [1, 2, 30])
def test_steps_of_a_stream_are_counted(steps, capsys):
    model = network()
    model.fit(iter([(X, X[:, :1])] * steps), verbose=1)
    assert f"{steps}/{steps} ━" in capsys.readouterr().out
    model.fit(iter([(X, X[:, :1])] * steps), verbose=2)
    assert f"{steps}/{steps} - " in capsys.readouterr().out


def test_values_that_are_no_numbers(capsys):
    bar = utils.Progbar(1)
    bar.update(1, [("f1", np.array([0.25, 0.75])), ("note", "warm"), ("flag", True), ("none", None)])
    assert capsys.readouterr().out.endswith(" - f1: 0.5000 - note: warm - flag: 1.0000 - none: None\n")


@pytest.mark.parametrize(
    "argument", [{"current": "1"}, {"current": 1, "values": 3}, {"current": 1, "values": [1]}]
)
def test_updates_that_make_no_sense(argument):
    with pytest.raises(ValueError, match=f"Progbar: '{list(argument)[-1]}' must be"):
        utils.Progbar(2).update(**argument)
