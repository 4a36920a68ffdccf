CREATE TABLE control.events (
    happened_at timestamptz NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    session uuid,
    details jsonb NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (happened_at, id)
) PARTITION BY RANGE (happened_at);

CREATE INDEX events_session_idx ON control.events (session, happened_at) WHERE session IS NOT NULL;

CREATE TABLE control.visits (
    session uuid NOT NULL CONSTRAINT visits_pkey PRIMARY KEY,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    created_at timestamptz,
    first_action_at timestamptz,
    account_type text NOT NULL DEFAULT '',
    scenario text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT '',
    campaign text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    device text NOT NULL DEFAULT '',
    waited boolean NOT NULL DEFAULT false,
    toured boolean NOT NULL DEFAULT false,
    counts jsonb NOT NULL DEFAULT '{}',
    modules jsonb NOT NULL DEFAULT '{}',
    last_module text,
    last_page text,
    ended_by text,
    events integer NOT NULL DEFAULT 0
);

CREATE INDEX visits_open_idx ON control.visits (last_at) WHERE ended_by IS NULL;

CREATE TABLE control.visit_totals (
    day date NOT NULL,
    account_type text NOT NULL,
    scenario text NOT NULL,
    source text NOT NULL,
    language text NOT NULL,
    device text NOT NULL,
    landed bigint NOT NULL DEFAULT 0,
    created bigint NOT NULL DEFAULT 0,
    untracked bigint NOT NULL DEFAULT 0,
    waited bigint NOT NULL DEFAULT 0,
    acted bigint NOT NULL DEFAULT 0,
    sold bigint NOT NULL DEFAULT 0,
    ordered bigint NOT NULL DEFAULT 0,
    traded bigint NOT NULL DEFAULT 0,
    began_tour bigint NOT NULL DEFAULT 0,
    toured bigint NOT NULL DEFAULT 0,
    contacted bigint NOT NULL DEFAULT 0,
    converted bigint NOT NULL DEFAULT 0,
    extended bigint NOT NULL DEFAULT 0,
    began_again bigint NOT NULL DEFAULT 0,
    shared bigint NOT NULL DEFAULT 0,
    by_clock bigint NOT NULL DEFAULT 0,
    by_visitor bigint NOT NULL DEFAULT 0,
    by_ops bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    first_10 bigint NOT NULL DEFAULT 0,
    first_30 bigint NOT NULL DEFAULT 0,
    first_60 bigint NOT NULL DEFAULT 0,
    first_120 bigint NOT NULL DEFAULT 0,
    first_300 bigint NOT NULL DEFAULT 0,
    first_later bigint NOT NULL DEFAULT 0,
    seconds bigint NOT NULL DEFAULT 0,
    CONSTRAINT visit_totals_pkey PRIMARY KEY (day, account_type, scenario, source, language, device)
);

CREATE TABLE control.module_totals (
    day date NOT NULL,
    account_type text NOT NULL,
    module text NOT NULL,
    visits bigint NOT NULL DEFAULT 0,
    pages bigint NOT NULL DEFAULT 0,
    acts bigint NOT NULL DEFAULT 0,
    exits bigint NOT NULL DEFAULT 0,
    CONSTRAINT module_totals_pkey PRIMARY KEY (day, account_type, module)
);

CREATE TABLE control.event_totals (
    day date NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    CONSTRAINT event_totals_pkey PRIMARY KEY (day, kind, detail)
);
