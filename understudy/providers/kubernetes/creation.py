"""How a distribution comes to be: look its models up, then make the custom resource and what belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from understudy.domain.errors import InvalidRequestError, NotFoundError, ProviderError
from understudy.domain.kubernetes import PlaygroundModel
from understudy.providers.kubernetes.playground import Served, config_map_body, distribution_body, owned
from understudy.providers.kubernetes.reading import mapping, name_of, sequence, text
from understudy.providers.kubernetes.resources import (
    CONFIG_MAPS,
    DISTRIBUTIONS,
    SECRETS,
    SERVICE_ACCOUNTS,
    SERVICES,
)
from understudy.providers.kubernetes.rest import Rest
from understudy.providers.kubernetes.together import together

__all__ = ["create_distribution"]

_SERVED_BY = "serving.kserve.io/inferenceservice"
_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the type's name
_TOKEN_OF = "kubernetes.io/service-account.name"  # noqa: S105 - an annotation's name


async def create_distribution(
    rest: Rest, *, namespace: str, models: Sequence[PlaygroundModel], distribution: str
) -> Mapping[str, Any]:
    """The custom resource as the server has it. Raises NotFoundError for a model that nothing serves.

    The ConfigMap is made after the custom resource and then given to it, so that deleting the one deletes the other.
    Where that fails, the custom resource is deleted again.
    """
    served = await _served(rest, namespace, models)
    made = await rest.create(DISTRIBUTIONS, distribution_body(served, distribution=distribution), namespace=namespace)
    if not text(made, "metadata", "uid"):
        raise rest.undecodable("the new distribution has no uid")
    try:
        await _give_config(rest, namespace, config_map_body(served), made)
    except BaseException as error:
        await asyncio.shield(_undo(rest, namespace, made, error))
        raise
    return made


async def _give_config(rest: Rest, namespace: str, body: dict[str, Any], owner: Mapping[str, Any]) -> None:
    try:
        config_map = await rest.create(CONFIG_MAPS, body, namespace=namespace)
    except InvalidRequestError as error:
        if error.code != "ALREADY_EXISTS":
            raise
        # One that an earlier distribution left: it gets the new content.
        config_map = await rest.get(CONFIG_MAPS, body["metadata"]["name"], namespace=namespace)
    await rest.change(
        CONFIG_MAPS, config_map, lambda current: owned({**current, "data": body["data"]}, owner), namespace=namespace
    )


async def _undo(rest: Rest, namespace: str, made: Mapping[str, Any], error: BaseException) -> None:
    try:
        await rest.delete(DISTRIBUTIONS, name_of(made), namespace=namespace)
    except ProviderError as undone:
        error.add_note(f"The distribution {name_of(made)!r} was left behind: it could not be deleted ({undone}).")


async def _served(rest: Rest, namespace: str, models: Sequence[PlaygroundModel]) -> list[Served]:
    if all(model.url is not None for model in models):
        return [Served(model=model, url=model.url or "") for model in models]
    accounts, secrets, services = await together(
        rest.list(SERVICE_ACCOUNTS, namespace=namespace),
        rest.list(SECRETS, namespace=namespace),
        rest.list(SERVICES, namespace=namespace),
    )
    return [_place(rest, namespace, model, accounts, secrets, services) for model in models]


def _place(
    rest: Rest,
    namespace: str,
    model: PlaygroundModel,
    accounts: Sequence[Mapping[str, Any]],
    secrets: Sequence[Mapping[str, Any]],
    services: Sequence[Mapping[str, Any]],
) -> Served:
    if model.url is not None:
        return Served(model=model, url=model.url)
    service = next((service for service in services if _serves(service, model.name)), None)
    if service is None:
        raise NotFoundError(
            f"No service in the namespace {namespace!r} serves the model {model.name!r}; nothing was made.",
            provider="kubernetes",
            operation=rest.operation,
            status=404,
            code="NOT_FOUND",
            hint="Check the model's name, or give its url.",
        )
    account = next((name_of(account) for account in accounts if name_of(account) == f"{model.name}-sa"), None)
    return Served(model=model, url=_url(service, namespace), secret=_token_secret(secrets, account))


def _serves(service: Mapping[str, Any], model: str) -> bool:
    labelled = text(service, "metadata", "labels", _SERVED_BY) == model
    return name_of(service) == f"{model}-predictor" or (labelled and not name_of(service).endswith("-metrics"))


def _url(service: Mapping[str, Any], namespace: str) -> str:
    ports = [port for port in sequence(service, "spec", "ports") if isinstance(mapping(port).get("port"), int)]
    port = next((each["port"] for each in ports if text(each, "name") in ("http", "https", "http1")), None)
    number = port or (ports[0]["port"] if ports else 8080)
    secure = number in (443, 8443) or any(each["port"] == number and text(each, "name") == "https" for each in ports)
    return f"http{'s' if secure else ''}://{name_of(service)}.{namespace}.svc.cluster.local:{number}/v1"


def _token_secret(secrets: Sequence[Mapping[str, Any]], account: str | None) -> str | None:
    if account is None:
        return None
    return next(
        (
            name_of(secret)
            for secret in secrets
            if text(secret, "type") == _TOKEN_TYPE and text(secret, "metadata", "annotations", _TOKEN_OF) == account
        ),
        None,
    )
