"""Public names: what `dir` lists, and what is said of those that are missing."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import lamella
from lamella import layers, optimizers
from lamella.base.keras_names import TABLE

MODULES = [
    f"lamella.{name}".rstrip(".")
    for name in (
        *("", "activations", "backend", "callbacks", "config", "constraints", "datasets", "diagnostics"),
        *("dtype_policies", "initializers", "layers", "losses", "metrics", "mixed_precision", "models"),
        *("ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy"),
        *("optimizers", "optimizers.schedules", "preprocessing", "preprocessing.sequence", "random"),
        *("regularizers", "saving", "utils", "wrappers"),
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_lists_its_public_names_alone(name):
    module = importlib.import_module(name)
    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, public) for public in module.__all__)
    assert not hasattr(module, "nonsense")
    assert not hasattr(module, "_nonsense")


FACES = [
    path
    for path in sorted(Path(lamella.__file__).parent.rglob("__init__.py"))
    if "publish_package(" in path.read_text()
]


def face_of(path):
    """The sources and modules that a package publishes, and what it imports for type checkers."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if ast.unparse(call.func) == "publish_package"]
    sources = ast.literal_eval(call.args[1])
    modules = [ast.literal_eval(keyword.value) for keyword in call.keywords]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imports = [node for node in imports if node.module not in ("typing", "lamella.base.public_names")]
    return sources, " ".join(modules).split(), imports


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.parent.name)
def test_type_checkers_see_what_a_package_publishes(path):
    package = ".".join(path.parent.relative_to(Path(lamella.__file__).parents[1]).parts)
    sources, modules, imports = face_of(path)
    published = {(package, module) for module in modules}
    for source, names in sources.items():
        whole = source if source.startswith("lamella.") else f"{package}.{source}"
        starred = whole.startswith(f"{package}.") and package != "lamella"
        published |= {(whole, name) for name in (["*"] if starred else names.split())}
    assert {(node.module, alias.name) for node in imports for alias in node.names} == published


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.parent.name)
def test_no_public_name_is_that_of_a_file(path):
    sources, _, _ = face_of(path)
    names = {name for public in sources.values() for name in public.split()}
    assert names.isdisjoint(entry.stem for entry in path.parent.iterdir())


def test_importing_loads_what_is_used():
    code = (
        "import sys, lamella; first = [name for name in sorted(sys.modules) if name.startswith('lamella')];"
        "lamella.layers.Dense; print(first, 'numpy' in sys.modules, 'lamella.optimizers' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['lamella', 'lamella.base', 'lamella.base.public_names'] True False"


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        ("lamella.layers", "Lambda", "left out.*Instead.*forward"),
        ("lamella.layers", "LSTM", "planned.*Until then.*Conv1D"),
        ("lamella.layers", "Add", "Residual"),
        ("lamella.config", "set_backend", "there is one backend"),
        ("lamella.optimizers", "legacy", "lamella.optimizers itself"),
        ("lamella", "applications", "Residual"),
        ("lamella", "KerasTensor", "no symbolic graph"),
    ],
)
def test_missing_names_of_keras_say_what_to_do(module, name, words):
    home = importlib.import_module(module)
    assert not hasattr(home, name)
    with pytest.raises(AttributeError, match=f"{module}.{name} is .*{words}"):
        getattr(home, name)
    with pytest.raises(ImportError, match=f"{module}.{name} is .*{words}"):
        exec(f"from {module} import {name}")


@pytest.mark.parametrize(
    "code", ["import lamella.applications.vgg16", "from lamella.applications import VGG16"]
)
def test_modules_of_keras_that_are_missing_say_what_to_do(code):
    with pytest.raises(ImportError, match=r"lamella\.applications is left out.*Instead"):
        exec(code)


def test_other_imports_fail_as_they_do():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'lamella\.nonsense'"):
        import lamella.nonsense  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'nonsense'"):
        from lamella.layers import nonsense  # noqa: F401
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"):
        import no_such_module  # noqa: F401


def test_misspelt_names_say_what_is_near():
    with pytest.raises(AttributeError, match=r"has no attribute 'Denze'\. Did you mean 'Dense'\?"):
        layers.Denze  # noqa: B018


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (lambda: layers.Dense(1), "add_loss", "left out.*regularizers"),
        (lambda: lamella.Sequential(), "train_step", "left out.*train_on_batch"),
        (lambda: optimizers.SGD(), "apply_gradients", "left out.*native core.*fit"),
        (lambda: lamella.metrics.Mean(), "stateless_result", "left out.*result"),
    ],
)
def test_attributes_that_objects_lack_say_what_to_do(make, name, words):
    thing = make()
    assert not hasattr(thing, name)
    with pytest.raises(
        AttributeError, match=f"'{type(thing).__name__}' object has no attribute '{name}', which.*{words}"
    ):
        getattr(thing, name)


def test_other_attributes_are_missing_as_they_are():
    with pytest.raises(AttributeError, match=r"^'Dense' object has no attribute 'nonsense'$"):
        layers.Dense(1).nonsense  # noqa: B018
    with pytest.raises(AttributeError, match="is not built and has no input shape"):
        layers.Dense(1).input_shape  # noqa: B018


def test_the_table_is_not_loaded_by_programs_that_ask_for_nothing_missing():
    code = (
        "import sys, lamella; lamella.Sequential([lamella.Input((2,)), lamella.layers.Dense(1)]);"
        "hasattr(lamella, '__wrapped__'); print('lamella.base.keras_names.modules' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_what_is_missing_is_not_listed():
    layer = layers.Dense(1)
    assert not {"add_loss", "compute_mask"} & set(dir(layer))
    assert {"units", "kernel_initializer", "get_config"} <= set(dir(layer))
    with pytest.raises(AttributeError, match="add_loss"):
        _ = layers.Dense.add_loss


def test_every_missing_name_has_a_message():
    owners = {"Sequential": lamella.Sequential(), "layers.Layer": layers.Dense(1)}
    owners |= {
        "losses.Loss": lamella.losses.Hinge(),
        "optimizers.Optimizer": optimizers.SGD(),
        "metrics.Metric": lamella.metrics.Mean(),
    }
    for entry in TABLE:
        thing = owners.get(entry.owner) or importlib.import_module(f"lamella.{entry.owner}".rstrip("."))
        for name in entry.names.split():
            with pytest.raises(AttributeError, match=f"is {entry.status}: "):
                getattr(thing, name)
