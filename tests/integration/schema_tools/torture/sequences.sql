CREATE SEQUENCE free AS smallint START 7 INCREMENT 3 MINVALUE 2 MAXVALUE 100 CACHE 4 CYCLE; SELECT nextval('free'), nextval('free');
CREATE SEQUENCE untouched; CREATE SEQUENCE down INCREMENT -1 MINVALUE -50 MAXVALUE -1; SELECT nextval('down');
CREATE TABLE uses (id integer DEFAULT nextval('free'), other integer DEFAULT nextval('untouched'::regclass)); INSERT INTO uses DEFAULT VALUES;
CREATE TABLE owner (id bigint); CREATE SEQUENCE owned OWNED BY owner.id; SELECT setval('owned', 42, false);
