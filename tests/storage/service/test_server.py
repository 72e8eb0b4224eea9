"""The service itself: who may come in, how it ends, and what others' clients find."""

import contextlib
import logging
import ssl

import grpc
import httpx
import pytest
import trustme
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from understudy.config.models.http import HttpSettings, RetrySettings, TlsSettings
from understudy.domain.errors import ConfigurationError, UnderstudyError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageConnectionError
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.dispatch import StorageService
from understudy.providers.storage.service.grpc_client import GrpcDriverClient
from understudy.providers.storage.service.http_client import HttpDriverClient
from understudy.providers.storage.service.options import Address, ClientTls, ServiceOptions, TlsFiles
from understudy.providers.storage.service.server import StorageServer
from understudy.providers.storage.service.tokens import BearerTokens, read_tokens

PATIENCE = 30
ANYWHERE = "0.0.0.0"  # noqa: S104 - what must be refused
AUTHORIZATION = {"authorization": "Bearer the-token-of-these-tests"}
SERVICE = "understudy.storage.v1.StorageDriverService"
TYPES = "type.googleapis.com/understudy.storage.v1."
ONCE = RetrySettings(max_retries=0)


@pytest.fixture
def channel(server):
    with grpc.insecure_channel(str(server.grpc_address)) as opened:
        yield opened


# ------------------------------------------------------------------------------------------- what other clients find


def test_the_official_health_stub_finds_it_serving(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for name in ("", SERVICE):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=PATIENCE)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_tells_a_stranger_the_service_and_its_commands(channel):
    told = ProtoReflectionDescriptorDatabase(channel)
    assert SERVICE in told.get_services()
    pool = descriptor_pool.DescriptorPool(told)
    assert [method.name for method in pool.FindServiceByName(SERVICE).methods] == ["Execute"]
    command = pool.FindMessageTypeByName("understudy.storage.v1.CreateBucketCommand")
    assert command.fields_by_name["bucket_id"].number == 3


def test_an_errors_details_are_a_google_rpc_status_in_the_trailer_of_other_languages(channel):
    execute = channel.unary_unary(
        f"/{SERVICE}/Execute",
        request_serializer=pb.DriverRequest.SerializeToString,
        response_deserializer=pb.DriverResponse.FromString,
    )
    request = pb.DriverRequest()
    request.command.Pack(pb.UpdateProjectCommand(project_id="2004", region="gone"))
    with pytest.raises(grpc.RpcError) as caught:
        execute(request, metadata=tuple(AUTHORIZATION.items()), timeout=PATIENCE)
    status = pb.Status.FromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"])
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert status.code == grpc.StatusCode.NOT_FOUND.value[0]
    error = pb.DriverError()
    assert status.details[0].Unpack(error)
    assert (error.code, error.message, error.command) == (2004, "gone", "UpdateProject")


def test_bytes_that_are_no_request_are_an_invalid_argument(channel):
    execute = channel.unary_unary(f"/{SERVICE}/Execute")
    with pytest.raises(grpc.RpcError) as caught:
        execute(b"\xff\xff\xff", metadata=tuple(AUTHORIZATION.items()), timeout=PATIENCE)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_grpc_deadline_stops_the_command(channel, driver):
    execute = channel.unary_unary(f"/{SERVICE}/Execute", request_serializer=pb.DriverRequest.SerializeToString)
    request = pb.DriverRequest()
    request.command.Pack(pb.UpdateProjectCommand(project_id="wait"))
    with pytest.raises(grpc.RpcError) as caught:
        execute(request, metadata=tuple(AUTHORIZATION.items()), timeout=0.2)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert driver.stopped.wait(PATIENCE)
    assert 0 < driver.calls[0][3].timeout < 1, "the deadline came with the call"


def post(server, json=None, **options):
    headers = {**AUTHORIZATION, **options.pop("headers", {})}
    return httpx.post(f"{server.http_url}/v1/execute", json=json, headers=headers, timeout=PATIENCE, **options)


def test_a_bare_http_client_sends_and_gets_json(server, driver):
    answer = post(
        server,
        {
            "credentials": {
                "@type": f"{TYPES}GenericBackendCredentials",
                "principal": "me",
                "secret": "s3cr3t",  # pragma: allowlist secret
                "meta": {"@type": f"{TYPES}BackendMeta", "values": {"key": "pem", "n": 1}, "secrets": ["key"]},
            },
            "command": {"@type": f"{TYPES}ListSchemasCommand", "database_name": "a+b"},
            "runtime_options": {"run_id": "r1"},
        },
    )
    assert answer.status_code == 200
    assert answer.json()["command_response"] == {"@type": f"{TYPES}ListSchemasResponse", "schemas": ["a", "b"]}
    assert answer.json()["messages"][0]["message"] == "one schema"
    (credentials, _, _, options) = driver.calls[0]
    assert credentials.secret == Secret("s3cr3t")
    assert credentials.meta == {"key": Secret("pem"), "n": 1}
    assert options.run_id == "r1"


