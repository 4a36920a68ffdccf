"""Leads a request to its tenant: the only way by which a view of the bakery reaches data."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

import psycopg
from flask import current_app, request
from sqlalchemy.orm import Session

from app.bakery.business.models import BusinessModel
from app.bakery.clock import now
from app.bakery.living.service import Pace, bring_forward
from app.bakery.modules import MODULES
from app.db import UnknownTenant, account_type_of, tenant_transaction, timeline_of
from app.errors import NotFound, Unauthorized

P = ParamSpec("P")
R = TypeVar("R")

_PACE = Pace()

TENANT_HEADER = "X-Tenant-Id"
"""Set by the gateway, which removes a header of this name that a client sent."""


def current_tenant_id() -> UUID:
    """The tenant of this request.

    Raises:
        Unauthorized: the gateway named none.
    """
    try:
        return UUID(request.headers.get(TENANT_HEADER, ""))
    except ValueError:
        raise Unauthorized("Abre una demo para ver estos datos.", code="tenant_required") from None


def in_tenant(
    module: str,
) -> Callable[[Callable[Concatenate[Session, P], R]], Callable[P, R]]:
    """Run a view inside a tenant transaction, with the session as its first argument.

    The view's result must not need the session any more. `module` is what the tenant's business
    model must have.
    """

    def decorate(view: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
        @wraps(view)
        def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
            tenant_id = current_tenant_id()
            ensure_module(tenant_id, module)
            with tenant_transaction(tenant_id) as session:
                _let_time_pass(session, tenant_id)
                return view(session, *args, **kwargs)

        return scoped

    return decorate


def _let_time_pass(session: Session, tenant_id: UUID) -> None:
    if not current_app.config.get("DEMO_LIVE") or not _PACE.is_due(tenant_id):
        return
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    bring_forward(driver, timeline_of(tenant_id), now())


def ensure_module(tenant_id: UUID, module: str) -> None:
    """Check that a tenant exists and that its business model has the module.

    Raises:
        Unauthorized: no tenant has this id.
        NotFound: the business model lacks the module.
    """
    try:
        model = BusinessModel(account_type_of(tenant_id))
    except UnknownTenant:
        raise Unauthorized(
            "Esta demo ya no existe. Abre una nueva.", code="session_unknown"
        ) from None
    if module not in MODULES[model]:
        raise NotFound(
            "Este módulo no forma parte de este modelo de negocio.", code="module_unavailable"
        )
