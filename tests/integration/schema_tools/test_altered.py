"""What was altered after it was made leaves traces in the catalogs, and is no reason to refuse."""

import pytest

from schema_tools import compile_plan, verify

ONE_DATABASE = True

ALTERED = [
    ('create collation s.c from "C"; create table s.t(a text collate s.c)'),
    (
        "create table s.t(a int); alter table s.t add b int default 5; alter table s.t drop a; "
        "create index on s.t(b); alter table s.t add primary key(b); create view s.v as select * "
        "from s.t"
    ),
    (
        "create table s.a(id int primary key); create table s.b(a_id int); alter table s.b add "
        "foreign key(a_id) references s.a; alter table s.b rename to bb; alter table s.a rename "
        "constraint a_pkey to pk; alter index s.pk rename to pkx"
    ),
    (
        "create table s.p(k int, v int) partition by range(k); create table s.p1(v int, k int); "
        "alter table s.p attach partition s.p1 for values from (0) to (9); create unique index on"
        " s.p(k); create table s.q(k int references s.p(k)); create table s.p2 partition of s.p "
        "for values from (10) to (20)"
    ),
    (
        "create table s.t(a serial, b int default 3); alter table s.t alter a type bigint; alter "
        "sequence s.t_a_seq as bigint; create table s.u(like s.t including all)"
    ),
    (
        "create domain s.d as int check (value>0); alter domain s.d add constraint x "
        "check(value<10); alter domain s.d set default 4; create table s.t(d s.d); create "
        "function s.f() returns s.d language plpgsql as 'begin return 1; end'"
    ),
    (
        "create function s.tg() returns trigger language plpgsql as 'begin return new; end'; "
        "create table s.p(k int) partition by list(k); create table s.p1 partition of s.p for "
        "values in (1); create trigger t after insert on s.p for each row execute function "
        "s.tg(); alter table s.p1 disable trigger t"
    ),
    (
        "create table s.g(a int, b int generated always as (a+1) stored); alter table s.g alter b"
        " drop expression; create table s.h(a int not null); alter table s.h alter a drop not "
        "null; alter table s.h alter a set not null"
    ),
    (
        "create table s.t(a int); create unique index i on s.t(a); alter table s.t add constraint"
        " u unique using index i"
    ),
    (
        "create function s.f(a int default 1) returns int language sql as 'select 1'; create or "
        "replace function s.f(a int default 2) returns int language sql as 'select 2'; create "
        "view s.v as select s.f() as x; create or replace view s.v as select s.f(3) as x, 1 as y"
    ),
    (
        "create table s.t(a int, b text); create publication pp for table s.t; create statistics "
        "s.st on a,b from s.t; alter table s.t drop column b"
    ),
    (
        "create table s.t(a int, b text, c text); alter table s.t drop column b; alter table s.t "
        "add check (c <> ''); create policy p on s.t using (c='x'); create trigger z before "
        "update of c on s.t for each row execute function suppress_redundant_updates_trigger(); "
        "create table s.r(a int primary key, x s.t)"
    ),
    (
        "create operator s.<<< (function=int4lt, leftarg=int, rightarg=int, "
        "commutator=operator(s.>>>)); create operator s.>>> (function=int4gt, leftarg=int, "
        "rightarg=int, commutator=operator(s.<<<))"
    ),
    (
        "create table s.base(a int); create table s.kid() inherits (s.base); alter table s.base "
        "add b int; create table s.kid2(c int); alter table s.kid2 add a int; alter table s.kid2 "
        "add b int"
    ),
    (
        "create table s.m(a int); create table s.n(a int); alter table s.n inherit s.m; create "
        "rule r as on insert to s.m do instead insert into s.n values(new.a)"
    ),
    (
        "create sequence s.q; create table s.t(a int default nextval('s.q')); alter sequence s.q "
        "owned by s.t.a; alter table s.t set unlogged"
    ),
]


@pytest.mark.parametrize("script", ALTERED)
def test_an_altered_schema_is_cloned(connection, script):
    connection.execute(f"create schema s; {script}")

    compile_plan(connection, "s").run(connection, "d")

    assert verify(connection, "s", "d") == []
