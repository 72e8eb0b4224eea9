"""Which files are read, by which profile, and what makes one unreadable."""

from __future__ import annotations

import os

import pytest

from understudy.config import load_settings
from understudy.config.files import shown
from understudy.domain.errors import ConfigurationError

PYTEST = {"PYTEST_VERSION": "9"}


def names(loaded):
    return [path.name for path in loaded.files]


def test_a_folder_or_a_file_may_be_given(write, folder):
    path = write("http: {keepalive: 4}")
    assert load_settings(folder, environ={}).settings.http.keepalive == 4
    assert load_settings(str(path), environ={}).settings.http.keepalive == 4


def test_a_base_of_another_name_has_overlays_of_its_name(write):
    path = write("http: {keepalive: 4}", "conf/app.yaml")
    write("http: {keepalive: 5}", "conf/app.staging.yaml")
    assert load_settings(path, profile="staging", environ={}).settings.http.keepalive == 5


def test_the_environment_names_the_file_where_no_argument_does(write):
    path = write("http: {keepalive: 4}", "elsewhere/settings.yaml")
    assert load_settings(environ={"UNDERSTUDY_SETTINGS": str(path.parent)}).settings.http.keepalive == 4


def test_the_nearest_file_upwards_is_found(write, folder, monkeypatch):
    write("http: {keepalive: 4}")
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    loaded = load_settings(environ={})
    assert loaded.settings.http.keepalive == 4
    assert str(loaded.origin("http.keepalive")) == os.path.join("..", "..", "settings.yaml") + ":1:19"  # noqa: PTH118 - as it is shown


def test_without_any_file_the_packaged_one_counts(folder):
    loaded = load_settings(environ={})
    assert names(loaded) == ["settings.yaml"]
    assert loaded.files[0].parent.name == "defaults"
    assert loaded.settings.production


def test_the_packaged_files_are_those_at_the_root_of_the_repository():
    from pathlib import Path

    import understudy.config

    packaged = Path(understudy.config.__file__).parent / "defaults"
    root = Path(__file__).parents[2]
    for name in ("settings.yaml", "settings.test.yaml"):
        assert (packaged / name).read_bytes() == (root / name).read_bytes()


def test_a_named_place_without_a_file_is_an_error_that_says_who_named_it(folder, write):
    with pytest.raises(ConfigurationError, match=r"environment variable UNDERSTUDY_SETTINGS: there is no file nowhere"):
        load_settings(environ={"UNDERSTUDY_SETTINGS": "nowhere"})
    write("", "other/settings.yml")
    with pytest.raises(ConfigurationError, match=r"There is a settings\.yml; rename it to settings\.yaml"):
        load_settings("other", environ={})


def test_profiles_count_in_the_order_given(load, write):
    write("http: {keepalive: 1, max_connections: 1}", "settings.a.yaml")
    write("http: {keepalive: 2}", "settings.b-2.yaml")
    assert load("", profile="a,b-2").settings.http.keepalive == 2
    loaded = load("", profile=" b-2 , a ")
    assert (loaded.profiles, loaded.settings.http.keepalive) == (("b-2", "a"), 1)
    assert load("", profile="b-2,b-2").profiles == ("b-2",)


def test_the_argument_beats_the_variable_and_the_variable_beats_pytest(load, write):
    for name in ("a", "b", "test"):
        write("", f"settings.{name}.yaml")
    assert load("", {"UNDERSTUDY_PROFILE": "b", **PYTEST}, profile="a").profiles == ("a",)
    assert load("", {"UNDERSTUDY_PROFILE": "b", **PYTEST}).profiles == ("b",)
    assert load("", PYTEST).profiles == load("", {"PYTEST_CURRENT_TEST": "x"}).profiles == ("test",)
    assert load("", {"UNDERSTUDY_PROFILE": ""}).profiles == ()
    assert load("", PYTEST, profile="").profiles == ()


def test_this_very_test_runs_under_the_test_profile_by_itself(write, monkeypatch):
    monkeypatch.delenv("UNDERSTUDY_PROFILE", raising=False)
    write("generation: {use: real}")
    write("generation: {use: mock}", "settings.test.yaml")
    assert load_settings().settings.generation.use == "mock"


