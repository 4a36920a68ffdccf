"""One spelling for every path and method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.http.paths import canonical_method, canonical_path, canonicalise


@pytest.mark.parametrize(
    ("given_path", "canonical"),
    [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("/.", "/"),
        ("//api///orders", "/api/orders"),
        ("/api/./orders", "/api/orders"),
        ("/api/orders/", "/api/orders/"),
        ("/api/orders//", "/api/orders/"),
        ("/api/orders/.", "/api/orders/"),
        ("/api/.hidden/...", "/api/.hidden/..."),
        ("/static/piña.png", "/static/piña.png"),
    ],
)
def test_a_path_has_one_spelling(given_path: str, canonical: str) -> None:
    assert canonicalise(given_path) == canonical
    environ = {"PATH_INFO": given_path.encode().decode("latin-1")}
    assert canonical_path(environ) == canonical
    assert environ["PATH_INFO"] == canonical.encode().decode("latin-1")


@pytest.mark.parametrize(
    "path",
    [
        "/api/../ops",
        "/..",
        "/api/orders;jsessionid=1",
        "/api\\orders",
        "/api/orders\x00",
        "/api/orders\n",
        "/api/orders\x7f",
        "/api/orders\x85",
        "/api/\u200borders",
        "/api/\u2028orders",
        "/api/orders ",
        "/api/ .. /x",
        "/api/%2e%2e/ops",
        "/api/%66orecasting",
        "/api/orders?x",
        "/api/orders#x",
        "api/orders",
        "http://host/api/orders",
        "*",
        "/api\uff0fforecasting",
        "/api/\uff26orecasting",
        "/api/\uff0e\uff0e/ops",
    ],
)
def test_an_ambiguous_path_is_refused(path: str) -> None:
    with pytest.raises(Refused) as caught:
        canonicalise(path)
    assert caught.value.refusal.code == "ambiguous_path"


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(
    "target", ["/api%2Fforecasting", "/api%2fx", "/api%5Cx", "/x%00", "/api/%252e%252e/x"]
)
def test_what_decoding_would_hide_is_refused(name: str, target: str) -> None:
    with pytest.raises(Refused):
        canonical_path({"PATH_INFO": "/static/x", name: target})


def test_the_query_may_hold_encoded_slashes() -> None:
    environ = {"PATH_INFO": "/api/orders", "RAW_URI": "/api/orders?q=a%2Fb%25"}
    assert canonical_path(environ) == "/api/orders"


def test_a_path_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(Refused):
        canonical_path({"PATH_INFO": "/api/\xff"})
    with pytest.raises(Refused):
        canonical_path({"PATH_INFO": "/api/\u20ac"})


@pytest.mark.parametrize(("given_method", "method"), [("get", "GET"), ("Delete", "DELETE")])
def test_a_method_is_upper_case_for_gateway_and_app(given_method: str, method: str) -> None:
    environ = {"REQUEST_METHOD": given_method}
    assert canonical_method(environ) == environ["REQUEST_METHOD"] == method


@pytest.mark.parametrize("method", ["", "GET ", "GE-T", "GET\n", "G\u0130", "A" * 21])
def test_a_method_that_is_no_word_is_refused(method: str) -> None:
    with pytest.raises(Refused):
        canonical_method({"REQUEST_METHOD": method})


@given(st.text(alphabet=st.sampled_from("/.aZé%;\\ \t\x00\u200b\uff0f"), max_size=12))
def test_a_canonical_path_stays_as_it_is(path: str) -> None:
    try:
        canonical = canonicalise(path)
    except Refused:
        return
    assert canonicalise(canonical) == canonical
    assert "//" not in canonical
    assert not {".", ".."} & set(canonical.split("/"))
