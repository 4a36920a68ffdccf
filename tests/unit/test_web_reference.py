from app.web.reference import OTHERS, Answer, Operation, Parameter, describe_api

SPEC = {
    "paths": {
        "/sales": {
            "post": {
                "summary": "Ring up a ticket.",
                "tags": ["Till"],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}
                },
                "responses": {"422": {"description": "No."}, "201": {"description": "Yes."}},
            },
            "get": {
                "summary": "List tickets.",
                "tags": ["Till"],
                "parameters": [
                    {"in": "query", "name": "q", "schema": {"type": "string", "description": "W."}}
                ],
            },
        },
        "/lots/{id}": {
            "get": {"tags": ["Ámbito"]},
            "parameters": [
                {"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}}
            ],
        },
        "/health": {"get": {"summary": "Say that it lives."}},
    },
    "components": {
        "schemas": {
            "In": {
                "required": ["lines"],
                "properties": {
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "method": {"anyOf": [{"enum": ["cash", "card"]}, {"type": "null"}]},
                    "day": {"type": "string", "format": "date", "description": "When."},
                    "kind": {"const": "base"},
                },
            },
            "Line": {"properties": {"product_id": {}, "quantity": {}}},
        }
    },
}


def operation(method: str, path: str) -> Operation:
    found = [one for group in describe_api(SPEC) for one in group.operations]
    return next(one for one in found if (one.method, one.path) == (method, path))


def test_groups_are_in_order_and_what_has_no_tag_comes_last() -> None:
    assert [group.name for group in describe_api(SPEC)] == ["Till", "Ámbito", OTHERS]


def test_a_body_becomes_parameters_that_say_what_they_take() -> None:
    assert operation("POST", "/sales").parameters == (
        Parameter("lines", "body", "[{product_id, quantity}]", True, ""),
        Parameter("method", "body", '"cash" | "card"', False, ""),
        Parameter("day", "body", "string (date)", False, "When."),
        Parameter("kind", "body", '"base"', False, ""),
    )


def test_parameters_of_query_and_path_are_told_apart() -> None:
    assert operation("GET", "/sales").parameters == (
        Parameter("q", "query", "string", False, "W."),
    )
    assert operation("GET", "/lots/{id}").parameters == (
        Parameter("id", "path", "integer", True, ""),
    )


def test_answers_are_in_order_of_their_status() -> None:
    assert operation("POST", "/sales").answers == (Answer("201", "Yes."), Answer("422", "No."))


def test_anchors_differ_by_method() -> None:
    assert operation("POST", "/sales").anchor == "post-sales"
    assert operation("GET", "/lots/{id}").anchor == "get-lots-id"
