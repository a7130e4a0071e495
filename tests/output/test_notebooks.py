"""A notebook that is executed shows pictures and tables."""

import base64

import pytest

CELLS = {
    "history": """
import numpy as np, lamella
from lamella import layers
from lamella.diagnostics import GradientMonitor, learning_rate_finder
x = np.random.default_rng(0).normal(size=(64, 4))
y = x.sum(axis=1)
model = lamella.Sequential([lamella.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)], name="shown")
model.compile("adam", "mse")
monitor = GradientMonitor(x, y)
history = model.fit(x, y, epochs=2, verbose=0, callbacks=[monitor])
history""",
    "curves": "history.plot()",
    "rates": "learning_rate_finder(model, x, y).plot()",
    "monitor": "monitor.plot()",
    "model": "model",
    "layer": "model.layers[0]",
}


@pytest.fixture(scope="module")
def outputs():
    """What each cell shows, by kinds of content."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {
        name: {kind: content for output in cell.outputs for kind, content in output.get("data", {}).items()}
        for name, cell in zip(CELLS, notebook.cells, strict=True)
    }


@pytest.mark.parametrize("name", ["curves", "rates", "monitor"])
def test_plots_are_pictures(outputs, name):
    assert base64.b64decode(outputs[name]["image/png"]).startswith(b"\x89PNG")


def test_objects_are_readable(outputs):
    assert outputs["history"]["text/plain"].startswith("History(2 epochs, loss ")
    assert outputs["layer"]["text/plain"] == "Dense(units=8, activation='relu')"
    assert "Trainable params: 49" in outputs["model"]["text/html"]