def test_under_pytest_a_missing_test_overlay_is_replaced_by_the_packaged_one(load):
    loaded = load("generation: {use: real}", PYTEST)
    assert loaded.settings.generation.use == "mock"
    assert loaded.files[1].parent.name == "defaults"


def test_a_requested_profile_without_a_file_lists_those_that_exist(faults, write):
    write("", "settings.staging.yaml")
    write("", "settings.prod.yaml")
    write("", "settings.local.yaml")
    (fault,) = faults("", profile="stagin")
    assert fault.origin == "the profile given"
    assert "settings.stagin.yaml does not exist" in fault.reason
    assert fault.hint == "Did you mean 'staging'? Profiles here: prod, staging."


@pytest.mark.parametrize("name", ["Prod", "a/b", "../x", "a.b", "a,,b", "ä", "local"])
def test_names_that_are_no_profiles_are_refused(faults, name):
    assert "profile" in faults("", {"UNDERSTUDY_PROFILE": name})[0].reason


@pytest.mark.parametrize("key", ["profile: prod", "profiles: [a]"])
def test_a_file_never_chooses_the_profile(faults, key):
    (fault,) = faults(key)
    assert fault.reason == "settings cannot choose the profile"


def test_the_local_file_counts_last_but_never_under_test(load, write):
    write("http: {keepalive: 1}", "settings.a.yaml")
    write("http: {keepalive: 2}", "settings.local.yaml")
    write("", "settings.test.yaml")
    assert load("", profile="a").settings.http.keepalive == 2
    assert load("", profile="a,test").settings.http.keepalive == 1
    assert load("", PYTEST, profile="a").settings.http.keepalive == 1
    assert load("", PYTEST).settings.http.keepalive == 15


def test_paths_are_shown_relative_only_where_that_is_shorter(folder):
    assert shown(folder / "settings.yaml") == "settings.yaml"
    far = folder.parents[-1] / "etc" / "x.yaml"
    assert shown(far) == str(far)


def test_a_file_of_more_than_a_mebibyte_is_refused(folder, faults):
    (folder / "settings.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    (fault,) = faults()
    assert (fault.origin, fault.reason) == ("settings.yaml", "the file has more than 1 MiB; settings are smaller")


def test_a_file_of_exactly_a_mebibyte_is_read(folder, load):
    (folder / "settings.yaml").write_bytes(b"#" * (1024 * 1024))
    assert load().settings.http.keepalive == 15


def test_other_encodings_are_told_with_the_place_of_the_first_odd_byte(folder, faults):
    (folder / "settings.yaml").write_bytes("a: 1\nb: é".encode("latin-1"))
    assert (faults()[0].origin, faults()[0].reason) == ("settings.yaml:2:4", "the file is not UTF-8")
    (folder / "settings.yaml").write_bytes("a: 1\n".encode("utf-16"))
    assert faults()[0].origin == "settings.yaml:1:1"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(folder, load):
    (folder / "settings.yaml").write_bytes(b"\xef\xbb\xbfhttp:\r\n  keepalive: 4\r\n")
    loaded = load()
    assert loaded.settings.http.keepalive == 4
    assert str(loaded.origin("http.keepalive")) == "settings.yaml:2:14"


def test_an_overlay_that_is_a_folder_is_not_there(faults, folder):
    (folder / "settings.x.yaml").mkdir()
    assert "does not exist" in faults("", profile="x")[0].reason


def test_a_file_that_vanishes_or_fails_says_so(faults, monkeypatch, write):
    from pathlib import Path

    write("")

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    (fault,) = faults()
    assert (fault.origin, fault.reason) == ("settings.yaml", "the file cannot be read: Permission denied")


def test_files_that_are_broken_are_all_told_at_once(faults, write):
    write("[", "settings.a.yaml")
    write("- x", "settings.b.yaml")
    found = faults("x: 1\nx: 2", profile="a,b")
    assert [fault.origin for fault in found] == ["settings.yaml:2:1", "settings.a.yaml:1:2", "settings.b.yaml:1:1"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n", "5\n", "[1]\n", "null\n"])
def test_a_file_that_is_no_mapping_is_refused(faults, text):
    (fault,) = faults(text)
    assert fault.reason == "a settings file is a mapping: 'key: value' lines"


def test_a_working_directory_that_is_gone_leaves_the_packaged_settings(folder, monkeypatch):
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert load_settings(environ={}).files[0].parent.name == "defaults"
