"""One process's web application: services mounted, operations beside them, every fault as problem+json."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Lifespan

from shared.web.language import language_of
from shared.web.middleware import Around
from shared.web.operations import Figures, HealthCheck, Operations
from shared.web.problems import FORESEEN, bad_fields, no_route, parameter_errors, problem_of
from shared.web.service_routes import ServiceRoutes, Services, method_not_allowed


def compose_app(
    services: Sequence[ServiceRoutes],
    extra_routers: Sequence[APIRouter],
    health: HealthCheck,
    figures: Figures | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """The application of one process; ``extra_routers`` carry their own prefix (``/api/v1/assessment``).

    A router answers what no service has of its own. What it raises (``Problem``, ``RuleBroken``, ``BadField`` …) is answered
    as everywhere else.
    """
    app = FastAPI(
        title="gongkai", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    operations = Operations(health, figures)
    app.add_route("/healthz", operations.healthz, methods=["GET"])
    app.add_route("/readyz", operations.readyz, methods=["GET"])
    app.add_route("/metrics", operations.metrics, methods=["GET"])
    for router in extra_routers:
        app.include_router(router)
    app.add_middleware(Services, services=services)
    app.add_middleware(Around)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in FORESEEN:
        app.add_exception_handler(kind, _foreseen)
    return app


async def _foreseen(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem is None:
        raise error
    return problem.response(_language(request))


async def _http(request: Request, error: Exception) -> Response:
    """What the router itself refuses: no such address, or not with this method."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "GET")
        return method_not_allowed(allow.split(", ")).response(_language(request))
    return no_route().response(_language(request))


async def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return bad_fields(parameter_errors(found)).response(_language(request))


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))
