"""The members of classes that are not here."""

from __future__ import annotations

from lamella.base.keras_names.absent import LEFT_OUT, PLANNED, Absent

_FORWARD = "define forward(x, training) and backward(x, y, gradient) in NumPy, see lamella.layers.Layer"
_LAYERS = "a model is its layers, put a layer of your own among them, see lamella.layers.Layer"
_COMPILE = (
    "pass losses and metrics, functions of your own too, to compile(), and follow steps with "
    "callbacks or train_on_batch()"
)
_LOSS = (
    "write a function of y_true and y_pred that returns the losses of rows and their gradient by y_pred, and "
    "pass it to compile(loss=...), see lamella.losses.FunctionLoss"
)
_NATIVE = (
    "fit() and train_on_batch() take steps in native code, choose among lamella.optimizers; functions may "
    "give learning rates"
)
_NO_GRAPH = "there is no symbolic graph"
_ONE_TYPE = "layers have one numeric type"
_STEPS = "fit runs natively: there is no function to make and no step to override"

MEMBERS = (
    Absent("layers.Layer", LEFT_OUT, "call", "layers are written in NumPy", _FORWARD, True),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "stateless_call symbolic_call rematerialized_call",
        _NO_GRAPH,
        _FORWARD,
        True,
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "compute_output_spec",
        _NO_GRAPH,
        "define compute_output_shape(input_shape)",
        True,
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "compute_mask",
        "there are no masks",
        "let weights of samples leave out what does not count, as masks would",
        True,
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "add_loss",
        "losses belong to compile()",
        "use regularizers, activity_regularizer among them",
        True,
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "add_metric",
        "metrics belong to compile()",
        "pass metrics to compile()",
        True,
    ),
    Absent(
        "layers.Layer",
        PLANNED,
        "get_build_config build_from_config load_own_variables save_own_variables",
        "stores of single layers",
        "leave it out, models write and read the weights of all their layers",
        True,
    ),
    Absent("layers.Layer", LEFT_OUT, "quantized_call", _ONE_TYPE, _FORWARD, True),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "compute_dtype dtype_policy input_dtype variable_dtype quantization_mode quantize quantized_build",
        _ONE_TYPE,
        "read or give its dtype, float32 or float64",
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "input output supports_masking",
        _NO_GRAPH,
        "call the layer on arrays; input_shape and output_shape tell shapes",
    ),
    Absent(
        "layers.Layer",
        LEFT_OUT,
        "losses metrics metrics_variables",
        "losses and metrics belong to compile()",
        "ask the model for its metrics; penalties are regularizers",
    ),
    Absent("layers.Layer", LEFT_OUT, "add_variable", "Keras's second name", "use add_weight()"),
    Absent("Sequential", LEFT_OUT, "call", "a model is not written as a function", _LAYERS, True),
    Absent(
        "Sequential",
        LEFT_OUT,
        "train_step test_step make_train_function make_test_function compute_loss stateless_compute_loss "
        "compute_metrics get_metrics_result",
        _STEPS,
        _COMPILE,
        True,
    ),
    Absent(
        "Sequential",
        LEFT_OUT,
        "predict_step make_predict_function",
        _STEPS,
        "work on what predict() returns",
        True,
    ),
    Absent(
        "Sequential",
        LEFT_OUT,
        "compute_loss_and_updates run_eagerly jit_compile metrics_variables",
        _STEPS,
        _COMPILE,
    ),
    Absent(
        "Sequential",
        LEFT_OUT,
        "input inputs output outputs compute_mask compute_output_spec supports_masking symbolic_call "
        "stateless_call rematerialized_call",
        _NO_GRAPH,
        "call the model on arrays; input_shape and output_shape tell shapes, a Sequential of some of its "
        "layers gives what is in between",
    ),
    Absent(
        "Sequential",
        LEFT_OUT,
        "get_state_tree set_state_tree jax_state_sync",
        "there are no functions without a state",
        "use get_weights() and set_weights(), or save and load the model",
    ),
    Absent("Sequential", LEFT_OUT, "add_variable", "variables belong to layers", _LAYERS),
    Absent(
        "Sequential",
        LEFT_OUT,
        "add_loss add_metric losses",
        "losses and metrics belong to compile()",
        "pass them to compile(); penalties are regularizers, activity_regularizer among them",
    ),
    Absent(
        "Sequential",
        LEFT_OUT,
        "compute_dtype dtype_policy input_dtype variable_dtype get_quantization_layer_structure "
        "quantization_mode quantize quantized_build quantized_call",
        _ONE_TYPE,
        "read its dtype; lamella.config.set_floatx sets that of new layers",
    ),
    Absent(
        "Sequential",
        PLANNED,
        "get_build_config build_from_config load_own_variables save_own_variables",
        "stores of single layers",
        "save and load the whole model, or use get_weights() and set_weights()",
    ),
    Absent("losses.Loss", LEFT_OUT, "call", "losses run natively, or give their gradient", _LOSS, True),
    Absent(
        "optimizers.Optimizer",
        LEFT_OUT,
        "update_step apply apply_gradients stateless_apply build scale_loss assign assign_add assign_sub "
        "add_variable add_variable_from_reference",
        "the update runs in the native core, which owns slots and steps",
        _NATIVE,
        True,
    ),
    Absent(
        "optimizers.Optimizer",
        LEFT_OUT,
        "add_optimizer_variables",
        "the update runs in the native core, which owns slots and steps",
        _NATIVE,
    ),
    Absent(
        "optimizers.Optimizer",
        PLANNED,
        "load_own_variables save_own_variables",
        "slots as variables",
        "model.save() keeps them, and load_model() goes on with them",
        True,
    ),
    Absent(
        "optimizers.Optimizer",
        PLANNED,
        "variables set_weights",
        "slots as variables",
        "model.save() keeps them, and load_model() goes on with them",
    ),
    Absent(
        "metrics.Metric",
        LEFT_OUT,
        "stateless_reset_state stateless_result stateless_update_state",
        "there are no functions without a state",
        "use update_state(), result() and reset_state()",
    ),
)
"""By the classes they belong to in Keras."""
