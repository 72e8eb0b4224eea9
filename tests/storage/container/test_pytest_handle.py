"""The storage stand-ins in a test of a user's."""

import pytest

import understudy
from understudy.integrations.pytest_handles import StandIns
from understudy.providers.storage.protocol import storage_pb2 as pb


async def test_a_stand_in_says_what_it_was_asked_and_fails_as_it_is_told():
    async with understudy.open_container({"storage": {"use": "mock"}}) as container:
        stand_in = StandIns(container).storage()
        stand_in.fail("CreateBucket", code=1001, times=1)
        with pytest.raises(understudy.StorageError, match="1001"):
            container.storage().run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
        assert StandIns(container).storage("duckdb").assert_called("CreateBucket").error is not None


async def test_a_real_backend_is_no_stand_in():
    settings = {"storage": {"duckdb": {"database": ":memory:"}}}
    async with understudy.open_container(settings) as container:
        with pytest.raises(TypeError, match="by default is no stand-in here but LocalDriver"):
            StandIns(container).storage()
