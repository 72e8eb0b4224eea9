"""What Synapse's errors mean, as the driver tells them."""

import pytest

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.synapse.errors import translate


class DriverError(Exception):
    """As the vendor's driver raises: its own words for the state, and the server's."""

    def __init__(self, driver_error, ddbc_error):
        super().__init__(f"Driver Error: {driver_error}; DDBC Error: {ddbc_error}")
        self.driver_error = driver_error
        self.ddbc_error = ddbc_error


DENIED = "Syntax error or access violation"


@pytest.mark.parametrize(
    ("state", "words", "code", "retryable"),
    [
        ("Base table or view not found", "Invalid object name 't'.", StorageCode.TABLE_NOT_FOUND, False),
        ("Base table or view already exists", "There is already one.", StorageCode.OBJECT_EXISTS, False),
        ("Column not found", "Invalid column name 'c'.", StorageCode.COLUMN_NOT_FOUND, False),
        (DENIED, "Incorrect syntax near 'x'.", StorageCode.QUERY_INVALID, False),
        (DENIED, 'The specified schema name "s" either does not exist', StorageCode.SCHEMA_NOT_FOUND, False),
        (DENIED, "The SELECT permission was denied on the object 't'.", StorageCode.PERMISSION_DENIED, False),
        (DENIED, "User does not have permission to perform this action.", StorageCode.PERMISSION_DENIED, False),
        (DENIED, "Cannot drop schema 's' because it is being referenced by 't'", StorageCode.DEPENDENT_OBJECTS, False),
        ("Invalid authorization specification", "Login failed for user 'u'.", StorageCode.AUTHENTICATION, False),
        ("Communication link failure", "The connection was reset.", StorageCode.CONNECTION, True),
        ("Client unable to establish connection", "Connection refused", StorageCode.CONNECTION, True),
        ("Client unable to establish connection", "Login failed for user 'u'.", StorageCode.AUTHENTICATION, False),
        ("Serialization failure", "Deadlock.", StorageCode.QUERY_FAILED, True),
        ("Operation canceled", "Operation canceled", StorageCode.TIMEOUT, False),
        ("Numeric value out of range", "Arithmetic overflow", StorageCode.CONVERSION, False),
        ("General error", "Something else", StorageCode.UNKNOWN, False),
    ],
)
def test_a_state_has_its_code_and_the_server_s_own_words(state, words, code, retryable):
    fault = translate(DriverError(state, f"[Microsoft][SQL Server]{words}"))
    assert (fault.code, fault.message, fault.retryable) == (code, words, retryable)


def test_what_is_no_error_of_the_driver_s_is_unknown():
    fault = translate(ValueError("odd"))
    assert (fault.code, fault.message) == (StorageCode.UNKNOWN, "odd")
