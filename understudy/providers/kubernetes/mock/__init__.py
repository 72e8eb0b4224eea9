"""The stand-in for a cluster: its state, its API, and a client on it."""

from understudy.providers.kubernetes.mock.client import MockKubernetesClient, MockKubernetesService
from understudy.providers.kubernetes.mock.cluster import Answer, Cluster
from understudy.providers.kubernetes.mock.people import People, Person

__all__ = ["Answer", "Cluster", "MockKubernetesClient", "MockKubernetesService", "People", "Person"]
