"""What the connector's exceptions mean: by their numbers, then by their SQLSTATEs."""

import pytest
from snowflake.connector.errors import DatabaseError, OperationalError, ProgrammingError

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.snowflake.errors import translate


def failed(errno, sqlstate, message="it failed", kind=ProgrammingError):
    return translate(kind(msg=message, errno=errno, sqlstate=sqlstate))


@pytest.mark.parametrize(
    ("errno", "sqlstate", "message", "code"),
    [
        (2003, "02000", "Database 'X' does not exist or not authorized.", StorageCode.DATABASE_NOT_FOUND),
        (2003, "02000", "Schema 'DB.X' does not exist or not authorized.", StorageCode.SCHEMA_NOT_FOUND),
        (2003, "42S02", "Table 'DB.S.X' does not exist or not authorized.", StorageCode.TABLE_NOT_FOUND),
        (2003, "02000", "View 'DB.S.X' does not exist or not authorized.", StorageCode.VIEW_NOT_FOUND),
        (2003, "42S02", "Object 'DB.S.X' does not exist or not authorized.", StorageCode.OBJECT_NOT_FOUND),
        (2043, "02000", "Object does not exist, or operation cannot be performed.", StorageCode.OBJECT_NOT_FOUND),
        (2002, "42710", "Object 'X' already exists.", StorageCode.OBJECT_EXISTS),
        (3001, "42501", "Insufficient privileges to operate on schema 'X'", StorageCode.PERMISSION_DENIED),
        (1003, "42000", "syntax error line 1 at position 0 unexpected 'SELEC'.", StorageCode.QUERY_INVALID),
        (904, "42000", "invalid identifier 'X'", StorageCode.QUERY_INVALID),
        (100038, "22018", "Numeric value 'x' is not recognized", StorageCode.CONVERSION),
        (100078, "22000", "String 'x' is too long and would be truncated", StorageCode.CONVERSION),
        (604, "57014", "SQL execution canceled", StorageCode.TIMEOUT),
        (390100, "08001", "Incorrect username or password was specified.", StorageCode.AUTHENTICATION),
        (90105, "22000", "Cannot perform SELECT.", StorageCode.DATABASE_NOT_FOUND),
        (999999, "42501", "some new number of a known state", StorageCode.PERMISSION_DENIED),
        (999999, "22999", "some new number of a known class", StorageCode.CONVERSION),
        (999999, "ZZ999", "nothing is known of it", StorageCode.UNKNOWN),
    ],
)
def test_a_number_has_one_meaning(errno, sqlstate, message, code):
    fault = failed(errno, sqlstate, message)
    assert fault.code == code
    assert message in fault.message


def test_the_words_are_the_engines_without_number_and_query_id():
    fault = failed(2003, "02000", "000: Table 'T' does not exist")
    assert fault.message == "000: Table 'T' does not exist"


def test_a_lost_connection_may_come_back_and_a_wrong_password_not():
    lost = failed(250003, None, "Failed to get the response.", OperationalError)
    assert (lost.code, lost.retryable) == (StorageCode.CONNECTION, True)
    wrong = failed(390100, "08001", "Incorrect username or password", DatabaseError)
    assert not wrong.retryable


def test_a_lock_that_others_hold_is_worth_another_try():
    assert failed(625, "57014", "Statement has locked table 'T'").retryable


def test_no_warehouse_says_where_to_name_one():
    fault = failed(606, "57P03", "No active warehouse selected in the current session.")
    assert "warehouse" in fault.hint


def test_what_is_not_the_connectors_is_unknown():
    fault = translate(RuntimeError("boom"))
    assert (fault.code, fault.message) == (StorageCode.UNKNOWN, "boom")
