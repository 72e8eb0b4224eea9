"""A credential that does not show itself."""

import copy
import json
import pickle

import pytest

from understudy.domain.secrets import MASK, Secret

VALUE = "s3cr3t-value"
SECRET = Secret(VALUE)


@pytest.mark.parametrize("shown", [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r:>40}", f"{[SECRET]}", MASK])
def test_no_rendering_shows_the_value(shown: str) -> None:
    assert VALUE not in shown
    assert MASK in shown


def test_only_reveal_gives_it_out() -> None:
    assert SECRET.reveal() == VALUE
    assert bool(SECRET)
    assert not Secret("")
    assert len(SECRET) == len(VALUE)


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps], ids=["pickle", "json"])
def test_it_is_not_written_out(write: object) -> None:
    with pytest.raises(TypeError) as caught:
        write(SECRET)  # type: ignore[operator]

    assert VALUE not in str(caught.value)


def test_it_compares_with_secrets_only_and_copies_keep_it() -> None:
    assert Secret(VALUE) == SECRET
    assert SECRET != VALUE
    assert {SECRET: 1}[Secret(VALUE)] == 1
    assert copy.deepcopy(SECRET) is copy.copy(SECRET) is SECRET
