"""Objects of extensions stay in the source, and the clone uses them by their qualified names."""

import pytest

from schema_tools import UnsupportedObject, compile_plan, drop_schema, verify

USES = {
    "citext": (
        "CREATE TABLE users (id serial PRIMARY KEY, email citext UNIQUE CHECK (email LIKE '%@%'),"
        " others citext[] DEFAULT '{A}'); INSERT INTO users (email) VALUES ('A@x'), ('b@x');"
        "CREATE VIEW found AS SELECT * FROM users WHERE email = 'a@X'::citext;"
        "CREATE DOMAIN mail AS citext CHECK (VALUE LIKE '%@%');"
        "CREATE FUNCTION same(a citext) RETURNS boolean LANGUAGE sql IMMUTABLE"
        " AS 'SELECT a = $$x$$::citext'"
    ),
    "pg_trgm": (
        "CREATE TABLE names (n text); CREATE INDEX ON names USING gin (n gin_trgm_ops);"
        "CREATE INDEX ON names USING gist (n gist_trgm_ops (siglen = 32));"
        "CREATE VIEW near AS SELECT n, n % 'abc' AS s, similarity(n, 'x') AS how FROM names;"
        "CREATE FUNCTION similarity(a integer, b integer) RETURNS integer LANGUAGE sql"
        " AS 'SELECT 1'; CREATE VIEW own AS SELECT similarity(1, 2) AS mine"
    ),
    "hstore": (
        "CREATE TABLE h (a hstore DEFAULT 'a=>1', b text GENERATED ALWAYS AS (a -> 'a') STORED);"
        "INSERT INTO h DEFAULT VALUES; CREATE INDEX ON h USING gin (a)"
    ),
    "btree_gin": "CREATE TABLE bg (a integer, b text); CREATE INDEX ON bg USING gin (a, b)",
    "btree_gist": (
        "CREATE TABLE bk (a integer, d tstzrange, EXCLUDE USING gist (a WITH =, d WITH &&))"
    ),
    "uuid-ossp": (
        "CREATE TABLE u (id uuid DEFAULT uuid_generate_v4()); INSERT INTO u DEFAULT VALUES"
    ),
    "unaccent": (
        "CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE"
        " SET search_path = public, pg_temp AS 'SELECT unaccent($1)'; CREATE TABLE ua (t text);"
        "CREATE INDEX ON ua (plain(t)); INSERT INTO ua VALUES ('ñ')"
    ),
    "vector": (
        "CREATE TABLE ve (v vector(3)); INSERT INTO ve VALUES ('[1,2,3]');"
        "CREATE VIEW vv AS SELECT v <-> '[3,1,2]' AS far FROM ve"
    ),
    "postgis": (
        "CREATE TABLE geo (id integer, g geometry(Point, 4326), gg geography);"
        "INSERT INTO geo VALUES (1, 'SRID=4326;POINT(1 1)'); CREATE INDEX ON geo USING gist (g);"
        "CREATE VIEW gv AS SELECT st_astext(g) AS t FROM geo"
        " WHERE st_dwithin(g, 'SRID=4326;POINT(1 1)'::geometry, 2)"
    ),
}


@pytest.fixture
def installed(connection):
    """Installs an extension in `public`, with objects that use it."""
    found = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
    available = {row[0] for row in found}

    def install(name):
        if name not in available:
            pytest.skip(f"this server does not bring {name}")
        connection.execute(f'CREATE EXTENSION "{name}"')
        connection.execute(USES[name])
        return connection

    return install


@pytest.mark.parametrize("name", USES)
def test_public_with_an_extension_is_cloned(installed, name):
    connection = installed(name)

    plan = compile_plan(connection, "public")
    plan.run(connection, "copia")

    assert plan.extensions == (name,)
    assert verify(connection, "public", "copia") == []
    assert drop_schema(connection, "copia")
    assert connection.execute(
        "SELECT count(*) FROM pg_extension WHERE extname = %s", [name]
    ).fetchone() == (1,)


def test_a_link_to_an_extension_s_table_is_refused(connection):
    connection.execute(
        "CREATE SCHEMA s; CREATE TABLE s.owned (id serial PRIMARY KEY);"
        "ALTER EXTENSION plpgsql ADD TABLE s.owned;"
        "CREATE TABLE s.t (id integer REFERENCES s.owned)"
    )

    with pytest.raises(UnsupportedObject, match="belongs to an extension and is not cloned"):
        compile_plan(connection, "s")
