"""The lexer splits text as the server does, and rewrites only the schema's own name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_tools.compiler.lexer import doubts_in_strings, rewrite, tokenize
from schema_tools.text import BARE_TARGET, TARGET

MEMBERS = frozenset({"x", "y"})
PIECES = st.sampled_from(
    [
        *(
            "'",
            "''",
            '"',
            "\\",
            "\n",
            " ",
            "--",
            "/*",
            "*/",
            "$",
            "$$",
            "$a$",
            "$1",
            ".",
            ";",
            "::",
        ),
        *("E'", "e'\\'", "U&'", 'U&"', "B'1'", "x", "demo", "Demo", "DEMO.", "demo.x", '"demo".x'),
        *("1", "1.5e3", "é", "ñandú", "select", "SET search_path =", "a$b", "\t", "\0", "''''"),
    ]
)


def shown(text, members=MEMBERS, others=frozenset()):
    """The rewritten text, with the holes as <demo> and <"demo">."""
    done = rewrite(text, "demo", members, others)
    return done.text.replace(BARE_TARGET, "<demo>").replace(TARGET, '<"demo">'), done.doubts


@given(st.lists(PIECES).map("".join) | st.text())
def test_the_tokens_joined_are_the_text(text):
    tokens = list(tokenize(text))

    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)


@given(st.lists(PIECES).map("".join))
def test_text_without_the_name_is_left_alone(text):
    assert rewrite(text, "nowhere", MEMBERS, frozenset()) == rewrite(
        text, "elsewhere", MEMBERS, frozenset()
    )
    assert rewrite(text, "nowhere", MEMBERS, frozenset()).text == text


@given(st.lists(PIECES).map("".join))
def test_rewriting_and_filling_with_the_old_name_gives_the_old_text(text):
    if "\0" in text:
        return
    filled = rewrite(text, "demo", MEMBERS, frozenset()).text

    assert filled.replace(TARGET, '"demo"').replace(BARE_TARGET, "demo").lower() == text.lower()


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("SELECT * FROM demo.x", "SELECT * FROM <demo>.x"),
        ("SELECT * FROM DEMO.x", "SELECT * FROM <demo>.x"),
        ('SELECT * FROM "demo".x', 'SELECT * FROM <"demo">.x'),
        ("demo . x", "<demo> . x"),
        ("demo/* c */.x", "<demo>/* c */.x"),
        ("demo.x.demo", "<demo>.x.demo"),
        ("a+demo.f(1)", "a+<demo>.f(1)"),
        ("r demo.x%ROWTYPE", "r <demo>.x%ROWTYPE"),
        ("SET search_path TO demo, public", "SET search_path TO <demo>, public"),
        ("SET search_path = demo, public", "SET search_path = <demo>, public"),
        ("SELECT 1; SET search_path = demo", "SELECT 1; SET search_path = <demo>"),
        ("SELECT 1; SET LOCAL search_path = demo", "SELECT 1; SET LOCAL search_path = <demo>"),
        ("SELECT demo.", "SELECT <demo>."),
        ('SET LOCAL search_path = public, "demo"', 'SET LOCAL search_path = public, <"demo">'),
        ("$1.demo", "$1.demo"),
    ],
)
def test_the_schemas_name_becomes_a_hole(text, rewritten):
    assert shown(text) == (rewritten, ())


@pytest.mark.parametrize(
    "text",
    [
        "mydemo.x",
        "demo_2.x",
        "demo$.x",
        "ñdemo.x",
        '"Demo".x',
        '"my demo".x',
        "-- demo.x",
        "/* demo.x */",
        "/* a /* demo.x */ demo.x */",
        "/* demo.x",
        "x.demo.y",
        "démo.x",
        "SELECT WHERE search_path = demo",
        "SET other search_path = demo",
        "SET other = demo",
        "SET search_path",
        "SET search_path = public; SELECT demo",
        ".demo.x",
        "in LOCAL search_path = demo",
        "(SET search_path = public) demo",
    ],
)
def test_what_only_looks_like_the_schema_stays(text):
    assert shown(text) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "'demo.x'",
        "E'it\\'s demo.x'",
        "e'\\\\' || 'demo.x'",
        "U&'demo.x'",
        "$$demo.x$$",
        "$q$ $$ demo.x $q$",
        "'it''s demo.x'",
        "'unterminated demo.x",
        "N'demo.x'",
    ],
)
def test_a_string_is_left_alone_and_reported(text):
    rewritten, doubts = shown(text)

    assert rewritten == text
    if "unterminated" not in text:
        assert len(doubts) == 1
        assert "names the schema and was left as it is" in doubts[0]


def test_a_string_of_backslashes_ends_where_the_server_ends_it():
    assert shown("'\\' || demo.x") == ("'\\' || <demo>.x", ())
    assert shown("E'\\'' || demo.x") == ("E'\\'' || <demo>.x", ())
    assert shown("$a$ ' $a$ || demo.x") == ("$a$ ' $a$ || <demo>.x", ())
    assert shown("'a' -- it's\n || demo.x") == ("'a' -- it's\n || <demo>.x", ())


def test_an_alias_of_the_schemas_name_makes_what_is_no_member_doubtful():
    text, doubts = shown("SELECT demo.z, demo.x FROM t AS demo")

    assert text == "SELECT demo.z, <demo>.x FROM t AS demo"
    assert doubts == ("demo.z may be the schema or something else",)


def test_an_argument_of_the_schemas_name_makes_what_is_no_member_doubtful():
    assert shown("SELECT demo.z", others=frozenset({"demo"}))[1] != ()


def test_a_bare_schema_name_is_reported():
    text, doubts = shown("GRANT USAGE ON SCHEMA demo TO someone")

    assert text == "GRANT USAGE ON SCHEMA demo TO someone"
    assert doubts == ("SCHEMA demo was left as it is",)
    assert shown("SCHEMA demo") == ("SCHEMA demo", doubts)


def test_a_name_with_escapes_is_reported():
    assert shown('SELECT U&"d\\0065mo".x')[1] != ()


def test_the_first_and_the_last_letter_are_folded_as_the_server_does():
    (token,) = tokenize("AñZ_Ñ")
    assert token.name == "añz_Ñ"


@pytest.mark.parametrize(
    ("string", "told"),
    [
        ("'demo " + 53 * "x" + "'", "'demo " + 53 * "x" + "'"),
        ("'demo " + 54 * "x" + "'", "'demo " + 51 * "x" + "..."),
    ],
)
def test_a_string_that_is_told_is_cut_to_sixty_characters(string, told):
    (doubt,) = doubts_in_strings(string, "demo")
    assert doubt == f"the string {told} names the schema and was left as it is"
