"""Callbacks: the order of hooks, what they cost, early stopping, and what they may do to the model."""

import numpy as np
import pytest

from lamella import Input, Sequential, layers, optimizers
from lamella.callbacks import Callback, CallbackList, EarlyStopping, History, LambdaCallback

X = np.random.default_rng(4).normal(size=(20, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)


def compiled(metrics=None, rate=0.01):
    model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(rate), "mse", metrics=metrics)
    return model


class Recorder(Callback):
    """Writes down every hook."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name.startswith("on_") and name not in ("on_batch_begin", "on_batch_end"):
            calls = self.calls

            def record(*args, logs=None):
                calls.append((name, *[a for a in args if not isinstance(a, dict) and a is not None]))

            return record
        return super().__getattribute__(name)


def test_order_of_hooks_in_fit():
    recorder = Recorder()
    compiled().fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[recorder], validation_data=(X, Y))
    epoch = [
        *(("on_train_batch_begin", 0), ("on_train_batch_end", 0)),
        *(("on_train_batch_begin", 1), ("on_train_batch_end", 1)),
        *(("on_test_begin",), ("on_test_batch_begin", 0), ("on_test_batch_end", 0)),
        *(("on_test_batch_begin", 1), ("on_test_batch_end", 1), ("on_test_end",)),
    ]
    assert recorder.calls == [
        ("on_train_begin",),
        *[c for e in range(2) for c in (("on_epoch_begin", e), *epoch, ("on_epoch_end", e))],
        ("on_train_end",),
    ]


def test_order_of_hooks_in_predict_and_evaluate():
    recorder, model = Recorder(), compiled()
    outputs = model.predict(X, batch_size=15, verbose=0, callbacks=[recorder])
    np.testing.assert_array_equal(outputs, model.predict(X, verbose=0))
    batches = [(f"on_predict_batch_{when}", batch) for batch in range(2) for when in ("begin", "end")]
    assert recorder.calls == [("on_predict_begin",), *batches, ("on_predict_end",)]
    recorder.calls.clear()
    model.evaluate(X, Y, verbose=0, callbacks=recorder)
    assert [call[0] for call in recorder.calls] == [
        "on_test_begin",
        "on_test_batch_begin",
        "on_test_batch_end",
        "on_test_end",
    ]


def test_only_overridden_batch_hooks_are_heard():
    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            pass

    assert CallbackList([Old()]).hears("on_train_batch_end")
    assert not CallbackList([Old()]).hears("on_train_batch_begin")
    assert CallbackList(LambdaCallback(on_train_batch_begin=print)).hears("on_train_batch_begin")
    assert not CallbackList([EarlyStopping(), History(), LambdaCallback()]).hears(
        "on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin", "on_test_batch_end"
    )


def test_logs_of_batches_are_running_means():
    seen = []
    model = compiled(rate=0.0)
    model.fit(
        X,
        Y,
        batch_size=10,
        shuffle=False,
        verbose=0,
        callbacks=[LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]))],
    )
    assert seen == pytest.approx([(Y[:10] ** 2).mean(), (Y**2).mean()], rel=1e-5)


def test_listening_to_batches_changes_no_result():
    weights = []
    for callbacks in ([], [LambdaCallback(on_train_batch_end=lambda batch, logs: None)]):
        model = compiled()
        model.fit(X, Y, batch_size=3, epochs=3, verbose=0, shuffle=False, callbacks=callbacks)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(*weights)


def test_stopping_in_the_middle_of_an_epoch():
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = compiled()
    history = model.fit(X, Y, batch_size=5, epochs=9, verbose=0, callbacks=[Stop()])
    assert model.optimizer.iterations == 2
    assert history.epoch == [0]
    assert len(model.fit(X, Y, epochs=2, verbose=0).epoch) == 2


def test_a_callback_may_evaluate_in_the_middle_of_an_epoch():
    losses = []
    model = compiled()
    plain = compiled()
    callback = LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(model.evaluate(X, Y, verbose=0)),
        on_epoch_end=lambda epoch, logs: losses.append(model.predict(X, verbose=0)),
    )
    history = model.fit(X, Y, batch_size=7, epochs=2, shuffle=False, verbose=0, callbacks=[callback])
    expected = plain.fit(X, Y, batch_size=7, epochs=2, shuffle=False, verbose=0)
    assert history.history == expected.history
    np.testing.assert_array_equal(model.get_weights()[0], plain.get_weights()[0])
    assert len(losses) == 8


def test_a_callback_may_not_train():
    model = compiled()
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: model.train_on_batch(X, Y))
    with pytest.raises(RuntimeError, match="cannot be trained by its callbacks"):
        model.fit(X, Y, verbose=0, callbacks=[callback])
    model.fit(X, Y, verbose=0)


def test_errors_of_callbacks_come_through():
    def fail(epoch, logs):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compiled().fit(X, Y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=fail)])


class Feed(Callback):
    """Overwrites a value in the logs, for callbacks behind it."""

    def __init__(self, values, name="loss"):
        super().__init__()
        self.values, self.name = values, name

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def epochs_until_stop(values, metrics=None, **kwargs):
    kwargs.setdefault("monitor", "loss")
    model = compiled(metrics)
    stop = EarlyStopping(**kwargs)
    callbacks = [Feed(values, kwargs["monitor"]), stop]
    history = model.fit(X, Y, epochs=len(values), verbose=0, callbacks=callbacks)
    return len(history.epoch), stop


@pytest.mark.parametrize(
    ("values", "kwargs", "epochs"),
    [
        ([3, 2, 1, 1, 1], {}, 4),
        ([3, 2, 1, 1, 1], {"patience": 1}, 4),
        ([3, 2, 2, 2, 1], {"patience": 2}, 4),
        ([3, 2, 2, 1, 1, 1], {"patience": 2}, 6),
        ([3, 2.5, 2.4, 2.3], {"min_delta": 0.3, "patience": 1}, 3),
        ([1, 2, 3, 3], {"mode": "max"}, 4),
        ([3, 3, 3, 2, 2], {"start_from_epoch": 2}, 5),
        ([3, 2, 1], {"baseline": 0.5, "patience": 2}, 3),
        ([5, 5, 5], {"baseline": 4, "patience": 2}, 2),
    ],
)
def test_early_stopping(values, kwargs, epochs):
    assert epochs_until_stop(values, **kwargs)[0] == epochs


@pytest.mark.filterwarnings("ignore::lamella.models.PlausibilityWarning")
def test_early_stopping_tells_the_direction_from_the_metric():
    count, stop = epochs_until_stop([0.1, 0.2, 0.3, 0.3], metrics=["accuracy"], monitor="accuracy")
    assert (count, stop.best) == (4, 0.3)
    count, _ = epochs_until_stop([0.1, 0.2, 0.3], metrics=["mae"], monitor="mae")
    assert count == 2
    with pytest.raises(ValueError, match="mode"):
        epochs_until_stop([1, 2], monitor="mystery")


def test_early_stopping_restores_the_best_weights(capsys):
    kernels = []
    model = compiled()
    callbacks = [
        LambdaCallback(on_epoch_end=lambda epoch, logs: kernels.append(model.get_weights()[0])),
        Feed([3, 1, 2, 2]),
        EarlyStopping("loss", patience=2, restore_best_weights=True, verbose=1),
    ]
    model.fit(X, Y, epochs=4, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(model.get_weights()[0], kernels[1])
    assert (kernels[1] != kernels[3]).any()
    out = capsys.readouterr().out
    assert "Epoch 4: early stopping" in out
    assert "best epoch: 2" in out


def test_early_stopping_warns_of_a_value_that_is_not_there():
    with pytest.warns(UserWarning, match="val_loss"):
        compiled().fit(X, Y, verbose=0, callbacks=[EarlyStopping()])


def test_early_stopping_looks_at_validation():
    model = compiled(rate=0.0)
    history = model.fit(
        X, Y, epochs=9, verbose=0, validation_split=0.5, callbacks=[EarlyStopping(patience=2)]
    )
    assert len(history.epoch) == 3


def test_early_stopping_refuses_other_modes():
    with pytest.raises(ValueError, match="mode"):
        EarlyStopping(mode="up")


def test_a_history_of_the_users_own_is_used_and_goes_on():
    model, record = compiled(), History()
    assert model.fit(X, Y, verbose=0, callbacks=[record]) is record
    model.fit(X, Y, verbose=0, callbacks=[record])
    assert len(record.history["loss"]) == 2
    assert record.epoch == [0]


def test_a_lambda_callback_refuses_hooks_that_do_not_exist():
    with pytest.raises(ValueError, match="on_epoch_middle"):
        LambdaCallback(on_epoch_middle=print)


def test_a_callback_knows_its_model_and_its_call():
    seen = {}
    callback = Callback()
    with pytest.raises(AttributeError, match="not part of a call"):
        _ = callback.model
    model = compiled()
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
    seen.update(callback.params)
    assert callback.model is model
    assert seen == {"verbose": 0, "epochs": 2, "steps": 3}


def test_lists_of_callbacks_may_be_given_as_one():
    record, seen = History(), []
    both = CallbackList([record, LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))])
    assert compiled().fit(X, Y, epochs=2, verbose=0, callbacks=both) is record
    assert seen == record.epoch == [0, 1]


HOOKS = [name for name in dir(Callback) if name.startswith("on_")]


def test_logs_are_dictionaries_in_every_hook():
    seen = set()

    def hear(name):
        def hook(*arguments):
            assert type(arguments[-1]) is dict, name
            assert all(isinstance(argument, int) for argument in arguments[:-1]), name
            seen.add(name)

        return hook

    ears = LambdaCallback(
        **{name: hear(name) for name in HOOKS if name not in ("on_batch_begin", "on_batch_end")}
    )
    model = compiled(["mae"])
    for x, y in ((X, Y), (iter([(X, Y)]), None)):
        model.fit(x, y, verbose=0, validation_data=(X, Y), callbacks=[ears])
    for x, y in ((X, Y), (iter([(X, Y)]), None)):
        model.evaluate(x, y, verbose=0, callbacks=[ears])
    for x in (X, iter([(X,)])):
        model.predict(x, verbose=0, callbacks=[ears])
    assert seen == set(HOOKS) - {"on_batch_begin", "on_batch_end"}


def test_what_a_callback_writes_into_the_logs_the_next_ones_see():
    first = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(rows=20, mae=logs["loss"]))
    seen = []
    second = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(sorted(logs)))
    history = compiled().fit(X, Y, verbose=0, callbacks=[first, second])
    assert seen == [["loss", "mae", "rows"]]
    assert sorted(history.history) == ["loss", "mae", "rows"]


@pytest.mark.parametrize("when", ["on_train_begin", "on_epoch_begin"])
def test_hooks_that_are_set_while_training_are_heard(when):
    batches = []
    late = LambdaCallback()

    def begin(*arguments):
        late.on_train_batch_end = lambda batch, logs: batches.append(batch)

    setattr(late, when, begin)
    compiled().fit(X, Y, batch_size=10, verbose=0, callbacks=[late])
    assert batches == [0, 1]


def test_hooks_that_are_wrapped_are_heard():
    batches = []

    def note(hook):
        def wrapped(self, batch, logs=None):
            batches.append(batch)
            hook(self, batch, logs)

        return wrapped

    class Wrapped(Callback):
        on_train_batch_end = note(Callback.on_train_batch_end)
        on_train_batch_begin = staticmethod(lambda batch, logs=None: batches.append(batch))

    compiled().fit(X, Y, batch_size=10, verbose=0, callbacks=[Wrapped()])
    assert batches == [0, 0, 1, 1]


def test_parameters_of_each_call():
    class Note(Callback):
        def set_params(self, params):
            super().set_params(params)
            seen.append(params)

    seen = []
    model = compiled()
    model.fit(X, Y, batch_size=10, epochs=3, verbose=0, callbacks=[Note()])
    model.evaluate(X, Y, batch_size=10, verbose=0, callbacks=[Note()])
    model.predict(X, batch_size=10, verbose=0, callbacks=[Note()])
    assert seen == [{"verbose": 0, "epochs": epochs, "steps": 2} for epochs in (3, 1, 1)]


def test_a_lambda_callback_may_have_methods_of_its_own():
    assert LambdaCallback(mine=lambda: 1, count=3).mine() == 1
    with pytest.raises(ValueError, match="'set_model' is what every callback has"):
        LambdaCallback(set_model=print)
    with pytest.raises(ValueError, match="'on_epoch_end' must be a function"):
        LambdaCallback(on_epoch_end=3)
