"""One registry a folder: names, classes and Keras's dictionaries become objects, and objects dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from lamella import custom_objects
from lamella._types import Config
from lamella.naming import snake_case, unknown_name

T = TypeVar("T")


def constructor_arguments(cls: type, config: Config, also: Iterable[str] = ()) -> Config:
    """Keep the entries of a Keras config that the constructor takes.

    Args:
        cls: the class to be constructed.
        config: its config, perhaps written by another version of Keras.
        also: names that the constructor takes through `**kwargs`.

    Raises:
        ValueError: for an entry that the constructor does not take, unless it is None or False: those switch
            a feature off that is not here either.
    """
    known = set(also)
    code = getattr(cls.__init__, "__code__", None)  # type: ignore[misc]  # None: object's, without arguments
    if code is not None:
        known |= {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]}
    unknown = {key: value for key, value in config.items() if key not in known and value not in (None, False)}
    if unknown:
        raise ValueError(f"{cls.__name__} does not support these entries of its config: {unknown}")
    return {key: value for key, value in config.items() if key in known}


def serialize(obj: Any, module: str) -> Config:
    """Write an object as Keras writes it."""
    return {
        "module": module if type(obj).__module__.startswith("lamella.") else type(obj).__module__,
        "class_name": type(obj).__name__,
        "config": obj.get_config(),
        "registered_name": custom_objects.registered_name(type(obj)),
    }


class Registry(Generic[T]):
    """The classes of one folder under all the names they are known by.

    Args:
        kind: what they are, for error messages: "loss".
        base: the class they all derive from.
        module: the module Keras serialises them under: "keras.losses".
        by_targets: names that `compile` turns into one of the classes when it knows the targets.
        functions: functions of this library that stand for a class.
        wrap: makes one of them of a function of the user's, where these are taken.
    """

    def __init__(
        self,
        kind: str,
        base: type[T],
        module: str,
        by_targets: Iterable[str] = (),
        functions: Mapping[Callable[..., Any], type[T]] | None = None,
        wrap: Callable[[Callable[..., Any]], T] | None = None,
    ) -> None:
        self.kind = kind
        self.base = base
        self.module = module
        self._by_targets = tuple(by_targets)
        self._functions = functions or {}
        self._wrap = wrap
        self._classes: dict[str, type[T]] = {}

    def add(self, *classes: type[T], **aliases: type[T]) -> None:
        """Register classes under their name and its snake case, and under aliases."""
        for cls in classes:
            self._classes[cls.__name__] = cls
            self._classes[snake_case(cls.__name__)] = cls
        self._classes.update(aliases)

    def names(self) -> list[str]:
        """All names that `get` takes."""
        return sorted(self._classes)

    def find(self, name: str) -> type[T]:
        """Return the class of a name, in any case; raises ValueError with the nearest name."""
        cls = custom_objects.find(name) or self._classes.get(name) or self._classes.get(name.lower())
        if cls is None and name in self._by_targets:
            raise ValueError(f"The {self.kind} {name!r} depends on the targets: pass the name to compile()")
        if cls is None:
            raise unknown_name(self.kind, name, [*self._classes, *self._by_targets])
        return cls

    def get(self, identifier: Any) -> T:
        """Turn an object, a class, a name, a serialised dictionary or a function into an object."""
        if isinstance(identifier, self.base):
            return identifier
        if callable(identifier) and identifier in self._functions:
            return self._functions[identifier]()
        if isinstance(identifier, str):
            return self.find(identifier)()
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
        if "class_name" not in config:
            raise ValueError(f"The config of a {self.kind} needs the key 'class_name'. Received: {config}")
        with custom_objects.custom_object_scope(objects):
            if self._wrap is not None and custom_objects.is_function(config):
                name = config["config"]
                return self.get(custom_objects.find(name) or name)
            cls: Any = self._class_of(config)
            result: T = cls.from_config(dict(config.get("config") or {}))
        return result

    def _class_of(self, config: Config) -> Any:
        """The class a config names; a class of the user goes by the name it was registered under, if any."""
        name = config["class_name"]
        if not isinstance(name, str):
            raise ValueError(f"The class of a {self.kind} must be a name. Received: {name!r}")
        return custom_objects.find_first(config.get("registered_name")) or self.find(name)

    def serialize(self, obj: T | None) -> Config | None:
        """Write an object as Keras writes it; None stays None."""
        return None if obj is None else serialize(obj, self.module)
