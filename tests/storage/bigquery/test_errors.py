"""What BigQuery's errors mean."""

import concurrent.futures

import pytest
import requests
from google.api_core import exceptions
from google.auth.exceptions import RefreshError, TransportError

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.errors import translate


def answer(kind, reason, message):
    return kind(message, errors=[{"reason": reason, "message": message}])


@pytest.mark.parametrize(
    ("kind", "reason", "message", "code", "again"),
    [
        (exceptions.NotFound, "notFound", "Not found: Table p:d.t was not found", StorageCode.TABLE_NOT_FOUND, False),
        (exceptions.NotFound, "notFound", "Not found: Dataset p:d was not", StorageCode.SCHEMA_NOT_FOUND, False),
        (exceptions.NotFound, "notFound", "Not found: Project p", StorageCode.DATABASE_NOT_FOUND, False),
        (exceptions.NotFound, "notFound", "Not found: URI gs://b/k", StorageCode.FILE_NOT_FOUND, False),
        (exceptions.NotFound, "notFound", "Not found: Job p:US.j", StorageCode.OBJECT_NOT_FOUND, False),
        (exceptions.Conflict, "duplicate", "Already Exists: Table p:d.t", StorageCode.OBJECT_EXISTS, False),
        (exceptions.Forbidden, "accessDenied", "Access Denied: Dataset p:d", StorageCode.PERMISSION_DENIED, False),
        (exceptions.Forbidden, "quotaExceeded", "Quota exceeded", StorageCode.QUERY_FAILED, False),
        (exceptions.Forbidden, "rateLimitExceeded", "Exceeded rate limits", StorageCode.QUERY_FAILED, True),
        (exceptions.Unauthorized, "authError", "Invalid Credentials", StorageCode.AUTHENTICATION, False),
        (exceptions.BadRequest, "invalidQuery", "Syntax error: Unexpected", StorageCode.QUERY_INVALID, False),
        (exceptions.BadRequest, "invalidQuery", "Bad int64 value: x", StorageCode.CONVERSION, False),
        (exceptions.BadRequest, "invalidQuery", "Invalid timestamp: 'x'", StorageCode.CONVERSION, False),
        (exceptions.BadRequest, "invalid", "Could not parse 'x' as INT64", StorageCode.CONVERSION, False),
        (exceptions.BadRequest, "invalid", "Error while reading data", StorageCode.QUERY_FAILED, False),
        (
            exceptions.BadRequest,
            "invalidQuery",
            "Could not serialize access to table p:d.t due to concurrent update",
            StorageCode.QUERY_FAILED,
            True,
        ),
        (exceptions.BadRequest, "resourceInUse", "Dataset p:d is still in use", StorageCode.DEPENDENT_OBJECTS, False),
        (exceptions.BadRequest, "stopped", "Job execution was cancelled", StorageCode.TIMEOUT, False),
        (exceptions.ServiceUnavailable, "backendError", "Retrying may solve it", StorageCode.CONNECTION, True),
        (exceptions.BadRequest, "newlyInvented", "Something", StorageCode.QUERY_INVALID, False),
    ],
)
def test_a_reason_is_a_code(kind, reason, message, code, again):
    fault = translate(answer(kind, reason, message))
    assert (fault.code, fault.message, fault.retryable) == (code, message, again)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (requests.exceptions.ConnectionError("refused"), StorageCode.CONNECTION),
        (requests.exceptions.ReadTimeout("slow"), StorageCode.CONNECTION),
        (ConnectionResetError("reset"), StorageCode.CONNECTION),
        (TransportError("no token"), StorageCode.CONNECTION),
        (RefreshError("invalid_grant"), StorageCode.AUTHENTICATION),
        (concurrent.futures.TimeoutError(), StorageCode.TIMEOUT),
        (exceptions.RetryError("gave up", requests.exceptions.ConnectionError("refused")), StorageCode.CONNECTION),
        (exceptions.InternalServerError("oops"), StorageCode.CONNECTION),
        (KeyError("numericId"), StorageCode.UNKNOWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_answer_of_the_service_is_told_by_its_class(error, code):
    fault = translate(error)
    assert fault.code == code
    assert fault.message


def test_where_a_job_ran_is_not_for_the_user():
    words = "Syntax error at [1:7]\n\nLocation: US\nJob ID: 26d9\n"
    assert translate(exceptions.BadRequest(words)).message == "Syntax error at [1:7]"
