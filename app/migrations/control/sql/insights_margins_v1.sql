-- Sums of integers are several times as quick as sums of bigints, which are numeric.
ALTER TABLE control.visit_totals
    ALTER landed TYPE integer, ALTER created TYPE integer, ALTER untracked TYPE integer,
    ALTER waited TYPE integer, ALTER acted TYPE integer, ALTER sold TYPE integer,
    ALTER ordered TYPE integer, ALTER traded TYPE integer, ALTER began_tour TYPE integer,
    ALTER toured TYPE integer, ALTER contacted TYPE integer, ALTER converted TYPE integer,
    ALTER extended TYPE integer, ALTER began_again TYPE integer, ALTER shared TYPE integer,
    ALTER by_clock TYPE integer, ALTER by_visitor TYPE integer, ALTER by_ops TYPE integer,
    ALTER failed TYPE integer, ALTER first_10 TYPE integer, ALTER first_30 TYPE integer,
    ALTER first_60 TYPE integer, ALTER first_120 TYPE integer, ALTER first_300 TYPE integer,
    ALTER first_later TYPE integer, ALTER seconds TYPE integer;

CREATE TABLE control.visit_margins (
    day date NOT NULL,
    account_type text NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    landed integer NOT NULL DEFAULT 0,
    created integer NOT NULL DEFAULT 0,
    untracked integer NOT NULL DEFAULT 0,
    waited integer NOT NULL DEFAULT 0,
    acted integer NOT NULL DEFAULT 0,
    sold integer NOT NULL DEFAULT 0,
    ordered integer NOT NULL DEFAULT 0,
    traded integer NOT NULL DEFAULT 0,
    began_tour integer NOT NULL DEFAULT 0,
    toured integer NOT NULL DEFAULT 0,
    contacted integer NOT NULL DEFAULT 0,
    converted integer NOT NULL DEFAULT 0,
    extended integer NOT NULL DEFAULT 0,
    began_again integer NOT NULL DEFAULT 0,
    shared integer NOT NULL DEFAULT 0,
    by_clock integer NOT NULL DEFAULT 0,
    by_visitor integer NOT NULL DEFAULT 0,
    by_ops integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    first_10 integer NOT NULL DEFAULT 0,
    first_30 integer NOT NULL DEFAULT 0,
    first_60 integer NOT NULL DEFAULT 0,
    first_120 integer NOT NULL DEFAULT 0,
    first_300 integer NOT NULL DEFAULT 0,
    first_later integer NOT NULL DEFAULT 0,
    seconds integer NOT NULL DEFAULT 0,
    CONSTRAINT visit_margins_pkey PRIMARY KEY (day, account_type, dimension, value)
);

CREATE TABLE control.operator_actions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT operator_actions_pkey PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    what text NOT NULL,
    session uuid,
    request text
);

CREATE INDEX operator_actions_at_idx ON control.operator_actions (at);
