"""The blueprint of a domain: the same checks before each domain's views, the same answers after."""

from flask import current_app, request
from werkzeug.exceptions import NotFound

from app.bakery.api.operations import DomainBlueprint, operation_of
from app.bakery.schemas import BIGGEST_ID
from app.bakery.scope import current_tenant_id, ensure_module
from app.http.json_body import ensure_json_body
from app.http.negotiation import ensure_acceptable
from app.http.parameters import ensure_known_parameters


def domain_blueprint(module: str, url_prefix: str, tag: str) -> DomainBlueprint:
    """The blueprint of one module. `tag` heads its operations in the OpenAPI document.

    The module is checked before all else, so that a tenant without it is answered
    `module_unavailable`, whatever is sent. All other checks come before the view as well: what is
    refused has changed nothing.
    """
    blueprint = DomainBlueprint(module, __name__, url_prefix=url_prefix, tag=tag)

    @blueprint.before_request
    def check() -> None:
        ensure_module(current_tenant_id(), module)
        _ensure_ids_fit()
        ensure_known_parameters()
        operation = operation_of(current_app.view_functions[str(request.endpoint)])
        if operation is not None:
            ensure_acceptable(operation.offers)
        if request.method in ("POST", "PUT", "PATCH"):
            ensure_json_body()

    return blueprint


def _ensure_ids_fit() -> None:
    """Answer 404 to a number in the path that no column can hold."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > BIGGEST_ID:
            raise NotFound
