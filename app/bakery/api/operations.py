"""Turns what a view returns into its answer: JSON or a table, with ETag and links.

A read is answered after its transaction. A write is answered inside it: the answer is kept with
its effect under the request's `Idempotency-Key`, or neither is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.bakery.api import idempotency, preconditions, tables
from app.bakery.api.answer import Answer, etag_of
from app.bakery.api.links import page_links
from app.bakery.schemas import Page
from app.bakery.scope import TenantView, current_tenant_id
from app.control.sessions.caller import end_of_session
from app.db import tenant_cache
from app.http.idempotency_key import key_of_request
from app.http.negotiation import CSV, JSON, wants_csv

OPERATION = "operation"
"""The attribute of a view function that has its operation."""
READS = ("GET", "HEAD")
REVALIDATE = "private, no-cache"
"""A browser keeps an answer with an ETag, and asks each time whether it is still the same."""
SECURITY: list[str | dict[str, list[Any]]] = [{"session": []}, {"session_id": []}, {"cookie": []}]


@dataclass(frozen=True, slots=True)
class Operation:
    """A view, and what its answers are made of."""

    view: "TenantView[..., Any]"
    schema: type[BaseModel]
    status: int

    @property
    def is_list(self) -> bool:
        """True for pages of items, which can be had as a table."""
        return issubclass(self.schema, Page)

    @property
    def offers(self) -> tuple[str, ...]:
        """The media types of its answers, the default first."""
        return (JSON, CSV) if self.is_list else (JSON,)

    def respond(self, arguments: Mapping[str, Any]) -> Response:
        """Answer the current request."""
        if request.method in READS:
            return self._finish(self._read(arguments))
        return self._finish(self.view.run(lambda session: self._write(session, arguments)))

    def render(self, result: Any) -> Answer:
        """Return a result as JSON."""
        body = self.schema.model_validate(result).model_dump_json(by_alias=True)
        return Answer(self.status, body.encode())

    def _read(self, arguments: Mapping[str, Any]) -> Answer:
        if self.is_list and wants_csv():
            page = self.schema.model_validate(self.view(**arguments))
            return Answer(self.status, tables.render(page), CSV, page_links(page.model_dump()))
        answer = self._read_json(arguments)
        if not self.is_list:
            return answer
        return Answer(answer.status, answer.body, JSON, page_links(json.loads(answer.body)))

    def _read_json(self, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer as JSON, from the tenant's cache where it is kept and there."""
        name = self.view.cached
        if name is None or not _asks_by_default(arguments):
            return self.render(self.view(**arguments))
        kept = tenant_cache().read(current_tenant_id(), name, end_of_session())
        if kept.body is not None:
            return Answer(self.status, kept.body)
        answer = self.render(self.view(**arguments))
        kept.fill(answer.body)
        return answer

    def _write(self, session: Session, arguments: Mapping[str, Any]) -> Answer:
        key = key_of_request()
        if key is not None and (before := idempotency.begin(session, key)) is not None:
            return before
        preconditions.ensure_match(session, self.view.record, operation_of)
        answer = self.render(self.view.inside(session, **arguments))
        if key is not None:
            session.flush()
            idempotency.keep(session, key, answer)
        return answer

    def _finish(self, answer: Answer) -> Response:
        response = Response(answer.body, answer.status, content_type=answer.content_type)
        response.headers.update(answer.headers)
        response.set_etag(etag_of(answer.body))
        if self.is_list:
            response.vary.add("Accept")
        if request.method in READS:
            response.headers["Cache-Control"] = REVALIDATE
            response.make_conditional(request)
        return response


def _asks_by_default(arguments: Mapping[str, Any]) -> bool:
    """Return True for the request that has no parameters, or only such as say the default."""
    query = arguments.get("query_data")
    return query is None or query.model_dump() == type(query)().model_dump()


def operation_of(view: Any) -> Operation | None:
    """Return the operation of a view function, if it is one of a tenant's data."""
    return getattr(view, OPERATION, None)


class DomainBlueprint(APIBlueprint):
    """A blueprint whose `output` answers for views of a tenant's data, by `Operation`."""

    def output(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        """Describe an answer as APIFlask does, and make it."""
        describe = super().output(*args, **options)

        def decorate(view: "TenantView[..., Any]") -> Callable[..., Response]:
            operation = Operation(view, args[0], options.get("status_code", 200))

            @wraps(view)
            def respond(**arguments: Any) -> Response:
                return operation.respond(arguments)

            setattr(respond, OPERATION, operation)
            return describe(respond)

        return decorate

    def doc(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        """Describe an operation, which needs a session."""
        return super().doc(*args, **{"security": SECURITY} | options)
