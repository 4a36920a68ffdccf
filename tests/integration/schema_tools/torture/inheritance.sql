CREATE TABLE base (id integer NOT NULL DEFAULT 1, name text, CONSTRAINT named CHECK (name <> ''), CONSTRAINT mine CHECK (id > 0) NO INHERIT); CREATE TABLE mixin (extra integer, name text);
CREATE TABLE derived (own text NOT NULL) INHERITS (base); CREATE TABLE both_of (z integer, CONSTRAINT local_one CHECK (z > 0)) INHERITS (base, mixin); CREATE TABLE deeper () INHERITS (derived);
CREATE TABLE overriding (name text DEFAULT 'ours') INHERITS (base); ALTER TABLE derived ALTER id SET DEFAULT 5; ALTER TABLE both_of ALTER id DROP DEFAULT;
INSERT INTO base VALUES (1, 'a'); INSERT INTO derived VALUES (2, 'b', 'x'), (3, 'c', 'y'); INSERT INTO both_of VALUES (4, 'd', 5, 6); INSERT INTO deeper VALUES (5, 'e', 'z'); INSERT INTO overriding (id) VALUES (9);
