"""A backend for a browser: the platform's services on behalf of whoever is signed in.

python app.py --profile test --port 8000        # every service is its stand-in
curl -H 'x-forwarded-access-token: me' http://127.0.0.1:8000/api/models
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import cluster
import stack
import uvicorn
from application import Application
from fastapi import FastAPI

import understudy
from understudy.integrations.asgi import IdentityMiddleware
from understudy.integrations.fastapi import add_error_handler

HERE = Path(__file__).parent


def create_app(application: Application | None = None, *, profile: str | None = None) -> FastAPI:
    """The service over a container of its own, or over the one that a test has opened."""
    own = application is None
    application = application or Application(settings=understudy.load_settings(HERE, profile=profile).settings)

    @asynccontextmanager
    async def opened() -> AsyncIterator[understudy.ApplicationContainer]:
        async with understudy.lifespan(application.understudy):
            yield application.understudy

    app = FastAPI(title="A backend for a browser")
    app.state.application = application
    app.add_middleware(
        IdentityMiddleware,
        container=opened if own else application.understudy,
        exempt=["/healthz", "/docs", "/openapi.json"],
    )
    add_error_handler(app)
    app.include_router(stack.router)
    app.include_router(cluster.router)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", help="the settings' profile; test: stand-ins")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free")
    options = parser.parse_args()
    uvicorn.run(create_app(profile=options.profile), host=options.host, port=options.port)


if __name__ == "__main__":
    main()