def test_an_error_over_http_is_a_driver_error_in_json_with_the_status_of_its_kind(server):
    answer = post(server, {"command": {"@type": f"{TYPES}UpdateProjectCommand", "project_id": "2004", "region": "no"}})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert (answer.json()["code"], answer.json()["message"], answer.json()["hint"]) == (2004, "no", "Do otherwise.")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "not a JSON object"),
        (b"[1]", 400, "not a JSON object"),
        (b"[" * 100_000, 400, "not a JSON object"),
        (b'{"commnd": {}}', 400, "no field 'commnd'"),
        (b'{"command": {"@type": "x/understudy.storage.v1.FlyCommand"}}', 501, "no such command"),
        (b'{"command": {"no": "type"}}', 400, "not a DriverRequest in JSON"),
        (b"{}", 501, "no such command"),
        (b'{"credentials": {"@type": "%sListSchemasCommand"}}' % TYPES.encode(), 501, "no such command"),
        (
            b'{"command": {"@type": "%sListSchemasCommand"}, "credentials": {"@type": "%sListSchemasCommand"}}'
            % (TYPES.encode(), TYPES.encode()),
            400,
            "not GenericBackendCredentials",
        ),
        (b'{"command": {"@type": "%sListSchemasCommand", "database_name": 7}}' % TYPES.encode(), 400, "wrong type"),
    ],
)
def test_json_that_is_no_request_is_told_what_is_wrong(server, driver, body, status, words):
    answer = post(server, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert driver.calls == []


def test_a_credential_of_a_wrong_type_is_not_repeated_in_the_answer(server):
    secret = {"@type": f"{TYPES}GenericBackendCredentials", "secret": ["hunter2-hunter2"]}
    answer = post(server, {"command": {"@type": f"{TYPES}ListSchemasCommand"}, "credentials": secret})
    assert answer.status_code == 400
    assert "hunter2" not in answer.text


def test_other_content_types_and_paths_are_refused(server):
    assert post(server, content=b"x", headers={"content-type": "text/xml"}).status_code == 400
    assert httpx.get(f"{server.http_url}/v1/other", headers=AUTHORIZATION).status_code == 404
    assert httpx.get(f"{server.http_url}/v1/execute", headers=AUTHORIZATION).status_code == 405


def test_health_over_http_needs_no_token_and_a_command_does(server):
    assert httpx.get(f"{server.http_url}/health").json() == {"status": "serving"}
    answer = httpx.post(f"{server.http_url}/v1/execute", json={})
    assert (answer.status_code, answer.json()["code"]) == (401, 1002)


def test_a_decompressed_body_counts_against_the_limit_too(serve, driver):
    import gzip

    body = gzip.compress(b'{"features": ["' + b"x" * 100_000 + b'"]}')
    with serve(max_message=10_000) as server:
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        answer = post(server, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, 3001)


# --------------------------------------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority, tmp_path_factory):
    """PEM files: the authority, the service's certificate, and a client's of another authority."""
    folder = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    clients = trustme.CA()
    clients.cert_pem.write_to_path(str(folder / "clients.pem"))
    for name, issued in (
        ("server", authority.issue_cert("127.0.0.1", "localhost")),
        ("client", clients.issue_cert("me@example.org")),
    ):
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        for part in issued.cert_chain_pems:
            part.write_to_path(str(folder / f"{name}.pem"), append=True)
    return folder


def secured(files, **options):
    return TlsFiles(certificate=files / "server.pem", key=files / "server.key", **options)


def test_over_tls_the_whole_way_is_the_same(serve, connect, way, files):
    trust = {"tls": ClientTls(authority=files / "ca.pem")}
    with serve(tls=secured(files)) as server:
        assert server.http_url.startswith("https://")
        if way == "grpc":
            client = GrpcDriverClient(
                str(server.grpc_address), token=Secret(AUTHORIZATION["authorization"][7:]), **trust
            )
        else:
            settings = HttpSettings(tls=TlsSettings(ca_bundles=(files / "ca.pem",)))
            client = HttpDriverClient(
                server.http_url, token=Secret(AUTHORIZATION["authorization"][7:]), settings=settings
            )
        with client:
            assert client.run_command(StorageCredentials(), pb.ListSchemasCommand()).response


def test_a_client_that_does_not_trust_the_service_sends_it_nothing(serve, connect, driver, way, files):
    with serve(tls=secured(files)) as server:
        client = connect(server, retry=ONCE, **({"tls": ClientTls()} if way == "grpc" else {}))
        with pytest.raises(StorageConnectionError) as caught:
            client.run_command(StorageCredentials(), pb.ListSchemasCommand())
    assert caught.value.code == 1001
    assert driver.calls == []


def test_with_an_authority_for_clients_who_has_no_certificate_stays_outside(serve, driver, files):
    token = Secret(AUTHORIZATION["authorization"][7:])
    known = ClientTls(authority=files / "ca.pem", certificate=files / "client.pem", key=files / "client.key")
    unknown = ClientTls(authority=files / "ca.pem")
    with serve(tls=secured(files, client_ca=files / "clients.pem")) as server:
        address = str(server.grpc_address)
        with (
            GrpcDriverClient(address, token=token, tls=unknown, retry=ONCE) as client,
            pytest.raises(StorageConnectionError),
        ):
            client.run_command(StorageCredentials(), pb.ListSchemasCommand())
        context = ssl.create_default_context(cafile=str(files / "ca.pem"))
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.http_url}/health", verify=context, timeout=PATIENCE)
        assert driver.calls == []
        with GrpcDriverClient(address, token=token, tls=known) as client:
            assert client.run_command(StorageCredentials(), pb.ListSchemasCommand()).response
        context.load_cert_chain(files / "client.pem", files / "client.key")
        assert httpx.get(f"{server.http_url}/health", verify=context, timeout=PATIENCE).status_code == 200


