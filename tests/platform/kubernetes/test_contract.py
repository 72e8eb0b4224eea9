"""The port's promises, kept by the stand-in and by the real client over an emulated API server."""

import pytest

from understudy.testing.contracts.kubernetes import KubernetesContract, KubernetesStage


class TestClients(KubernetesContract):
    @pytest.fixture
    def stage(self, stage: KubernetesStage) -> KubernetesStage:
        return stage
