"""The public names of modules: where they are, and what is said of names that are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_SOURCES: dict[str, dict[str, str]] = {}
"""Of each package the modules that its public names are in, by name."""


def publish(module: str, names: Iterable[str]) -> None:
    """Have `dir` list the public names of a module alone, and have it say what to do about missing ones.

    Args:
        module: its `__name__`.
        names: its `__all__`.
    """

    def missing(name: str) -> Any:
        raise _error(module, name, names)

    _give(module, missing, names)


def publish_package(package: str, sources: Mapping[str, str], modules: str = "") -> None:
    """Publish the names of a package. The modules they are in are imported when one is first asked for.

    Nobody waits for what they do not use: importing lamella takes about a millisecond, however many layers
    it has. For type checkers the package imports `*` from the same modules under `TYPE_CHECKING`.

    Args:
        package: its `__name__`.
        sources: the public names, apart by spaces, by the modules of the package that they are in. Modules of
            other packages are named whole.
        modules: the modules of the package that are public names themselves.
    """
    places = {
        name: source if source.startswith("lamella.") else f"{package}.{source}"
        for source, names in sources.items()
        for name in names.split()
    }
    public_modules = modules.split()
    names = [*places, *public_modules]

    def load(name: str) -> Any:
        if name in places:
            value = getattr(import_module(places[name]), name)
        elif name in public_modules or _is_inner_module(package, name):
            value = import_module(f"{package}.{name}")
        else:
            raise _error(package, name, names)
        vars(sys.modules[package])[name] = value  # found without this function from now on
        return value

    _SOURCES[package] = places
    _give(package, load, names)
    vars(sys.modules[package])["__all__"] = names


def names_in(package: str) -> Iterable[str]:
    """The public names of a package that are no modules."""
    return _SOURCES[package]


def _is_inner_module(package: str, name: str) -> bool:
    """Whether a package has a module of this name, which `from package import name` asks it for first."""
    return PathFinder.find_spec(f"{package}.{name}", sys.modules[package].__path__) is not None


def _give(module: str, load: Any, names: Iterable[str]) -> None:
    attributes = vars(sys.modules[module])
    attributes.update(__getattr__=load, __dir__=lambda: sorted(names))
    attributes.setdefault(
        "__path__", []
    )  # of what is a package, finders are asked for names that are missing


def _error(module: str, name: str, names: Iterable[str]) -> AttributeError:
    return AttributeError(_message(module, name, names), name=name, obj=sys.modules.get(module))


def _message(module: str, name: str, names: Iterable[str]) -> str:
    """What is said of a name that a module does not have: of one of Keras's, what to do instead.

    >>> import lamella
    >>> lamella.layers.Lambda
    Traceback (most recent call last):
    AttributeError: lamella.layers.Lambda is left out: a function without a gradient ... Instead: ...
    >>> lamella.layers.Denze
    Traceback (most recent call last):
    AttributeError: module 'lamella.layers' has no attribute 'Denze'. Did you mean 'Dense'?
    """
    plain = f"module {module!r} has no attribute {name!r}"
    if name.startswith("_"):  # asked for by Python itself
        return plain
    from lamella.base.keras_names import explanation
    from lamella.base.naming import nearest_name

    owner = module.removeprefix("lamella").removeprefix(".")
    text = explanation(owner, name)
    if text is None:
        return f"{plain}.{nearest_name(name, names)}"
    return f"{module}.{name} {text}"


class _MissingModules:
    """Says what to do instead where an import asks for a name of Keras's that is not here.

    Python asks it after all other finders, for modules and for what `from ... import` does not find.
    """

    @staticmethod
    def find_spec(fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        owner, _, name = fullname.rpartition(".")
        if owner.partition(".")[0] != "lamella" or name.startswith("_"):
            return None
        from lamella.base.keras_names import explanation

        text = explanation(owner.removeprefix("lamella").removeprefix("."), name)
        if text is None:
            return None
        raise ImportError(f"{fullname} {text}", name=fullname)


def explain_imports() -> None:
    """Have Python ask about what imports do not find."""
    sys.meta_path.append(_MissingModules)
