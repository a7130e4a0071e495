"""One registry a package: names, classes and configs become objects, and objects become configs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from typing import Any, Generic, TypeVar

from lamella.base import custom_objects
from lamella.base.checks import refusal, shown
from lamella.base.naming import snake_case, unknown_name
from lamella.base.public_names import names_in
from lamella.base.types import Config

T = TypeVar("T")

_MALFORMED = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, TypeError)
"""What constructors raise for an entry that they were never given before, or need and are not given."""

_TOO_DEEP = "Layers are nested too deeply inside of each other"
_OF_YOUR_OWN = "One of your own is passed in custom_objects, by its name."


def constructor_arguments(cls: type, config: Config, also: Iterable[str] = ()) -> Config:
    """Keep the entries of a Keras config that the constructor takes.

    Args:
        cls: the class to be constructed.
        config: its config, perhaps written by another version of Keras.
        also: names that the constructor takes through `**kwargs`.

    Raises:
        ValueError: for an entry that the constructor does not take, unless it is None or False: those switch
            a feature off that is not here either; and for what is no dictionary.
    """
    config = config_entries(cls, config)
    names, takes_all = _constructor(cls)
    known = names.union(also)
    if takes_all and not cls.__module__.startswith("lamella."):
        return config
    unknown = {key: value for key, value in config.items() if key not in known and value not in (None, False)}
    if unknown:
        raise ValueError(f"{cls.__name__} does not support these entries of its config: {unknown}")
    return {key: value for key, value in config.items() if key in known}


def config_entries(cls: type, config: Any, *needed: str) -> Config:
    """A copy of the config of a class; raise ValueError for no dictionary, or one without what it needs."""
    if not isinstance(config, Mapping):
        raise refusal(cls.__name__, "config", "a dictionary", config)
    for key in needed:
        if key not in config:
            raise ValueError(
                f"{cls.__name__}: 'config' must have the entry {key!r}. Received: {list(config)}"
            )
    return dict(config)


@cache
def _constructor(cls: type) -> tuple[frozenset[str], bool]:
    """The names that a constructor takes, through decorators too, and whether it takes any others."""
    kinds = {parameter.name: parameter.kind for parameter in signature(cls).parameters.values()}
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    names = frozenset(name for name, kind in kinds.items() if kind not in several)
    return names, Parameter.VAR_KEYWORD in kinds.values()


def serialize(obj: Any, module: str) -> Config:
    """Write an object as Keras writes it."""
    name = custom_objects.registered_name(type(obj))
    if name is not None:
        custom_objects.note(name, type(obj))
    return {
        "module": module if type(obj).__module__.startswith("lamella.") else type(obj).__module__,
        "class_name": type(obj).__name__,
        "config": _config_of(obj),
        "registered_name": name,
    }


def _config_of(obj: Any) -> Config:
    try:
        config: Config = obj.get_config()
    except RecursionError:
        raise ValueError(f"{_TOO_DEEP} to be described") from None
    return config


def is_of_library(module: Any) -> bool:
    """Whether the module that a config names is Keras's or this library's."""
    return isinstance(module, str) and f"{module}.".startswith(("keras.", "lamella."))


class Registry(Generic[T]):
    """The classes of one package under all the names they are known by, imported when asked for.

    Args:
        kind: what they are, for error messages: "loss".
        base: the class they all derive from.
        package: the package whose public names they are; Keras serialises them under the same: "losses".
        aliases: other names of classes, by these names; of classes of another package their paths.
        but: public names that are no such classes.
        by_targets: names that `compile` turns into one of the classes when it knows the targets.
        wrap: the class that makes one of them of a function of the user's, where these are taken.
    """

    def __init__(
        self,
        kind: str,
        base: type[T],
        package: str,
        aliases: Mapping[str, str] | None = None,
        but: Iterable[str] = (),
        by_targets: Iterable[str] = (),
        wrap: Callable[[Callable[..., Any]], T] | None = None,
    ) -> None:
        self.kind = kind
        self.base = base
        self.module = f"keras.{package}"
        self._package = f"lamella.{package}"
        self._by_targets = tuple(by_targets)
        self._wrap = wrap
        self._classes = {**self._named(but), **(aliases or {})}
        self._imported: dict[str, type[T]] = {}

    def _named(self, but: Iterable[str]) -> dict[str, str]:
        """The public classes, by their names and these in snake case."""
        without = {self.base.__name__, *but}
        names = [name for name in names_in(self._package) if name[0].isupper() and name not in without]
        return {key: name for name in names for key in (name, snake_case(name))}

    def names(self) -> list[str]:
        """All names that `get` takes."""
        return sorted(self._classes)

    def built_in(self, name: str) -> type[T]:
        """The class of this library with this name, whatever the user's are called."""
        cls = self._imported.get(name)
        if cls is None:
            package, _, public = self._classes[name].rpartition(".")
            cls = self._imported[name] = getattr(import_module(package or self._package), public)
        return cls

    def find(self, name: str) -> type[T]:
        """Return the class of a name, in any case; raises ValueError with the nearest name."""
        own = custom_objects.find(name)
        if own is not None:
            return self._class_of_user(name, own)
        for known in (name, name.lower()):
            if known in self._classes:
                return self.built_in(known)
        if name in self._by_targets:
            raise ValueError(f"The {self.kind} {name!r} depends on the targets: pass the name to compile()")
        raise unknown_name(self.kind, name, [*self._classes, *self._by_targets])

    def _is_own_function(self, identifier: Any) -> bool:
        """Whether a function is a public one of the package, which stands for the class of its name."""
        name = getattr(identifier, "__name__", "")
        if isinstance(identifier, type) or not callable(identifier) or name not in self._classes:
            return False
        return name in names_in(self._package) and getattr(import_module(self._package), name) is identifier

    def _class_of_user(self, name: str, own: Any) -> type[T]:
        if isinstance(own, type) and issubclass(own, self.base):
            return own
        raise ValueError(
            f"The {self.kind} {name!r} must be a class derived from {self.base.__name__}. Received: {own!r}"
        )

    def _function_of_user(self, name: Any) -> Callable[..., Any] | None:
        """The function of the user's with this name, where functions are taken, and there is one."""
        own = custom_objects.find(name) if self._wrap is not None and isinstance(name, str) else None
        return own if callable(own) and not isinstance(own, type) else None

    def get(self, identifier: Any) -> T:
        """Turn an object, a class, a name, a serialised dictionary or a function into an object."""
        if isinstance(identifier, self.base):
            return identifier
        if self._is_own_function(identifier):
            return self.built_in(identifier.__name__)()
        if isinstance(identifier, str):
            function = self._function_of_user(identifier)
            return self.find(identifier)() if function is None else self.get(function)
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        if isinstance(identifier, type) and issubclass(identifier, self.base):
            return identifier()
        if self._wrap is not None and callable(identifier) and not isinstance(identifier, type):
            return self._wrap(identifier)
        raise TypeError(
            f"Expected a {self.kind}: a name, a config or an instance of {self.base.__name__}. "
            f"Received: {identifier!r} of type {type(identifier).__name__}"
        )

    def deserialize(self, config: Config, objects: dict[str, Any] | None = None) -> T:
        """Rebuild an object from `serialize`'s dictionary; `objects` are users' classes by their names."""
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError(
                f"The config of a {self.kind} must be a dictionary with the key 'class_name'. "
                f"Received: {shown(config)}"
            )
        entries = config.get("config") or {}
        with custom_objects.custom_object_scope(objects):
            if self._wrap is not None and custom_objects.is_function(config):
                return self._from_name(entries)
            cls: Any = self._class_of(config)
            if not isinstance(entries, dict):
                raise ValueError(
                    f"The config of {cls.__name__} must be a dictionary. Received: {shown(entries)}"
                )
            try:
                result: T = cls.from_config(dict(entries))
            except RecursionError:
                raise ValueError(f"{_TOO_DEEP} to be made of a config") from None
            except _MALFORMED as error:
                raise ValueError(f"{cls.__name__} cannot be made of its config: {error}") from error
        return result

    def _from_name(self, name: Any) -> T:
        """The function of the user's that a config names, or what a function of this library stands for."""
        if not isinstance(name, str):
            raise ValueError(f"The function of a {self.kind} must be a name. Received: {shown(name)}")
        try:
            return self.get(name)
        except ValueError as error:
            raise ValueError(f"{error} {_OF_YOUR_OWN}") from None

    def _class_of(self, config: Config) -> Any:
        """The class a config names; a class of the user goes by the name it was registered under, if any."""
        name, registered = config["class_name"], config.get("registered_name")
        if not isinstance(name, str):
            raise ValueError(f"The class of a {self.kind} must be a name. Received: {shown(name)}")
        own = custom_objects.find_first(registered)
        if own is not None:
            return self._class_of_user(str(registered), own)
        if registered is None and is_of_library(config.get("module")) and name in self._classes:
            return self.built_in(name)
        try:
            return self.find(name)
        except ValueError as error:
            raise ValueError(f"{error} {_OF_YOUR_OWN}") from None

    def describe_function(self, function: Callable[..., Any]) -> Config:
        """Write a function of the user as Keras writes it: by its name.

        Raises:
            ValueError: for a name that means something else here.
        """
        config = custom_objects.describe_function(function)
        if config["config"] in self._classes:
            raise ValueError(
                f"The {self.kind} function {config['config']!r} has the name of a built-in {self.kind}, "
                "which would be taken for it: give it another name"
            )
        return config

    def serialize(self, obj: T | None) -> Config | None:
        """Write an object as Keras writes it; None stays None."""
        return None if obj is None else serialize(self.checked(obj), self.module)

    def checked(self, obj: Any) -> T:
        """The object; raises TypeError for one of another kind."""
        if not isinstance(obj, self.base):
            raise TypeError(
                f"Expected a {self.kind}: an instance of {self.base.__name__}. Received: {shown(obj)}"
            )
        return obj
