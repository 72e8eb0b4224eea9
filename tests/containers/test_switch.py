"""The switch builds what is selected, decides once, and says what is wrong."""

import pickle

import pytest

from understudy.containers._injector import containers, providers
from understudy.containers.switch import Choice, Switch
from understudy.domain.errors import DuplicateProviderError, WiringError


@pytest.fixture
def made() -> list[str]:
    return []


def branch(made: list[str], name: str) -> providers.Provider[str]:
    def build() -> str:
        made.append(name)
        return name

    return providers.ThreadSafeSingleton(build)


def test_only_the_selected_branch_is_built(made: list[str]) -> None:
    switch: providers.Provider[str] = Switch(lambda: "mock", real=branch(made, "real"), mock=branch(made, "mock"))
    assert (switch(), switch(), made) == ("mock", "mock", ["mock"])


def test_the_choice_is_asked_for_once_per_container(made: list[str]) -> None:
    asked: list[int] = []

    def choose() -> str:
        asked.append(1)
        return "real"

    class Container(containers.DeclarativeContainer):
        switch = Switch(choose, real=branch(made, "real"), mock=branch(made, "mock"))

    first, second = Container(), Container()
    for _ in range(3):
        first.switch()
        second.switch()
    assert len(asked) == 2


def test_two_containers_choose_for_themselves(made: list[str]) -> None:
    class Container(containers.DeclarativeContainer):
        mode = providers.Dependency(instance_of=str)
        switch: providers.Provider[str] = Switch(mode, real=branch(made, "real"), mock=branch(made, "mock"))

    assert Container(mode="real").switch() == "real"
    assert Container(mode="mock").switch() == "mock"


def test_a_copy_of_a_container_that_has_chosen_chooses_anew(made: list[str]) -> None:
    class Container(containers.DeclarativeContainer):
        mode = providers.Dependency(instance_of=str)
        switch: providers.Provider[str] = Switch(mode, real=branch(made, "real"), mock=branch(made, "mock"))

    container = Container(mode="real")
    container.switch()
    copied = providers.deepcopy(container)
    copied.mode.override("mock")
    assert (copied.switch(), container.switch()) == ("mock", "real")


def test_an_override_of_a_branch_counts_after_the_choice_was_made(made: list[str]) -> None:
    switch = Switch(lambda: "real", real=branch(made, "real"))
    switch()
    with switch.real.override("stand-in"):
        assert switch() == "stand-in"
    assert switch() == "real"


def test_an_unknown_value_names_value_choices_setting_and_near_match(made: list[str]) -> None:
    switch = Switch(lambda: Choice("mok", "generation.use"), real=branch(made, "real"), mock=branch(made, "mock"))
    with pytest.raises(WiringError) as caught:
        switch()
    shown = str(caught.value)
    for part in ("'mok'", "mock, real", "generation.use", "Did you mean 'mock'?"):
        assert part in shown
    assert made == []


@pytest.mark.parametrize("value", [None, 7, "", object()])
def test_a_value_that_is_no_name_is_a_wiring_error(value: object) -> None:
    with pytest.raises(WiringError):
        Switch(lambda: value, real=providers.Object(1))()


def test_a_failed_choice_is_made_again_at_the_next_call() -> None:
    values = iter(["mok", "mock"])
    switch = Switch(lambda: next(values), mock=providers.Object(1))
    with pytest.raises(WiringError):
        switch()
    assert switch() == 1


@pytest.mark.parametrize("name", ["override", "provider", "providers", "selector", "add"])
def test_a_branch_that_could_not_be_reached_is_refused(name: str) -> None:
    with pytest.raises(WiringError, match=name):
        Switch(lambda: name, **{name: providers.Object(1)})
    with pytest.raises(WiringError, match=name):
        Switch(lambda: name).add(**{name: providers.Object(1)})


def test_branches_are_added_and_never_replaced(made: list[str]) -> None:
    switch = Switch(lambda: "acme", real=branch(made, "real"))
    switch.add(acme=branch(made, "acme"))
    assert switch() == "acme"
    with pytest.raises(DuplicateProviderError, match="acme"):
        switch.add(acme=providers.Object("usurper"))
    assert switch() == "acme"


def test_an_added_branch_stays_with_its_own_container() -> None:
    class Container(containers.DeclarativeContainer):
        switch = Switch(lambda: "acme", real=providers.Object(1))

    first, second = Container(), Container()
    first.switch.add(acme=providers.Object(2))
    assert first.switch() == 2
    with pytest.raises(WiringError):
        second.switch()


def test_a_choice_is_its_value_and_remembers_its_setting() -> None:
    choice = Choice("mock", "generation.claude.use")
    assert (choice, choice.setting, pickle.loads(pickle.dumps(choice))) == ("mock", "generation.claude.use", "mock")  # noqa: S301  # our own bytes
