"""The graph's faults are found before the first call, all at once, and nothing is built for it."""

from collections.abc import Callable
from typing import Any

import pytest

from understudy.containers._injector import containers, providers
from understudy.containers.lifetime import Lifetime, kept
from understudy.containers.mounting import mount
from understudy.containers.switch import Choice, Switch
from understudy.containers.verify import faults_of, verify
from understudy.domain.errors import NoProviderAvailableError, ProviderNotFoundError, WiringError


class Client:
    def __init__(self, url: str, timeout: float = 1.0, *, retries: int) -> None:
        raise AssertionError("verification builds nothing")


class Service:
    def __init__(self, client: object = None) -> None:
        raise AssertionError("verification builds nothing")


def container_of(**nodes: providers.Provider[Any]) -> Any:
    container = containers.DynamicContainer()
    container.set_providers(**nodes)
    return container


def shown(container: Any) -> list[str]:
    return [str(fault) for fault in faults_of(container)]


def test_a_sound_graph_has_no_fault() -> None:
    client = providers.Singleton(Client, "url", retries=1)
    container = container_of(
        client=client,
        service=providers.Factory(Service, client=client),
        switch=Switch(lambda: "a", a=client, b=providers.Object(2)),
        many=providers.List(client, providers.Dict({"a": client})),
        built_in=providers.Factory(dict, a=1),
        config=providers.Configuration(),
    )
    verify(container)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (providers.Singleton(Client, retries=1), "node: Client lacks its argument 'url'"),
        (providers.Factory(Client), "node: Client lacks its arguments 'url', 'retries'"),
        (providers.Callable(Client, "u"), "node: Client lacks its argument 'retries'"),
        (
            providers.Singleton(Client, "u", retries=1, timeuot=2),
            "node: Client has no argument 'timeuot'\n    Did you mean 'timeout'?",
        ),
        (providers.Singleton(Client, "u", retries=1, url="v"), "node: Client is given 'url' twice"),
        (
            providers.Singleton(Client, "u", 1.0, 3, retries=1),
            "node: Client takes 2 positional arguments and is given 3",
        ),
        (providers.Singleton(), "node: it has nothing to call"),
        (providers.Dependency(instance_of=int), "node: nothing fills this dependency of type int"),
        (providers.Dependency(), "node: nothing fills this dependency"),
        (providers.Dependency(instance_of=int, default="one"), "node: it must be of type int and is of type str"),
    ],
)
def test_a_fault_says_where_and_what(node: providers.Provider[Any], expected: str) -> None:
    assert shown(container_of(node=node)) == [expected]


def test_all_faults_are_raised_together_with_their_paths() -> None:
    class Inner(containers.DeclarativeContainer):
        client = providers.Singleton(Client, "u", retries=1, extra=1)
        switch = Switch(lambda: "mok", mock=providers.Factory(Client, "u"), real=client)

    class Outer(containers.DeclarativeContainer):
        settings = providers.Dependency(instance_of=dict)
        inner = mount(Inner)
        service = providers.Singleton(Service, providers.Factory(Client, "u", retries=1, retrys=2))

    with pytest.raises(WiringError) as caught:
        verify(Outer())
    assert [fault.where for fault in caught.value.faults] == [
        "settings",
        "inner.client",
        "inner.switch.mock",
        "service.argument 1",
        "inner.switch",
    ]


def test_what_is_kept_for_closing_is_held_against_its_own_arguments() -> None:
    lifetime: providers.Provider[Lifetime] = providers.ThreadSafeSingleton(Lifetime)
    assert shown(container_of(node=kept(lifetime, Client, "url"))) == ["node: Client lacks its argument 'retries'"]
    assert shown(container_of(node=kept(lifetime, Client, "url", retries=1))) == []


def test_a_factory_that_is_passed_on_may_lack_what_its_caller_gives() -> None:
    factory = providers.Factory(Client)
    assert shown(container_of(service=providers.Singleton(Service, client=factory.provider))) == []
    assert shown(container_of(node=providers.DelegatedFactory(Client))) == []
    assert shown(container_of(node=providers.DelegatedFactory(Client, retrys=1))) == [
        "node: Client has no argument 'retrys'\n    Did you mean 'retries'?"
    ]


def test_an_override_is_verified_in_place_of_what_it_overrides() -> None:
    container = container_of(node=providers.Singleton(Client))
    container.node.override(providers.Factory(Service, clint=1))
    assert shown(container) == ["node: Service has no argument 'clint'\n    Did you mean 'client'?"]
    container.node.override("an object")
    assert shown(container) == []


