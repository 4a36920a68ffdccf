-- Totals of visits by ISO week and without the device: what long periods with filters are added up from.
CREATE TABLE control.visit_weeks (
    week date NOT NULL,
    account_type text NOT NULL,
    scenario text NOT NULL,
    source text NOT NULL,
    language text NOT NULL,
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
    CONSTRAINT visit_weeks_pkey PRIMARY KEY (week, account_type, scenario, source, language)
);

INSERT INTO control.visit_weeks
SELECT date_trunc('week', day)::date, account_type, scenario, source, language,
       sum(landed), sum(created), sum(untracked), sum(waited), sum(acted), sum(sold),
       sum(ordered), sum(traded), sum(began_tour), sum(toured), sum(contacted), sum(converted),
       sum(extended), sum(began_again), sum(shared), sum(by_clock), sum(by_visitor),
       sum(by_ops), sum(failed), sum(first_10), sum(first_30), sum(first_60), sum(first_120),
       sum(first_300), sum(first_later), sum(seconds)
  FROM control.visit_totals
 GROUP BY 1, 2, 3, 4, 5;

-- Sums of visits with one value of a dimension, by the values of each other dimension.
CREATE TABLE control.visit_pairs (
    day date NOT NULL,
    account_type text NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    other text NOT NULL,
    other_value text NOT NULL,
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
    CONSTRAINT visit_pairs_pkey PRIMARY KEY (dimension, value, day, account_type, other, other_value)
);

INSERT INTO control.visit_pairs
SELECT day, account_type, dimension, value, other, other_value,
       sum(landed), sum(created), sum(untracked), sum(waited), sum(acted), sum(sold),
       sum(ordered), sum(traded), sum(began_tour), sum(toured), sum(contacted), sum(converted),
       sum(extended), sum(began_again), sum(shared), sum(by_clock), sum(by_visitor),
       sum(by_ops), sum(failed), sum(first_10), sum(first_30), sum(first_60), sum(first_120),
       sum(first_300), sum(first_later), sum(seconds)
  FROM control.visit_totals,
       LATERAL (VALUES ('scenario', scenario, 'source', source),
                       ('scenario', scenario, 'language', language),
                       ('source', source, 'scenario', scenario),
                       ('source', source, 'language', language),
                       ('language', language, 'scenario', scenario),
                       ('language', language, 'source', source))
            AS pair (dimension, value, other, other_value)
 GROUP BY 1, 2, 3, 4, 5, 6;

-- What came of a link is asked for by its value, whatever the day.
CREATE INDEX visit_margins_value_idx ON control.visit_margins (dimension, value);
