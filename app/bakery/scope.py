"""Leads a request to its tenant: the only way by which a view of the bakery reaches data."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from flask import current_app, request
from sqlalchemy.orm import Session

from app.bakery.base import TenantBase
from app.bakery.business.models import BusinessModel
from app.bakery.clock import now
from app.bakery.living.service import Pace, bring_forward
from app.bakery.modules import MODULES, shown_modules
from app.control.sessions.session_view import Choices
from app.db import (
    UnknownTenant,
    account_type_of,
    choices_of,
    raw_connection,
    tenant_transaction,
    timeline_of,
)
from app.errors import NotFound, Unauthorized

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

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


def current_choices() -> Choices:
    """What the visitor of this request's tenant chose; nothing where it is not a demo."""
    return choices_of(current_tenant_id())


class TenantView(Generic[P, R]):
    """A view that runs inside a tenant transaction, with the session as its first argument.

    `inside` is the view itself, for a caller that is in the tenant's transaction already.
    `cached` names its answer in the tenant's cache. `record` is the table of the record that it
    changes.
    """

    def __init__(
        self,
        module: str,
        inside: Callable[Concatenate[Session, P], R],
        cached: str | None,
        record: type[TenantBase] | None,
    ) -> None:
        update_wrapper(self, inside)
        self.module, self.inside, self.cached, self.record = module, inside, cached, record

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the view in a transaction of its own."""
        return self.run(lambda session: self.inside(session, *args, **kwargs))

    def run(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction of the request's tenant, which must have the module."""
        tenant_id = current_tenant_id()
        ensure_module(tenant_id, self.module)
        with tenant_transaction(tenant_id) as session:
            _let_time_pass(session, tenant_id)
            return work(session)


def in_tenant(
    module: str, *, cached: str | None = None, record: type[TenantBase] | None = None
) -> Callable[[Callable[Concatenate[Session, P], R]], TenantView[P, R]]:
    """Run a view inside a tenant transaction, with the session as its first argument.

    The view's result must not need the session any more. `module` is what the tenant's business
    model must have. `cached` keeps the answer to a request by default parameters under that name,
    until the tenant changes: `app.database.tenant_cache`. A change of a record names the table of
    its `record`, whose row is locked for `If-Match`; the path has its key.
    """

    def decorate(view: Callable[Concatenate[Session, P], R]) -> TenantView[P, R]:
        return TenantView(module, view, cached, record)

    return decorate


def _let_time_pass(session: Session, tenant_id: UUID) -> None:
    if not current_app.config.get("DEMO_LIVE") or not _PACE.is_due(tenant_id):
        return
    with raw_connection(session) as driver:
        bring_forward(driver, timeline_of(tenant_id), now())


def ensure_module(tenant_id: UUID, module: str) -> None:
    """Check that a tenant exists and that its business model has the module.

    Raises:
        Unauthorized: no tenant has this id.
        NotFound: the business model lacks the module, or the visitor did without it.
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
    if module not in shown_modules(model, choices_of(tenant_id).features):
        raise NotFound(
            "No elegiste este módulo para tu demo. Abre otra para verlo.",
            code="module_unavailable",
        )
