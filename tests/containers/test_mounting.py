"""A mounted container is found under its node, live, and is copied with its parent."""

import pytest

from understudy.containers._injector import containers, providers
from understudy.containers.mounting import mount
from understudy.domain.errors import WiringError


class Inner(containers.DeclarativeContainer):
    word: providers.Provider[str] = providers.Dependency(instance_of=str)
    shout: providers.Provider[str] = providers.Callable("{}!".format, word)


class Outer(containers.DeclarativeContainer):
    word = providers.Object("hey")
    inner = mount(Inner, word=word)


def test_nodes_of_a_mounted_container_are_reached_through_its_node() -> None:
    assert Outer().inner.shout() == "hey!"


def test_two_outer_containers_have_inner_containers_of_their_own() -> None:
    first, second = Outer(), Outer()
    with first.inner.shout.override("quiet"):
        assert (first.inner.shout(), second.inner.shout()) == ("quiet", "hey!")
    assert Outer.inner.shout() == "hey!"


def test_a_node_set_on_the_mounted_container_later_is_seen() -> None:
    outer = Outer()
    mounted = outer.providers["inner"].container
    mounted.set_provider("shout", providers.Object("new"))
    assert outer.inner.shout() == "new"
    del mounted.shout
    assert not hasattr(outer.inner, "shout")


class Quiet(containers.DeclarativeContainer):
    shout = providers.Object("quiet")


class Silent(containers.DeclarativeContainer):
    shout = providers.Object("")


def test_a_mounted_container_can_be_overridden_whole_and_set_back() -> None:
    outer = Outer()
    with outer.providers["inner"].override(Quiet()):
        assert outer.inner.shout() == "quiet"
        with outer.providers["inner"].override(Silent):
            assert outer.inner.shout() == ""
        assert outer.inner.shout() == "quiet"
    assert outer.inner.shout() == "hey!"


def test_setting_back_a_whole_container_keeps_what_was_overridden_by_itself() -> None:
    outer = Outer()
    outer.inner.word.override("ho")
    outer.providers["inner"].override(Quiet())
    outer.providers["inner"].override(Silent())
    outer.providers["inner"].reset_override()
    assert outer.inner.shout() == "ho!"


def test_overriding_by_a_container_with_a_misspelt_node_raises_and_changes_nothing() -> None:
    class Misspelt(containers.DeclarativeContainer):
        word = providers.Object("ho")
        shuot = providers.Object("quiet")

    outer = Outer()
    with pytest.raises(WiringError, match="Did you mean 'shout'"):
        outer.providers["inner"].override(Misspelt())
    assert outer.inner.shout() == "hey!"


def test_overriding_a_container_by_something_else_raises() -> None:
    with pytest.raises(TypeError, match="container"):
        Outer().providers["inner"].override("quiet")


def test_a_copy_of_an_overridden_container_is_set_back_by_itself() -> None:
    outer = Outer()
    outer.providers["inner"].override(Quiet())
    copied = providers.deepcopy(outer)
    copied.providers["inner"].reset_last_overriding()
    assert (copied.inner.shout(), outer.inner.shout()) == ("hey!", "quiet")


def test_mounts_nest() -> None:
    class Root(containers.DeclarativeContainer):
        outer = mount(Outer)

    assert Root().outer.inner.shout() == "hey!"
