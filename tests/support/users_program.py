"""What users write, with types."""

import numpy as np
import numpy.typing as npt

import lamella as keras
from lamella import (
    Input,
    Sequential,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    regularizers,
)
from lamella.diagnostics import GradientMonitor, gradient_check, learning_rate_finder

x: npt.NDArray[np.float32] = np.zeros((64, 4), "float32")
y = np.zeros(64)

model = Sequential(
    [
        Input((4,)),
        layers.Dense(8, activation="relu", kernel_initializer="he_normal", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.Dropout(0.2),
        layers.Dense(8, keras.activations.tanh, kernel_regularizer=regularizers.L2(1e-4)),
        layers.Dense(1, bias_initializer=initializers.Constant(0.5)),
    ],
    name="regression",
)
model.add(layers.Rescaling(2.0))
model.pop()
model.compile(optimizer="adam", loss="mse", metrics=["mae", metrics.RootMeanSquaredError()])
model.optimizer.learning_rate = 1e-4
model.optimizer.learning_rate = optimizers.schedules.CosineDecay(0.1, 100)
model.compile(optimizers.SGD(learning_rate=0.01, momentum=0.9), losses.Huber(), metrics="mae")


class Halve(callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.model.optimizer.learning_rate = self.model.optimizer.learning_rate / 2
        if logs and logs["loss"] < 0.1:
            self.model.stop_training = True


class Scale(layers.Layer):
    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.factor = self.add_weight((input_shape[-1] or 1,), "ones", name="factor")

    def forward(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(x * self.factor.numpy())


class Largest(metrics.Metric):
    def __init__(self, name: str = "largest") -> None:
        super().__init__(name=name)
        self.largest = 0.0

    def update_state(
        self, y_true: object, y_pred: npt.NDArray[np.float32], sample_weight: object = None
    ) -> None:
        self.largest = max(self.largest, float(y_pred.max()))

    def result(self) -> float:
        return self.largest


def absolute(y_true: npt.NDArray[np.float32], y_pred: npt.NDArray[np.float32]) -> tuple[object, object]:
    return np.abs(y_true - y_pred).mean(-1), np.sign(y_pred - y_true)


history = model.fit(
    x,
    y,
    batch_size=16,
    epochs=2,
    validation_split=0.25,
    callbacks=[Halve(), callbacks.EarlyStopping(patience=3), callbacks.ModelCheckpoint("best.keras")],
    verbose=0,
)
last: float = history.history["loss"][-1]
assert model.history.history["loss"]
loss, mae = model.evaluate(x, y, verbose=0)
predicted: npt.NDArray[np.float32] = model.predict(x, verbose=0)
print(predicted.shape, model(x).shape, model.layers[0].kernel.shape, model.get_layer("dense").units)
kernel, bias = model.layers[0].get_weights()
model.layers[0].trainable = False
for layer in model.layers:
    print(layer.name, layer.output_shape)
model.summary()
model.save("model.keras")
again = keras.models.load_model("model.keras")
again.predict(x)
for name in ("adam", "sgd"):
    model.compile(name, "mse")
schedule = lambda step: 0.1 / (1 + step)  # noqa: E731
model.compile(optimizers.Adam(lambda: 0.1), absolute)
figure = history.plot()
figure.savefig("curves.png")
monitor = GradientMonitor(x, y)
curve = learning_rate_finder(model, x, y)
best: float = curve.suggestion
assert gradient_check(model, x, y).passed
model.compile(
    optimizer=optimizers.AdamW(1e-3, weight_decay=1e-4),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
)
one_hot = keras.utils.to_categorical([0, 1, 2])
print(one_hot.sum())
scaled = ops.divide(ops.cast(x, "float32"), 255.0)
values, indices = ops.top_k(ops.softmax(scaled), 2)
first, second = ops.split(values, 2, axis=1)
print(first.numpy(), indices.numpy(), ops.shape(x)[0] + 1, ops.where(scaled > 0, scaled, 0.0))
real, imaginary = ops.fft((first, second))
print(ops.nn.relu(real).numpy(), ops.linalg.norm(imaginary).numpy(), ops.image.resize(x[:, :, None], (2, 2)))
