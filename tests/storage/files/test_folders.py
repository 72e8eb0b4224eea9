"""Folders on disks, and what can be known of buckets and containers before anything is asked of them."""

import logging

import pytest

from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.access import FileAccess, file_access, open_folder
from understudy.providers.storage.protocol import storage_pb2 as pb

HIDDEN = "a-secret-that-nobody-may-see"  # pragma: allowlist secret


@pytest.fixture
def folder(tmp_path):
    return open_folder("local", str(tmp_path), FileAccess(), file_roots=(str(tmp_path),))


def test_a_file_is_seen_when_it_is_whole(folder, tmp_path):
    writer = folder.create("a/b.csv")
    writer.write(b"half")
    assert not folder.list("")
    writer.write(b" and half")
    writer.commit()
    writer.discard()
    entry = folder.entry("a/b.csv")
    assert [one.key for one in folder.list("")] == ["a/b.csv"]
    reader = folder.open(entry)
    assert (reader.read_at(5, 3), reader.read_at(9, 100), reader.read_at(100, 1)) == (b"and", b"half", b"")
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read_at(0, 1)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.csv"]


def test_a_file_that_changes_while_it_is_read_is_refused(folder, tmp_path):
    (tmp_path / "a").write_bytes(b"1234")
    reader = folder.open(folder.entry("a"))
    assert reader.read_at(0, 2) == b"12"
    (tmp_path / "a").write_bytes(b"other")
    with pytest.raises(CommandFault, match="was changed while it was read"):
        reader.read_at(2, 2)


def test_a_file_that_is_discarded_was_never_there(folder, tmp_path):
    writer = folder.create("a/b.csv")
    writer.write(b"x")
    writer.discard()
    writer.discard()
    assert not list((tmp_path / "a").iterdir())


def test_deleting_passes_over_what_is_not_there(folder):
    writer = folder.create("a")
    writer.commit()
    folder.delete(["a", "gone"])
    assert not folder.list("")


def test_only_folders_that_the_settings_name(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    assert open_folder("local", str(inner), FileAccess(), file_roots=(str(tmp_path),)).root == str(inner)
    for root, roots in [(str(tmp_path), (str(inner),)), (str(inner), ()), ("", (str(tmp_path),)), ("a\0", ("/",))]:
        with pytest.raises(CommandFault) as caught:
            open_folder("local", root, FileAccess(), file_roots=roots)
        assert caught.value.code == StorageCode.FILE_PARAMETERS


@pytest.mark.parametrize("provider", ["s3", "gcs", "abs"])
@pytest.mark.parametrize("root", ["", "a/b", "a\\b", "a?b", "a#b", "a\0b"])
def test_what_is_no_bucket_is_refused(provider, root):
    with pytest.raises(CommandFault) as caught:
        open_folder(provider, root, FileAccess(), file_roots=())
    assert caught.value.code == StorageCode.FILE_PARAMETERS


@pytest.mark.parametrize("provider", ["gcs", "abs"])
def test_credentials_that_cannot_be_used_are_not_told(provider, caplog):
    access = FileAccess(key="account", secret=Secret(f"{{{HIDDEN}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(CommandFault) as caught:
        open_folder(provider, "box", access, file_roots=())
    assert caught.value.code == StorageCode.FILE_PARAMETERS
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {caught.value.__context__!r} {caplog.text}"
    assert HIDDEN not in shown


def test_credentials_do_not_show_themselves():
    access = file_access(pb.FileCredentials(key="me", secret=HIDDEN, token=HIDDEN, region="eu-1"))
    assert HIDDEN not in f"{access!r} {access}"
    assert access.secret.reveal() == HIDDEN


def test_manifests_name_objects_by_their_whole_url():
    signed = FileAccess(key="account", secret=Secret("c2VjcmV0"))  # pragma: allowlist secret
    assert open_folder("s3", "box", signed, file_roots=()).url("a/b") == "s3://box/a/b"
    assert open_folder("gcs", "box", FileAccess(), file_roots=()).url("a/b") == "gs://box/a/b"
    azure = open_folder("abs", "box", signed, file_roots=())
    assert azure.url("a/b") == "azure://account.blob.core.windows.net/box/a/b"
