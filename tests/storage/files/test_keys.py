"""Paths within a root: none leads out, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.keys import join_key, manifest_key

PARTS = st.lists(
    st.text(max_size=12) | st.sampled_from(["..", ".", "/", "a/b", "\\", "\0", "..//..", "//"]), max_size=4
)


def made(make, *arguments, **options):
    """The key, or the code with which it was refused."""
    try:
        return make(*arguments, **options)
    except CommandFault as fault:
        return fault.code


@given(PARTS)
def test_a_key_never_climbs_and_is_never_absolute(parts):
    key = made(join_key, *parts)
    if not isinstance(key, str):
        assert key == StorageCode.FILE_PARAMETERS
        return
    names = key.split("/") if key else []
    assert not {"", ".", ".."} & set(names)
    assert not set("\0\\") & set(key)


@given(st.text(), st.sampled_from(["local", "s3", "gcs", "abs"]))
def test_an_entry_of_a_manifest_never_leads_out(url, provider):
    key = made(manifest_key, url, provider=provider, root="root", folder="folder")
    assert key in ("folder", StorageCode.FILE_PARAMETERS) or key.startswith("folder/")


@pytest.mark.parametrize(
    ("provider", "root", "url", "key"),
    [
        ("local", "/data/in", "a.csv", "folder/a.csv"),
        ("local", "/data/in", "a:b?c#d%20e.csv", "folder/a:b?c#d%20e.csv"),
        ("local", "/data/in", "file:///data/in/x/a%20b.csv", "x/a b.csv"),
        ("local", "/data/in/", "file://localhost/data/in/a.csv", "a.csv"),
        ("s3", "bucket", "s3://bucket/x/a.csv", "x/a.csv"),
        ("s3", "bucket", "s3://bucket/x/a?b#c.csv", "x/a?b#c.csv"),
        ("gcs", "bucket", "gs://bucket/a.csv", "a.csv"),
        ("abs", "box", "azure://account.blob.core.windows.net/box/x/a.csv", "x/a.csv"),
        ("abs", "box", "abfss://box@account.dfs.core.windows.net/a.csv", "a.csv"),
        ("abs", "box", "https://account.blob.core.windows.net/box/a.csv?sig=x", "a.csv"),
    ],
)
def test_entries_as_vendors_write_them(provider, root, url, key):
    assert manifest_key(url, provider=provider, root=root, folder="folder") == key


@pytest.mark.parametrize(
    ("provider", "root", "url"),
    [
        ("local", "/data/in", "file:///data/input/a.csv"),
        ("local", "/data/in", "file:///data/in/%2e%2e/a.csv"),
        ("local", "/data/in", "s3://bucket/a.csv"),
        ("s3", "bucket", "s3://bucket-2/a.csv"),
        ("s3", "bucket", "gs://bucket/a.csv"),
        ("s3", "bucket", "s3://bucket/../other/a.csv"),
        ("s3", "bucket", "s3://bucket//etc/a.csv"),
        ("abs", "box", "azure://account.blob.core.windows.net/other/a.csv"),
        ("abs", "box", "abfss://other@account.dfs.core.windows.net/a.csv"),
    ],
)
def test_entries_outside_of_the_root(provider, root, url):
    with pytest.raises(CommandFault) as caught:
        manifest_key(url, provider=provider, root=root, folder="")
    assert caught.value.code == StorageCode.FILE_PARAMETERS
