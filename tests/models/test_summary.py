"""The table that summary prints, to the character as Keras 3.15 prints it."""

import pytest

import lamella
from lamella import Input, Sequential, layers

MODEL = """\
Model: "net"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ first (Dense)                        │ (None, 32)                  │           2,080 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization                  │ (None, 32)                  │             128 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ last (Dense)                         │ (None, 10)                  │             330 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 2,538 (9.91 KB)
 Trainable params: 2,474 (9.66 KB)
 Non-trainable params: 64 (256.00 B)"""

NESTED = """\
│ inner (Sequential)                   │ (None, 2)                   │              23 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│    └ a (Dense)                       │ (None, 3)                   │              15 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│    └ b (Dense)                       │ (None, 2)                   │               8 │"""


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    lamella.utils.clear_session()


def net():
    stack = [
        Input((64,)),
        layers.Dense(32, name="first"),
        layers.BatchNormalization(),
        layers.Dense(10, name="last"),
    ]
    return Sequential(stack, name="net")


def lines_of(model, **kwargs):
    lines = []
    model.summary(print_fn=lines.append, **kwargs)
    return lines


def test_layout():
    assert "\n".join(lines_of(net())) == MODEL


def test_it_prints(capsys):
    net().summary()
    assert capsys.readouterr().out == MODEL + "\n"


def test_trainable_column():
    model = net()
    model.get_layer("last").trainable = False
    lines = lines_of(model, show_trainable=True)
    assert {len(line) for line in lines[1:-3]} == {96}
    assert lines[2].endswith("┃       Param # ┃ Traina… ┃")
    assert lines[4].endswith("│         2,080 │    Y    │")
    assert lines[-5].endswith("│           330 │    N    │")
    assert " Trainable params: 2,144 (8.38 KB)" in lines


def test_nested_models():
    inner = Sequential([layers.Dense(3, name="a"), layers.Dense(2, name="b")], name="inner")
    model = Sequential([Input((4,)), inner, layers.Dense(1)])
    assert NESTED in "\n".join(lines_of(model, expand_nested=True))
    assert "└ a" not in "\n".join(lines_of(model))


def test_unbuilt():
    lines = lines_of(Sequential([layers.Dense(3)]))
    assert "│ ?                           │     0 (unbuilt) │" in lines[4]
    assert lines[-3] == " Total params: 0 (0.00 B)"


def test_optimizer_counts_once_it_has_trained():
    model = net()
    model.compile("adam", "mse")
    assert len(lines_of(model)) == len(MODEL.split("\n"))
    model.train_on_batch([[0.0] * 64], [[0.0] * 10])
    lines = lines_of(model)
    assert lines[-1] == f" Optimizer params: {2 * 2474 + 2:,} ({(2 * 2474 + 2) * 4 / 1024:.2f} KB)"
    assert lines[-4].startswith(f" Total params: {2538 + 2 * 2474 + 2:,} ")


def test_layer_range_and_length():
    lines = lines_of(net(), layer_range=("batch.*", "last"), line_length=60, positions=[0.5, 0.75, 1.0])
    assert {len(line) for line in lines[1:-3]} == {60}
    assert not any("first" in line for line in lines)
    with pytest.raises(ValueError, match="matches no layer"):
        lines_of(net(), layer_range=("x", "y"))
    with pytest.raises(ValueError, match="layer_range must be patterns of names: missing"):
        lines_of(net(), layer_range=("(", "y"))
    with pytest.raises(ValueError, match="line_length"):
        lines_of(net(), line_length=8)


def test_float64_is_counted_in_its_size(float64):
    assert lines_of(net())[-3] == " Total params: 2,538 (19.83 KB)"


def test_costs_of_a_step():
    model = net()
    flops = lines_of(model, batch_size=8)[-1]
    assert flops.startswith("   FLOPs: ")
    forward, backward = (
        int(part.split()[1].replace(",", "")) for part in flops.split("(")[1][:-1].split(", b")
    )
    assert forward >= 8 * 2 * (64 * 32 + 32 * 10)
    assert backward > forward
    model.compile("adam", "mse")
    memory = lines_of(model, batch_size=8)[-1]
    total, parts = memory.removeprefix("   Memory: ").split(" bytes (")
    assert int(total.replace(",", "")) == sum(
        int(part.split(" ")[1].replace(",", "")) for part in parts[:-1].split(", ")
    )
    with pytest.raises(ValueError, match="built"):
        lines_of(Sequential([layers.Dense(3)]), batch_size=8)
