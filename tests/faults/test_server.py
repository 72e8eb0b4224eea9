"""The server and the judge themselves: what a provider's author sees who uses them."""

import json
import sys
import urllib.error
import urllib.request

import pytest

from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import MissingDependencyError, UnderstudyError
from understudy.domain.results import GenerationResult
from understudy.domain.secrets import Secret
from understudy.providers.spec import ProviderSpec
from understudy.testing.faults import FAULTS, FaultServer, LogTap, drive, leaks, peak_memory


def post(url, body):
    """A client that is not ours, without proxies."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, json.dumps(body).encode(), {"authorization": "Bearer k"})  # noqa: S310
    with opener.open(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/messages", "content"),
        ("/responses", "output"),
        ("/chat/completions", "choices"),
        ("/models/m:generateContent", "candidates"),
        ("/api/chat", "message"),
    ],
)
def test_the_path_decides_which_wire_format_is_spoken(fault_server, path, where):
    answer = post(fault_server.url("healthy", f"formats{where}") + path, {})
    assert "pong" in json.dumps(answer[where])


def test_arrivals_are_kept_apart_by_run(fault_server):
    for run, times in (("run-a", 1), ("run-b", 2)):
        for _ in range(times):
            post(fault_server.url("healthy", run) + "/chat/completions", {"model": "m"})
    assert [len(fault_server.arrivals(run)) for run in ("run-a", "run-b", "run-c")] == [1, 2, 0]
    arrival = fault_server.arrivals("run-a")[0]
    assert (arrival.method, arrival.headers["authorization"]) == ("POST", "Bearer k")
    assert "Bearer k" not in repr(arrival)


def test_a_fault_that_there_is_not_is_a_404(fault_server):
    url = fault_server.url("healthy", "unknown").replace("/healthy/", "/nothing-like-it/")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        post(url, {})


def test_a_server_that_does_not_run_says_so():
    with pytest.raises(UnderstudyError, match="does not run"):
        FaultServer().url("healthy", "run")


def test_certificates_without_trustme_name_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "trustme", None)
    with FaultServer() as server, pytest.raises(MissingDependencyError, match="trustme cannot be imported"):
        server.url("tls", "run")


class Sloppy:
    """A provider as they are often written: no answer is an empty answer, and the key is in every error."""

    def __init__(self, settings, *, http):
        self.settings = settings
        self.url = settings.base_url

    async def generate(self, prompt):
        if "json_null" in self.url:
            return GenerationResult()
        if "json_list" in self.url:
            raise KeyError(self.settings.api_key.reveal())
        return GenerationResult(parts=())


SLOPPY = ProviderSpec(
    name="sloppy",
    title="Sloppy",
    real=Sloppy,
    settings="understudy.config.models.generation:ProviderSettings",
    capabilities=Capabilities(),
)


async def test_a_sloppy_provider_is_found_out(fault_server):
    silent = await drive(SLOPPY, FAULTS["json_null"], server=fault_server, way="whole")
    assert "ended with answer" in silent.broken()[0]
    assert "sent 0 requests, not 1" in silent.broken()
    untyped = await drive(SLOPPY, FAULTS["json_list"], server=fault_server, way="whole")
    assert "raised KeyError, which is not of the tree" in untyped.broken()
    assert any("credential" in promise for promise in untyped.broken())


def test_leaks_are_found_in_texts_attributes_frames_and_causes():
    secret = Secret("sk-hidden-0123456789")

    def deeper(token):
        raise ValueError("no")

    def outer():
        try:
            deeper(secret.reveal())
        except ValueError as error:
            raise RuntimeError("outside") from error

    with pytest.raises(RuntimeError) as caught:
        outer()
    (found,) = leaks(caught.value, secret)
    assert found.endswith("deeper: token")
    assert leaks(caught.value, secret, ignore=(__file__,)) == ()
    caught.value.note = secret.reveal()
    assert leaks(caught.value, secret, ignore=(__file__,)) == ("attributes",)


def test_the_tap_hears_debug_records_and_leaves_the_root_logger_as_it_was():
    import logging

    level = logging.getLogger().level
    with LogTap() as tap:
        logging.getLogger("anyone").debug("said %s", "quietly", extra={"also": "this"})
    logging.getLogger("anyone").error("said later")
    assert logging.getLogger().level == level
    assert len(tap.lines) == 1
    assert "said quietly" in tap.lines[0]
    assert "'also': 'this'" in tap.lines[0]


def test_the_peak_of_memory_only_grows():
    before = peak_memory()
    held = bytearray(before + 10_000_000)
    assert peak_memory() >= before
    assert held[-1] == 0
