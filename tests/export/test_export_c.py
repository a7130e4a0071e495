"""Exports to C, compiled and compared with predict, and what all exports refuse."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import lamella
from export_models import TABLE, assert_agree, build, constant_feature, inputs, random_models, table_model
from lamella import layers

COMPILER = shutil.which("gcc") or shutil.which("cc")
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
STRICT += ["-O2", "-ffp-contract=off"]
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler")


def compiled(paths, target, *flags):
    """The shared library of these files."""
    command = [COMPILER, *STRICT, *flags, "-shared", "-fPIC", "-o", target, *paths, "-lm"]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return ctypes.CDLL(str(target))


def pointer(row):
    return row.ctypes.data_as(ctypes.c_void_p)


def outputs(model, library, x):
    """What the compiled model makes of rows, into memory that holds something else before."""
    shape = (len(x), *model.output_shape[1:])
    y = np.full(shape, np.nan, model.dtype)
    predict = getattr(library, f"{model.name}_predict")
    for row, out in zip(x, y, strict=True):
        predict(pointer(row), pointer(out))
    return y


def exported(names, tmp_path):
    """The models of the table that have these names, exported, and their files."""
    models, paths = {}, []
    for number, name in enumerate(names):
        models[name] = table_model(name)
        models[name].name = f"model_{number}"
        paths.append(tmp_path / f"model_{number}.c")
        models[name].export(paths[-1])
    return models, paths


def test_the_table_has_every_layer():
    there = {type(layer) for name in TABLE for layer in table_model(name).walk()}
    known = {kind for kind in vars(layers).values() if isinstance(kind, type)}
    assert {kind for kind in known if issubclass(kind, layers.Layer)} - there == {layers.Layer}


@needs_compiler
@pytest.mark.parametrize(
    ("dtype", "names", "tolerance"), [("float32", list(TABLE), 1e-5), ("float64", list(TABLE)[::4], 1e-12)]
)
def test_equal_to_predict(dtype, names, tolerance, tmp_path):
    lamella.config.set_floatx(dtype)
    models, paths = exported(names, tmp_path)
    library = compiled(paths, tmp_path / "models.so")
    for name, model in models.items():
        x = inputs(model, 3)
        try:
            assert_agree(outputs(model, library, x), model.predict(x, verbose=0), tolerance)
        except AssertionError as error:
            raise AssertionError(name) from error


MAIN = """
#include <stdlib.h>
int main(void)
{{
{calls}
    return 0;
}}
"""
CALL = """    {{
        float *x = calloc({upper}_INPUT_SIZE, sizeof *x), *y = malloc({upper}_OUTPUT_SIZE * sizeof *y);
        float *workspace = malloc({upper}_WORKSPACE_SIZE * sizeof *workspace);
        {name}_predict(x, y);
        {name}_predict_with(x, y, workspace);
        free(x); free(y); free(workspace);
    }}"""


@needs_compiler
def test_sanitizers_find_nothing(tmp_path):
    """Each model reads and writes exactly what it says: its buffers are blocks of their own."""
    models, paths = exported(TABLE, tmp_path)
    heads = [line for path in paths for line in path.read_text().splitlines() if is_declaration(line)]
    calls = [CALL.format(name=model.name, upper=model.name.upper()) for model in models.values()]
    main = tmp_path / "main.c"
    main.write_text("\n".join(heads) + MAIN.format(calls="\n".join(calls)))
    flags = ["-std=c99", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = [COMPILER, *flags, "-o", tmp_path / "main", main, *paths, "-lm"]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if "cannot find" in result.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert result.returncode == 0, result.stderr
    run = subprocess.run([tmp_path / "main"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def is_declaration(line):
    return line.startswith("#define") or (line.startswith("void") and line.endswith(";"))


@needs_compiler
@settings(max_examples=20)
@given(model=random_models())
def test_random_models(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")
    model.export(folder / "m.c")
    x = inputs(model, 3)
    library = compiled([folder / "m.c"], folder / "m.so")
    assert_agree(outputs(model, library, x), model.predict(x, verbose=0))


@needs_compiler
def test_a_constant_feature_keeps_its_digits(tmp_path):
    model, data = constant_feature()
    model.export(tmp_path / "m.c")
    library = compiled([tmp_path / "m.c"], tmp_path / "m.so")
    assert_agree(outputs(model, library, data), model.predict(data, verbose=0))


@needs_compiler
def test_a_sum_that_takes_its_first_value_twice(tmp_path):
    """The sum of the first two must not lie where the third still is."""
    first, second, last = layers.Dense(4), layers.Dense(4), layers.Dense(2)
    model = build((5,), [first, layers.Branches([[], [second], []], merge="add"), last])
    model.export(tmp_path / "m.c")
    library = compiled([tmp_path / "m.c"], tmp_path / "m.so")
    x = inputs(model, 2)
    value = first(x)
    assert_agree(outputs(model, library, x), last(2 * value + second(value)))


@needs_compiler
def test_names_that_c_does_not_know(tmp_path):
    members = [
        layers.Dense(3, name="*/ #error"),
        layers.Dense(3, name="conv"),
        layers.Dense(3, name="???/"),
        lamella.Sequential([layers.Dense(3, name="input")], name="a"),
        layers.Dense(3, name="a_input"),
        layers.PReLU(name="größe"),
    ]
    model = lamella.Sequential([layers.Input((3,)), *members], name="2nd try\n*/")
    model.export(tmp_path / "m.c")
    library = compiled([tmp_path / "m.c"], tmp_path / "m.so", "-Wmissing-prototypes")
    model.name = "m_2nd_try___"
    x = inputs(model, 2)
    assert_agree(outputs(model, library, x), model.predict(x, verbose=0))


@needs_compiler
def test_numbers_that_are_not_finite(tmp_path):
    model = lamella.Sequential([layers.Input((3,)), layers.Dense(3)], name="m")
    bias = np.array([np.inf, -np.inf, np.nan])
    model.weights[1].assign(bias)
    model.export(tmp_path / "m.c")
    library = compiled([tmp_path / "m.c"], tmp_path / "m.so")
    np.testing.assert_array_equal(outputs(model, library, np.zeros((1, 3), "float32")), bias[None])


def test_values_that_are_not_needed_together_share_memory(tmp_path):
    """20 layers of 50 numbers each live in two buffers, one of them the caller's output."""
    members = [layers.Dense(50, "relu") for _ in range(20)]
    build((50,), members).export(tmp_path / "m.c")
    assert "#define M_WORKSPACE_SIZE 100\n" in (tmp_path / "m.c").read_text()


