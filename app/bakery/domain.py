"""The blueprint of a domain: the same checks before each domain's views."""

from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import NotFound

from app.bakery.schemas import BIGGEST_ID
from app.bakery.scope import current_tenant_id, ensure_module
from app.http.json_body import ensure_json_body


def domain_blueprint(module: str, url_prefix: str, tag: str) -> APIBlueprint:
    """The blueprint of one module. `tag` heads its operations in the OpenAPI document.

    The module is checked before the body, so that a tenant without it is answered
    `module_unavailable`, whatever the body is.
    """
    blueprint = APIBlueprint(module, __name__, url_prefix=url_prefix, tag=tag)

    @blueprint.before_request
    def check() -> None:
        ensure_module(current_tenant_id(), module)
        _ensure_ids_fit()
        if request.method in ("POST", "PUT"):
            ensure_json_body()

    return blueprint


def _ensure_ids_fit() -> None:
    """Answer 404 to a number in the path that no column can hold."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > BIGGEST_ID:
            raise NotFound
