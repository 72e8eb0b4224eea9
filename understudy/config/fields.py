"""What the models say of a settings key: whether it exists, what may stand there, whether it is a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from understudy.config.models.base import StorageUse, UrlMark, Use
from understudy.config.models.later import Later
from understudy.config.tree import KeyPath
from understudy.domain.secrets import Secret

__all__ = [
    "PLUGINS",
    "STORAGE_PLUGINS",
    "Catalog",
    "PluginModels",
    "Slot",
    "attribute",
    "field_names",
    "plugin_section",
]

PluginModels: TypeAlias = Callable[[str], type[BaseModel] | None]
"""The settings model of a third-party provider; None for a name that is not registered."""

PLUGINS: KeyPath = ("generation", "plugins")
STORAGE_PLUGINS: KeyPath = ("storage", "plugins")
_SECRET_WORDS = ("key", "token", "secret", "password", "passwd", "credential", "auth", "cookie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the settings.

    ``kind`` is ``section`` (declared keys), ``mapping`` (keys of the user's own, values declared), ``list``, ``leaf``,
    or ``open`` (anything goes). ``secret`` values are masked wherever they are shown; ``url`` marks
    the address of a service, ``use`` the choice between it and its stand-ins.
    """

    kind: Literal["section", "mapping", "list", "leaf", "open"]
    model: type[BaseModel] | None = None
    item: Any = None
    secret: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    url: bool = False
    use: bool = False
    number: bool = False


def field_names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The model's fields by the keys that stand for them in a file."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def attribute(model: BaseModel, key: str) -> Any:
    """The model's value of the field that ``key`` stands for."""
    names = zip(field_names(type(model)), type(model).model_fields, strict=True)
    return getattr(model, next(name for alias, name in names if alias == key))


def plugin_section(path: KeyPath) -> KeyPath | None:
    """Which family's plugins ``path`` is, or is below; None for everything else."""
    return next((section for section in (PLUGINS, STORAGE_PLUGINS) if path[: len(section)] == section), None)


class Catalog:
    """The keys of a settings model, third-party sections included."""

    def __init__(
        self,
        root: type[BaseModel],
        plugin_models: PluginModels | None = None,
        backend_models: PluginModels | None = None,
    ) -> None:
        self._root = root
        self._plugin_models = {PLUGINS: plugin_models, STORAGE_PLUGINS: backend_models}
        self._slots: dict[KeyPath, Slot | None] = {}
        self._broken: dict[KeyPath, str] = {}

    def slot(self, path: KeyPath) -> Slot | None:
        """What may stand at ``path``; None where there is no such key."""
        if path not in self._slots:
            self._slots[path] = self._find(path)
        return self._slots[path]

    def is_credential(self, path: KeyPath, *, derived: bool) -> bool:
        """Whether a text at ``path`` is wrapped as a credential: by its type, or as a plugin's of which no model tells.

        ``derived`` says that it came from a variable or a file.
        """
        slot = self.slot(path)
        if slot is None or slot.secret:
            return True
        return slot.kind == "open" and plugin_section(path) is not None and (derived or _looks_secret(path))

    def is_masked(self, path: KeyPath, text: str, *, derived: bool) -> bool:
        """Whether ``text`` at ``path`` is masked where settings are shown.

        ``derived`` says that it came from a variable or a file; where anything goes, such a text may be a credential.
        """
        slot = self.slot(path)
        if slot is None or slot.secret or (slot.url and _may_hold_login(text)):
            return True
        return slot.kind == "open" and (derived or _looks_secret(path))

    def is_open(self, path: KeyPath, value: Any) -> bool:
        """Whether a value may be quoted: its key is declared, and it is neither a secret nor free-form.

        A mapping or a list may be where one is wanted; its values are asked for one by one.
        """
        if value is None or isinstance(value, bool):
            return True
        slot = self.slot(path)
        if isinstance(value, dict | list):
            return slot is not None and slot.kind != "leaf"
        if slot is None or slot.kind != "leaf" or slot.secret:
            return False
        return not (slot.url and _may_hold_login(value))

    def keys_under(self, path: KeyPath) -> tuple[str, ...]:
        """The declared keys of a section; empty for anything else."""
        slot = self.slot(path)
        return tuple(field_names(slot.model)) if slot is not None and slot.model is not None else ()

    def default(self, path: KeyPath) -> Any:
        """The model's own value at ``path``; None where it has none."""
        info = self._info(path)
        return None if info is None or info.is_required() else info.get_default(call_default_factory=True)

    def has_default(self, path: KeyPath) -> bool:
        """Whether a model declares ``path`` and does without a value for it."""
        info = self._info(path)
        return info is not None and not info.is_required()

    def _info(self, path: KeyPath) -> FieldInfo | None:
        parent = self.slot(path[:-1]) if path else None
        return field_names(parent.model).get(str(path[-1])) if parent is not None and parent.model else None

    def all_names(self) -> frozenset[str]:
        """Every declared key of the settings, at any depth."""
        names: set[str] = set()
        waiting: list[KeyPath] = [()]
        while waiting:
            path = waiting.pop()
            slot = self.slot(path)
            if slot is not None and slot.kind == "mapping":
                waiting.append((*path, "*"))
            for key in self.keys_under(path):
                names.add(key)
                waiting.append((*path, key))
        return frozenset(names)

    def broken_plugin(self, path: KeyPath) -> str | None:
        """Why the settings model of a plugin cannot be had; None where it can, or where there is no such plugin."""
        self.slot(path)
        return self._broken.get(path)

    def _plugin_model(self, path: KeyPath) -> type[BaseModel] | None:
        find = self._plugin_models[path[:-1]]
        if find is None:
            return None
        try:
            return find(str(path[-1]))
        except Exception as error:  # noqa: BLE001 - importing a third party's module may raise anything
            self._broken[path] = f"its settings model cannot be loaded ({type(error).__name__}: {error})"
            return None

    def _find(self, path: KeyPath) -> Slot | None:
        if not path:
            return Slot(kind="section", model=self._root)
        if path[:-1] in self._plugin_models:
            model = self._plugin_model(path)
            return Slot(kind="open") if model is None else Slot(kind="section", model=model)
        parent = self.slot(path[:-1])
        if parent is None or parent.kind == "leaf":
            return None
        if parent.kind == "open":
            return Slot(kind="open")
        if parent.model is not None:
            info = field_names(parent.model).get(str(path[-1]))
            return None if info is None else _slot_of(info.annotation, info.metadata)
        return _slot_of(parent.item, ())


