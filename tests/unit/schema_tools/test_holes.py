"""A token in what the server prints becomes a hole, and a hole becomes a name."""

import pytest

from schema_tools import InvalidName
from schema_tools.catalog.extensions import name_in_place, use_in_place
from schema_tools.catalog.rows import Edge, Member
from schema_tools.compiler.binding import Binding, put_holes, unbound
from schema_tools.compiler.draft import Draft
from schema_tools.errors import DependencyCycle, UnsupportedObject
from schema_tools.mark import is_marked, with_mark, without_mark
from schema_tools.plan import Phase, render
from schema_tools.text import TARGET, bare

TOKEN = "Source_1"


def filled(text: str, target: str) -> str:
    return render([put_holes(text, TOKEN)], "shop", target)


@pytest.mark.parametrize(
    ("printed", "target", "said"),
    [
        ('SELECT a FROM "Source_1".f', "d", 'SELECT a FROM "d".f'),
        ('SELECT a FROM "Source_1".f', 'q"t', 'SELECT a FROM "q""t".f'),
        ("nextval('\"Source_1\".q'::regclass)", "it's", "nextval('\"it''s\".q'::regclass)"),
        ("nextval('\"Source_1\".q'::regclass)", 'q"t', 'nextval(\'"q""t".q\'::regclass)'),
        ("'it''s' || \"Source_1\".f()", "it's", "'it''s' || \"it's\".f()"),
        ("'ex \"Source_1\".q'", "it's", "'ex \"it''s\".q'"),
        (r"""E'{"\\"Source_1\\".t"}'::regclass[]""", "d", r"""E'{"\\"d\\".t"}'::regclass[]"""),
    ],
)
def test_the_target_s_name_is_quoted_for_its_context(printed, target, said):
    assert filled(printed, target) == said


@pytest.mark.parametrize("target", ['q"t', "it's", "back\\slash"])
def test_a_name_that_cannot_stand_deep_in_quotes_is_refused(target):
    with pytest.raises(InvalidName, match="choose another name"):
        filled(r"""E'{"\\"Source_1\\".t"}'::regclass[]""", target)


def test_a_token_is_new_each_time_and_needs_quotes():
    tokens = {Binding.new_token() for _ in range(9)}
    assert len(tokens) == 9
    assert all(token != token.lower() for token in tokens)


def test_a_plan_is_displayed_with_the_source_s_name():
    assert unbound(put_holes('"Source_1".f(\'"Source_1".t\')', TOKEN), "shop") == "shop.f('shop.t')"
    assert unbound(put_holes('"Source_1".f', TOKEN), "Order") == '"Order".f'


@pytest.mark.parametrize("comment", [None, "inquilino", "dos\nlíneas"])
def test_the_mark_stands_behind_the_comment(comment):
    marked = with_mark(comment, "schema_tools: clone of shop 12 for Ana")
    assert is_marked(marked)
    assert without_mark(marked) == comment
    assert without_mark(comment) == comment
    assert not is_marked(comment)


def test_a_comment_that_only_mentions_the_mark_is_no_mark():
    assert not is_marked("schema_tools: clone of shop\nbut this line is the last")


def draft_of(*nodes):
    draft = Draft()
    for name, phase, *needs in nodes:
        draft.add((name, 1), phase, "table", name, name, needs=[(need, 1) for need in needs])
    return draft


def test_statements_stand_by_phase_then_name_unless_a_need_moves_one():
    draft = draft_of(
        ("z", Phase.DEFINE), ("a", Phase.ROWS), ("m", Phase.DEFINE, "v"), ("v", Phase.VIEWS)
    )
    assert [item.identity for item in draft.order()] == ["z", "a", "v", "m"]


def test_an_unbreakable_cycle_is_reported_with_all_members():
    draft = draft_of(("a", Phase.DEFINE, "b"), ("b", Phase.DEFINE, "c"), ("c", Phase.DEFINE, "a"))
    with pytest.raises(DependencyCycle, match="table a, table b, table c"):
        draft.order()


def member(class_, oid, name, extension=None):
    return Member(class_, oid, "function", f"{TARGET}.{name}", TARGET, extension, None, None)


def members_with_namesakes():
    found = [
        member("pg_proc", 1, "similarity(text)", "pg_trgm"),
        member("pg_proc", 2, "similarity(integer)"),
        member("pg_class", 3, "v"),
        member("pg_class", 4, "w"),
        member("pg_class", 5, "u"),
    ]
    return {(m.class_, m.oid): m for m in found}


def in_place(*needed, function="similarity"):
    draft = Draft()
    sql = f"CREATE VIEW {TARGET}.v AS SELECT {TARGET}.{function}('a')"
    draft.add(("pg_class", 3), Phase.VIEWS, "view", "v", sql)
    edges = [Edge("pg_class", 3, "pg_proc", oid, False) for oid in needed]
    borrowed = frozenset({("pg_proc", 1)})
    use_in_place(draft, members_with_namesakes(), borrowed, edges, "shop")
    return render([draft.order()[0].sql], "shop", "d")


def test_what_an_object_needs_tells_an_extension_s_function_from_its_namesake():
    assert in_place(1) == """CREATE VIEW "d".v AS SELECT "shop".similarity('a')"""
    assert in_place(2) == """CREATE VIEW "d".v AS SELECT "d".similarity('a')"""
    with pytest.raises(UnsupportedObject, match="another object of that name"):
        in_place(1, 2)


def test_a_name_that_no_need_gives_to_an_extension_stays_in_the_clone():
    for function in ("similarity", "no_member"):
        expected = f"""CREATE VIEW "d".v AS SELECT "d".{function}('a')"""
        assert in_place(function=function) == expected


@pytest.mark.parametrize(
    ("printed", "plain"), [("similarity", "similarity"), ('"Odd""name"', 'Odd"name')]
)
def test_only_what_extensions_alone_own_is_named_in_place(printed, plain):
    text = f"{TARGET}.{printed}"
    assert name_in_place(text, {plain: {True}}, "shop") == f"shop.{printed}"
    for owners in ({False}, {True, False}):
        assert name_in_place(text, {plain: owners}, "shop") == text


def test_without_a_token_names_are_printed_bare_under_the_schema_s_own_path():
    assert Binding("Shop", None).path == '"Shop", pg_catalog, pg_temp'
    assert Binding("shop", TOKEN).path is None


def test_a_need_that_no_statement_makes_holds_up_nothing():
    draft = draft_of(("a", Phase.DEFINE, "elsewhere"))
    assert [item.identity for item in draft.order()] == ["a"]


def test_an_address_is_kept_where_one_is_given():
    draft = Draft()
    draft.add(("a", 1), Phase.DEFINE, "table", "a", "a", address='TABLE "a"')
    draft.add(("b", 1), Phase.DEFINE, "table", "b", "b")
    assert draft.addresses == {("a", 1): 'TABLE "a"'}


@pytest.mark.parametrize(
    ("name", "written"),
    [("demo_1", "demo_1"), ("select", '"select"'), ("Demo_1", '"Demo_1"'), ("1a", '"1a"')],
)
def test_a_bare_name_has_quotes_where_it_would_mean_something_else(name, written):
    assert bare(name) == written
