"""A policy file: what its keys mean, and how mistakes in it are reported."""

import re
from pathlib import Path

import pytest

from gateway import InvalidPolicy, Policy, Rule, Verdict, read_rules
from gateway.http.paths import READ_METHODS
from gateway.messages import NOT_FOUND, NOT_LISTED

PAGE = Path(__file__).parents[3] / "docs" / "gateway.md"


def rule(**row):
    (found,) = read_rules({"rules": [{"methods": "GET", "path": "/x", **row}]})
    return found


@pytest.mark.parametrize(
    ("words", "methods"),
    [
        ("ANY", None),
        ("READ", READ_METHODS),
        ("POST", frozenset({"POST"})),
        ("READ POST", READ_METHODS | {"POST"}),
        ("POST PUT", frozenset({"POST", "PUT"})),
    ],
)
def test_methods(words, methods):
    assert rule(methods=words, decision="public").methods == methods


@pytest.mark.parametrize(
    ("decision", "verdict", "refusal"),
    [
        ("public", Verdict.PUBLIC, None),
        ("optional", Verdict.OPTIONAL, None),
        ("session", Verdict.SESSION, None),
        ("refuse", Verdict.REFUSE, NOT_LISTED),
        ("not_found", Verdict.NOT_FOUND, NOT_FOUND),
    ],
)
def test_decisions(decision, verdict, refusal):
    assert rule(decision=decision) == Rule(frozenset({"GET"}), "/x", verdict, refusal)


def test_a_refusal_has_the_code_and_the_message_that_it_is_given():
    given = rule(decision="refuse", code="closed", message="Cerrado.").refusal
    assert (given.status, given.code, given.detail) == (403, "closed", "Cerrado.")
    assert rule(decision="refuse", message="Cerrado.").refusal.code == NOT_LISTED.code
    assert rule(decision="not_found", code="gone").refusal.status == 404


@pytest.mark.parametrize("flag", ["opens", "credentials"])
def test_what_opens_a_session_or_checks_credentials_is_marked(flag):
    assert getattr(rule(decision="public", **{flag: True}), flag)
    assert not getattr(rule(decision="public"), flag)


def test_a_rule_names_a_limit():
    assert rule(decision="public", limit="resets").limit == "resets"
    assert rule(decision="public").limit is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"decision": "allow"}, "decision: 'allow' must be one of public, optional"),
        ({}, "decision is missing; add it"),
        ({"decision": "public", "path": ""}, "path: '' must be a text"),
        ({"decision": "public", "path": "x"}, "not a pattern: 'x'"),
        ({"decision": "public", "methods": "get"}, "methods: 'get': use ANY"),
        ({"decision": "public", "methods": "ANY GET"}, "methods: 'ANY': use ANY alone"),
        ({"decision": "public", "methods": " "}, "methods: ' ' must be a text"),
        ({"decision": "public", "methods": ["GET"]}, "methods: ['GET'] must be a text"),
        ({"decision": "public", "when": "now"}, "when: not a key; use methods, path"),
        ({"decision": "session", "message": "No."}, "message: belongs to refuse"),
        ({"decision": "refuse", "code": 403}, "code: 403 must be a text"),
        ({"decision": "public", "opens": "yes"}, "opens: 'yes' must be true or false"),
        ({"decision": "public", "credentials": 1}, "credentials: 1 must be true or false"),
        ({"decision": "public", "limit": True}, "limit: True must be a text"),
    ],
)
def test_a_wrong_rule_is_reported_with_its_key_and_remedy(row, told):
    with pytest.raises(InvalidPolicy, match=re.escape(f"the policy: rules[0]: {told}")):
        rule(**row)


@pytest.mark.parametrize("document", [{}, {"rules": {}}, {"rules": [], "rule": []}])
def test_a_document_has_rules_and_nothing_else(document):
    with pytest.raises(InvalidPolicy, match="`rules` must be there"):
        read_rules(document)


def test_a_rule_is_a_table():
    with pytest.raises(InvalidPolicy, match="a rule is a table"):
        read_rules({"rules": ["GET /x"]})


def test_files_come_one_after_another(tmp_path):
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text('rules = [{ methods = "GET", path = "/x", decision = "public" }]')
    second.write_text('rules = [{ methods = "ANY", path = "/**", decision = "session" }]')
    policy = Policy.from_files(first, second)
    assert policy.decide("GET", "/x").verdict is Verdict.PUBLIC
    assert policy.decide("PUT", "/x").verdict is Verdict.SESSION


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path):
    file = tmp_path / "policy.toml"
    with pytest.raises(InvalidPolicy, match=re.escape(str(file))):
        Policy.from_files(file)
    file.write_text("rules = [")
    with pytest.raises(InvalidPolicy, match=re.escape(f"{file} is not TOML")):
        Policy.from_files(file)
    file.write_text("rules = [1]")
    with pytest.raises(InvalidPolicy, match=re.escape(f"{file}: rules[0]: ")):
        Policy.from_files(file)


def test_the_example_of_the_page_is_a_policy(tmp_path):
    file = tmp_path / "policy.toml"
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"<!-- policy -->\n```toml\n(.*?)```", text, re.DOTALL)
    file.write_text(example)
    policy = Policy.from_files(file)
    assert policy.decide("DELETE", "/notes/1").refusal.detail == "Nothing is deleted here."
    assert policy.decide("PUT", "/notes/1").verdict is Verdict.SESSION
    assert policy.decide("GET", "/").refusal == NOT_LISTED
    for word in ("methods", "path", "decision", "code", "message", "opens", "limit", "credentials"):
        assert f"`{word}`" in text