def cycle_of(length: int) -> Any:
    """A ring of singletons, each needing the next."""
    ring = [providers.Singleton(Service) for _ in range(length)]
    for node, following in zip(ring, ring[1:] + ring[:1], strict=True):
        node.add_kwargs(client=following)
    return container_of(**{f"node{index}": node for index, node in enumerate(ring)})


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_is_named_step_by_step(length: int) -> None:
    steps = [f"node{index}" for index in range(length)]
    (fault,) = faults_of(cycle_of(length))
    assert fault.reason == f"it needs itself: {' -> '.join([*steps, 'node0'])}"


def test_a_cycle_of_thousands_of_nodes_is_found_without_recursion() -> None:
    (fault,) = faults_of(cycle_of(5000))
    assert fault.reason.count("->") == 5000


def test_a_chain_of_thousands_of_nodes_is_no_fault() -> None:
    node: providers.Provider[Any] = providers.Object(1)
    for _ in range(5000):
        node = providers.Singleton(Service, client=node)
    assert faults_of(container_of(node=node)) == []


def test_cycles_through_switches_overrides_and_attributes_are_found() -> None:
    switch = Switch(lambda: "a", a=providers.Object(1))
    switch.add(b=providers.Singleton(Service, client=switch))
    assert "switch -> switch.b" in str(faults_of(container_of(switch=switch))[0])

    node = providers.Singleton(Service, client=1)
    node.override(providers.Singleton(Service, client=node.provided.name))
    assert "needs itself" in str(faults_of(container_of(node=node))[0])


def test_a_reference_that_is_called_later_is_no_cycle() -> None:
    node = providers.Singleton(Service)
    node.add_kwargs(client=node.provider)
    assert faults_of(container_of(node=node)) == []


def test_choices_are_not_asked_while_there_is_a_cycle() -> None:
    """Asking would follow the cycle, which is a crash on some interpreters."""
    dependency = providers.Callable(str)
    dependency.add_args(dependency)
    faults = faults_of(container_of(switch=Switch(dependency, a=providers.Object(1))))
    assert [fault.reason.partition(":")[0] for fault in faults] == ["it needs itself"]


def test_unknown_branches_name_the_origin_of_their_setting_once() -> None:
    nodes: dict[str, providers.Provider[Any]] = {
        name: Switch(lambda: Choice("record", "generation.use"), real=providers.Object(1), mock=providers.Object(2))
        for name in ("claude", "codex")
    }
    with pytest.raises(WiringError) as caught:
        verify(container_of(**nodes), origin={"generation.use": "settings.yaml:4:8"}.get)
    (fault,) = caught.value.faults
    assert (fault.where, fault.origin) == ("claude, codex", "settings.yaml:4:8")
    assert "'record'" in fault.reason
    assert "mock, real" in fault.reason


def raising(error: Exception) -> Callable[[], str]:
    def choose() -> str:
        raise error

    return choose


def test_a_choice_that_fails_is_a_fault() -> None:
    error = ProviderNotFoundError("cluade", family="generation", registered=["claude"])
    (fault,) = faults_of(container_of(switch=Switch(raising(error), a=providers.Object(1))))
    assert fault.where == "switch"
    assert "ProviderNotFoundError: No generation provider is called 'cluade'" in fault.reason


def test_that_no_provider_is_available_is_no_fault_of_the_graph() -> None:
    switch = Switch(raising(NoProviderAvailableError("generation", reasons={})), a=providers.Object(1))
    assert faults_of(container_of(switch=switch)) == []


def test_a_choice_that_reads_an_unfilled_dependency_is_reported_once() -> None:
    mode = providers.Dependency(instance_of=str)
    faults = faults_of(container_of(mode=mode, switch=Switch(mode, a=providers.Object(1))))
    assert [fault.where for fault in faults] == ["mode"]


def test_dependencies_that_a_container_leaves_to_its_parent_are_verified() -> None:
    class Inner(containers.DeclarativeContainer):
        http = providers.DependenciesContainer()
        service = providers.Singleton(Service, client=http.client)

    class Http(containers.DeclarativeContainer):
        client = providers.Object(1)

    class Outer(containers.DeclarativeContainer):
        http = mount(Http)
        inner = mount(Inner, http=http)

    assert [fault.where for fault in faults_of(Inner())] == ["http.client"]
    assert faults_of(Outer()) == []