def _looks_secret(path: KeyPath) -> bool:
    """Whether a free-form key's name says that it holds a credential."""
    return any(word in str(key).lower() for key in path for word in _SECRET_WORDS)


def _may_hold_login(url: Any) -> bool:
    """Whether an address that nobody has checked yet has a place for a name and a password, or for a key."""
    return any(sign in str(url) for sign in "@?#")


def _slot_of(annotation: Any, metadata: Sequence[Any]) -> Slot:
    parts = list(_parts(annotation))
    marks = [*metadata, *(mark for part in parts if get_origin(part) is Annotated for mark in get_args(part)[1:])]
    kinds = [part for part in parts if get_origin(part) is not Annotated]
    optional = NoneType in kinds
    later = next((mark for mark in marks if isinstance(mark, Later)), None)
    if later is not None:
        return Slot(kind="section", model=later.load(), optional=optional)
    kinds = [kind for kind in kinds if kind is not NoneType]
    if any(kind in (Secret, SecretStr, SecretBytes) for kind in kinds):
        return Slot(kind="leaf", secret=True, optional=optional)
    if len(kinds) == 1:
        return _slot_of_one(kinds[0], optional=optional, url=any(isinstance(mark, UrlMark) for mark in marks))
    if any(_is_compound(kind) for kind in kinds):
        return Slot(kind="open", optional=optional)
    choices = tuple(str(choice) for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind))
    return Slot(kind="leaf", optional=optional, choices=choices)


def _slot_of_one(kind: Any, *, optional: bool, url: bool) -> Slot:
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return Slot(kind="section", model=kind, optional=optional)
    if kind is Any or kind in (dict, list, object):
        return Slot(kind="open", optional=optional)
    if origin is Literal:
        choices = tuple(str(choice) for choice in get_args(kind))
        return Slot(kind="leaf", optional=optional, choices=choices, use=kind in (Use, StorageUse))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Slot(kind="leaf", optional=optional, choices=tuple(str(each.value) for each in kind))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Slot(kind="mapping", item=get_args(kind)[-1], optional=optional)
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        return Slot(kind="list", item=get_args(kind)[0], optional=optional)
    return Slot(kind="leaf", optional=optional, url=url, number=kind in (int, float))


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of a union, ``Annotated`` looked through; the Annotated itself comes before what it marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield annotation
        yield from _parts(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _parts(member)
    else:
        yield annotation


def _is_compound(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, BaseModel | Mapping | list | tuple | set | frozenset)
