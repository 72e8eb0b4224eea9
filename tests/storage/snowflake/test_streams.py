"""A file of a folder as a stream, read by several threads."""

import os
from concurrent.futures import ThreadPoolExecutor

from understudy.providers.storage.snowflake.streams import FolderStream


class Reader:
    def __init__(self, data):
        self.data = data

    def read_at(self, offset, length):
        return self.data[offset : offset + length]

    def close(self):
        return None


DATA = bytes(range(256)) * 40


def test_it_reads_as_a_file_does():
    stream = FolderStream(Reader(DATA), len(DATA))
    assert stream.read(4) == DATA[:4]
    assert stream.seek(-6, os.SEEK_END) == len(DATA) - 6
    assert stream.read() == DATA[-6:]
    assert stream.read(1) == b""
    assert stream.seek(2) == 2
    assert stream.seek(3, os.SEEK_CUR) == 5
    assert stream.read(None) == DATA[5:]


def test_threads_do_not_move_each_others_place():
    stream = FolderStream(Reader(DATA), len(DATA))

    def part(number):
        stream.seek(number * 100)
        return b"".join(stream.read(10) for _ in range(10))

    with ThreadPoolExecutor(8) as pool:
        assert b"".join(pool.map(part, range(102))) == DATA[:10_200]
