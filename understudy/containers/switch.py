"""The selector that chooses between implementations, once per container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

from understudy.containers._injector import providers
from understudy.domain.errors import DuplicateProviderError, Fault, WiringError, near_match

__all__ = ["Choice", "Switch"]

T = TypeVar("T")

_RESERVED = frozenset(name for name in dir(providers.Selector) if not name.startswith("_"))


class Choice(str):
    """A switch's value that knows the setting it came from, for the messages: ``Choice("mock", "generation.use")``."""

    __slots__ = ("setting",)

    setting: str | None

    def __new__(cls, value: str, setting: str | None = None) -> Self:
        """The value itself, with ``setting`` beside it."""
        choice = super().__new__(cls, value)
        choice.setting = setting
        return choice


class Switch(providers.Selector[T]):
    """Provides what the branch named by ``choose`` provides; the other branches are never built.

    ``choose`` is a provider or a function without arguments that returns a branch's name. It is asked at the first call
    and never again in that container, so a resolved switch costs little more than the branch behind it. Branches may be
    added (``add``), never replaced.

    Annotate the attribute, because a selector's own type says nothing of its branches::

        client: providers.Provider[Client] = Switch(settings.provided.client.use, real=..., mock=...)

    Raises WiringError at construction for a branch whose name is an attribute of every selector (``override``,
    ``provider`` and the like: ``switch.override`` could never mean the branch), and at the first call for a value that
    is no branch.
    """

    def __init__(self, choose: Callable[[], Any] | None = None, /, **branches: providers.Provider[Any]) -> None:
        self._choose: Callable[[], Any] | None = None
        _refuse_reserved(branches)
        super().__init__(choose, **branches)

    @property
    def choose(self) -> Callable[[], Any] | None:
        """What decides, as it was given."""
        return self._choose

    def set_selector(self, selector: Callable[[], Any] | None) -> Switch[T]:
        """Let ``selector`` decide from the next call on."""
        self._choose = selector
        super().set_selector(self._resolve)
        return self

    def add(self, **branches: providers.Provider[Any]) -> None:
        """Further branches. Raises DuplicateProviderError for a name that is taken, WiringError for a reserved one."""
        _refuse_reserved(branches)
        present = self.providers
        for name in branches:
            if name in present:
                raise DuplicateProviderError(name, family="branch", taken_by=str(present[name]))
        self.set_providers(**present, **branches)

    def value(self) -> Any:
        """The chosen branch's name as ``choose`` says it, whether or not there is such a branch."""
        return None if self._choose is None else self._choose()

    def fault(self, value: Any, *, where: str) -> Fault | None:
        """What is wrong with ``value``: None where it is a branch."""
        choices = sorted(self.providers)
        if value in choices:
            return None
        setting = getattr(value, "setting", None)
        shown = "nothing was chosen" if value is None else f"{str(value)!r} is not one of its branches"
        meant = near_match(str(value), choices)
        return Fault(
            where=where,
            reason=f"{shown} ({', '.join(choices) or 'it has none'})"
            + (f", asked for by {setting}" if setting else ""),
            hint=f"Did you mean {meant!r}?" if meant else None,
        )

    @property
    def related(self) -> Any:
        """The providers that this one refers to: what decides, the branches and the overrides."""
        if providers.is_provider(self._choose):
            yield self._choose
        yield from super().related

    def __deepcopy__(self, memo: dict[Any, Any] | None) -> Switch[T]:
        """A copy for another container, which decides anew."""
        memo = {} if memo is None else memo
        known: Switch[T] | None = memo.get(id(self))
        if known is not None:
            return known
        copied = type(self)()
        memo[id(self)] = copied
        copied.set_selector(providers.deepcopy(self._choose, memo))
        copied.set_providers(**providers.deepcopy(self.providers, memo))
        self._copy_overridings(copied, memo)
        return copied

    def _resolve(self) -> str:
        value = self.value()
        fault = self.fault(value, where="switch")  # a switch does not know its name; the verification does
        if fault is not None:
            raise WiringError([fault])
        # An Object is called without leaving compiled code, and a plain string is what dictionaries look up fastest.
        chosen = str.__str__(value)
        super().set_selector(providers.Object(chosen))
        return chosen


def _refuse_reserved(branches: dict[str, providers.Provider[Any]]) -> None:
    taken = _RESERVED | set(dir(Switch))
    faults = [
        Fault(where=name, reason="a switch has an attribute of this name, so its branch could not be reached")
        for name in branches
        if name in taken
    ]
    if faults:
        raise WiringError(faults, hint="Give the branch another name.")