def test_files_that_are_no_certificate_are_named(serve, files, tmp_path):
    (tmp_path / "no.pem").write_text("nothing")
    with (
        pytest.raises(ConfigurationError, match=r"no\.pem"),
        serve(tls=TlsFiles(certificate=tmp_path / "no.pem", key=files / "server.key")),
    ):
        pass
    with (
        pytest.raises(ConfigurationError, match=r"absent\.pem.*No such file"),
        serve(tls=TlsFiles(certificate=tmp_path / "absent.pem", key=files / "server.key")),
    ):
        pass


# ------------------------------------------------------------------------------------------- beyond loopback, tokens


def test_strangers_are_not_let_in_and_credentials_not_out_unless_it_is_said(driver):
    service = StorageService({"scripted": driver})
    for way in ("grpc", "http"):
        with pytest.raises(ConfigurationError, match=r"(?s)no TLS.*no token.*--allow-insecure"):
            StorageServer(service, **{way: Address(ANYWHERE, 0)})
    StorageServer(service, http=Address(ANYWHERE, 0), options=ServiceOptions(allow_insecure=True)).drain(0)


def test_a_client_sends_nothing_in_clear_to_another_host():
    with pytest.raises(ConfigurationError, match="no TLS"):
        GrpcDriverClient("db.example:50051")
    with pytest.raises(ConfigurationError, match="plain http"):
        HttpDriverClient("http://db.example")
    with contextlib.closing(GrpcDriverClient("db.example:50051", allow_plaintext=True)) as client:
        assert repr(client) == "<GrpcDriverClient db.example:50051 (default)>"


@pytest.mark.parametrize(
    ("text", "reason"), [("", "no token"), ("short\n", "too few"), ("a" * 20 + " b", "no header"), (None, "No such")]
)
def test_a_token_file_that_protects_nothing_is_refused(tmp_path, text, reason):
    path = tmp_path / "tokens"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        BearerTokens.from_file(path)
    assert "short" not in str(caught.value)


def test_a_token_file_has_a_token_a_line(tmp_path):
    path = tmp_path / "tokens"
    path.write_text("\n  first-token-of-two  \n\nsecond-token-of-two\n")
    assert read_tokens(path) == (Secret("first-token-of-two"), Secret("second-token-of-two"))
    tokens = BearerTokens.from_file(path)
    assert tokens.accepts("bearer second-token-of-two")
    assert not tokens.accepts("Basic second-token-of-two")
    assert "second" not in repr(ServiceOptions(tokens=tokens))


@pytest.mark.parametrize("text", ["", "host", "host:", ":1", "host:x", "host:70000", "host:-1"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="HOST:PORT"):
        Address.parse(text)


def test_an_address_of_ipv6_is_written_as_it_is_read():
    assert str(Address.parse("[::1]:50051")) == "[::1]:50051"
    assert Address.parse("[::1]:50051").loopback


def test_a_taken_port_is_told_and_what_was_begun_is_ended(server, serve):
    for way in ("grpc", "http"):
        taken = (server.grpc_address if way == "grpc" else server.http_address).port
        with pytest.raises(UnderstudyError, match="cannot be listened on"), serve(**{way: taken}):
            pass


def test_no_credential_is_logged(server, connect, caplog):
    caplog.set_level(logging.DEBUG)
    credentials = StorageCredentials(secret=Secret("s3cr3t-password"), meta={"key": Secret("pem-of-the-key")})
    with contextlib.suppress(Exception):
        connect(server).run_command(credentials, pb.UpdateProjectCommand(project_id="crash"))
    assert "RuntimeError" in caplog.text
    for word in ("s3cr3t", "pem-of", "hunter2", "the-token-of"):
        assert word not in caplog.text
