"""Models as a service in this process: tokens that are issued expire and can be revoked."""

from understudy.providers.maas.mock.client import MockMaasClient
from understudy.providers.maas.mock.service import MockMaasService

__all__ = ["MockMaasClient", "MockMaasService"]
