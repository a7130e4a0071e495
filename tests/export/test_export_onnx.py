"""Exports to ONNX, run by ONNX Runtime and compared with predict."""

import numpy as np
import pytest
from hypothesis import given

import lamella
from export_models import TABLE, assert_agree, build, constant_feature, inputs, random_models, table_model
from lamella import layers

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")
runtime = pytest.importorskip("onnxruntime")

# What ONNX Runtime has for float32 only; onnx's own evaluator has it for both.
_SINGLE_ONLY = "NOT_IMPLEMENTED"


def session(path):
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def outputs(path, x):
    return session(path).run(None, {"features": x})[0]


def exported(model, tmp_path):
    path = tmp_path / "model.onnx"
    model.export(path)
    return path


@pytest.mark.parametrize("name", TABLE)
def test_equal_to_predict(name, tmp_path):
    model = table_model(name)
    run = session(exported(model, tmp_path))
    for rows in (1, 5):
        x = inputs(model, rows)
        assert_agree(run.run(None, {"features": x})[0], model.predict(x, verbose=0))


@given(model=random_models())
def test_random_models(model, tmp_path_factory):
    path = exported(model, tmp_path_factory.mktemp("onnx"))
    x = inputs(model, 3)
    assert_agree(outputs(path, x), model.predict(x, verbose=0))


@pytest.mark.parametrize(
    "name",
    [
        "dense",
        "batch_normalization",
        "layer_normalization",
        "unit_normalization",
        "softmax",
        "resizing_cropped",
    ],
)
def test_double_precision(name, tmp_path, float64):
    model = table_model(name)
    x = inputs(model, 3)
    assert_agree(outputs(exported(model, tmp_path), x), model.predict(x, verbose=0), 1e-6)


@pytest.mark.parametrize("name", ["residual", "pooling_between_convolutions", "activation_gelu"])
def test_double_precision_beyond_what_the_runtime_has(name, tmp_path, float64):
    model = table_model(name)
    path, x = exported(model, tmp_path), inputs(model, 2)
    with pytest.raises(Exception, match=_SINGLE_ONLY):
        session(path)
    evaluator = reference.ReferenceEvaluator(str(path))
    assert_agree(evaluator.run(None, {"features": x})[0], model.predict(x, verbose=0), 1e-6)


def test_names_shapes_and_versions(tmp_path):
    model = build(
        (8, 8, 1), [layers.Conv2D(2, 3, name="conv"), layers.Flatten(), layers.Dense(3, "relu", name="out")]
    )
    file = onnx.load(exported(model, tmp_path))
    onnx.checker.check_model(file, full_check=True)
    assert [opset.version for opset in file.opset_import] == [17]
    (graph_input,), (output,) = file.graph.input, file.graph.output
    assert (graph_input.name, output.name) == ("features", "out")
    for end, shape in ((graph_input, (8, 8, 1)), (output, (3,))):
        batch, *rest = end.type.tensor_type.shape.dim
        assert batch.dim_param == "batch"
        assert tuple(axis.dim_value for axis in rest) == shape
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in file.graph.initializer}
    assert {"conv/kernel", "conv/bias", "out/kernel", "out/bias"} <= set(weights)
    np.testing.assert_array_equal(weights["out/kernel"], model.get_layer("out").kernel.numpy())


def test_a_layer_that_stands_twice_has_its_weights_once(tmp_path):
    shared = layers.Dense(4, name="shared")
    file = onnx.load(exported(build((4,), [shared, shared]), tmp_path))
    assert sorted(tensor.name for tensor in file.graph.initializer) == ["shared/bias", "shared/kernel"]


def test_convolutions_in_a_row_are_transposed_once(tmp_path):
    members = [
        layers.Conv2D(3, 3, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.Residual([layers.Conv2D(3, 3, padding="same"), layers.PReLU("ones", shared_axes=[1, 2])]),
        layers.Branches([[layers.MaxPooling2D()], [layers.AveragePooling2D(2)]]),
        layers.UpSampling2D(),
        layers.ZeroPadding2D(1),
        layers.Conv2D(2, 3),
    ]
    file = onnx.load(exported(build((6, 6, 2), members), tmp_path))
    assert [node.op_type for node in file.graph.node].count("Transpose") == 2


def test_a_constant_feature_keeps_its_digits(tmp_path):
    model, data = constant_feature()
    assert_agree(outputs(exported(model, tmp_path), data), model.predict(data, verbose=0))


def test_a_layer_with_the_name_of_the_input(tmp_path):
    inner = lamella.Sequential([layers.Dense(3, name="features"), layers.Dense(3, name="features/Gemm")])
    model = build((4,), [inner, layers.Dense(2, name="out")])
    x = inputs(model, 2)
    assert_agree(outputs(exported(model, tmp_path), x), model.predict(x, verbose=0))