def test_functions_are_there_only_where_they_are_called(tmp_path):
    build((5,), [layers.Dense(2, "tanh")]).export(tmp_path / "m.c")
    text = (tmp_path / "m.c").read_text()
    assert "apply_tanh(" in text
    assert not any(f"{name}(" in text for name in ("conv", "pool", "softmax", "apply_relu"))


class Doubled(layers.Layer):
    def forward(self, x):
        return 2 * x


@pytest.mark.parametrize("suffix", ["c", "onnx"])
def test_what_cannot_be_exported(suffix, tmp_path):
    if suffix == "onnx":
        pytest.importorskip("onnx")
    path = tmp_path / f"m.{suffix}"
    for model, message in [
        (lamella.Sequential([layers.Dense(3)], name="m"), "'m' is not built"),
        (build((3,), [Doubled(name="mine")]), r"'mine' \(Doubled\) is written in Python"),
        (build((3,), [layers.Normalization(invert=True, mean=0.0, variance=1.0, name="back")]), "'back'"),
        (lamella.Sequential([layers.Input((None, 3)), layers.Conv1D(2, 1)]), "must have a known length"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.export(path)
    assert list(tmp_path.iterdir()) == []


def test_formats(tmp_path, capsys):
    model = build((3,), [layers.Dense(2)])
    for arguments in [("m.keras",), ("m",), ("m.c", "tf_saved_model")]:
        with pytest.raises(ValueError, match=r"'onnx'.*'c'"):
            model.export(*arguments)
    model.export(tmp_path / "weights.h", "c")
    assert capsys.readouterr().out == ""
    model.export(str(tmp_path / "m.C"), verbose=True)
    assert capsys.readouterr().out == f"Saved {tmp_path / 'm.C'}\n"
    assert (tmp_path / "weights.h").read_text() == (tmp_path / "m.C").read_text()


def test_the_file_that_was_there_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "m.c"
    path.write_text("old")
    with pytest.raises(ValueError, match="mine"):
        build((3,), [Doubled(name="mine")]).export(path)
    assert path.read_text() == "old"


def test_only_exports_to_onnx_need_onnx():
    code = """
import sys, tempfile, pathlib, lamella
sys.modules["onnx"] = None  # what importing it does where it is not installed
assert "lamella.export.formats" not in sys.modules
model = lamella.Sequential([lamella.Input((3,)), lamella.layers.Dense(2)])
folder = pathlib.Path(tempfile.mkdtemp())
model.export(folder / "m.c")
try:
    model.export(folder / "m.onnx")
except ImportError as error:
    print(error)
assert [path.name for path in folder.iterdir()] == ["m.c"]
"""
    source = Path(lamella.__file__).parent.parent
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=source, capture_output=True, text=True)
    assert run.stdout == "onnx is not installed: pip install 'lamella[onnx]'\n"
