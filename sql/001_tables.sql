-- The doors: core (surveys, versions), intake (box, keys), record (responses, comments),
-- publish (cells, publications), registry (accounts census), office (administrators),
-- analyst (generated views).  Run as minyi_owner by `minyi migrate`, once.

CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA intake;
CREATE SCHEMA record;
CREATE SCHEMA publish;
CREATE SCHEMA registry;
CREATE SCHEMA office;
CREATE SCHEMA analyst;

CREATE TABLE core.survey (
    survey_id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    slug            text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    sample          text NOT NULL CHECK (sample IN ('random', 'open', 'demonstration')),
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'archived')),
    current_version bigint
);

-- Immutable once written: no role but the owner may update or delete, and a trigger stops the
-- owner's own programs too.  `definition` is the canonical JSON of form_to_json.
CREATE TABLE core.version (
    version_id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey_id       bigint NOT NULL REFERENCES core.survey,
    version_no      integer NOT NULL,
    definition      text NOT NULL,
    definition_hash bytea NOT NULL,
    published_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (survey_id, version_no),
    UNIQUE (survey_id, definition_hash)
);
ALTER TABLE core.survey ADD FOREIGN KEY (current_version) REFERENCES core.version;

-- The operator's recovery key: the newest row is the one in use.  The secret half is not here.
CREATE TABLE intake.recovery_key (
    recovery_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    public_key  bytea NOT NULL CHECK (length(public_key) = 32),
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- One pair per epoch; the secret half is in the tally's keyring, and here sealed to the recovery key.
CREATE TABLE intake.epoch_key (
    epoch_id     bigint PRIMARY KEY,
    public_key   bytea NOT NULL CHECK (length(public_key) = 32),
    recovery_id  bigint NOT NULL REFERENCES intake.recovery_key,
    escrow       bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz -- the secret half and the escrow are gone
);

-- The box: sealed batches.  box_hashes: n hashes H("box", key) of 16 bytes, one after the other.
CREATE TABLE intake.batch (
    batch_id    bytea PRIMARY KEY CHECK (length(batch_id) = 16),
    survey_id   bigint NOT NULL,
    version_id  bigint NOT NULL,
    epoch_id    bigint NOT NULL,
    accepted_us bigint NOT NULL, -- orders a ballot that was sent twice; gone with the opening
    n           integer NOT NULL CHECK (n > 0),
    box_hashes  bytea NOT NULL,
    sealed      bytea NOT NULL
);

CREATE TABLE intake.quarantine (
    batch_id       bytea PRIMARY KEY,
    survey_id      bigint NOT NULL,
    version_id     bigint NOT NULL,
    epoch_id       bigint NOT NULL,
    accepted_us    bigint NOT NULL,
    n              integer NOT NULL,
    box_hashes     bytea NOT NULL,
    sealed         bytea NOT NULL,
    reason         text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now()
);

-- One row per counted ballot: no address, no clock time, no day of arrival.
CREATE TABLE record.response (
    record_hash bytea PRIMARY KEY,  -- H("record", key), 16 bytes
    survey_id   bigint NOT NULL,
    version_id  bigint NOT NULL,
    opened_on   date NOT NULL,      -- day of the opening in the survey's time zone
    codes       bytea NOT NULL      -- layout frozen in the version
);
CREATE INDEX response_opened_on ON record.response USING brin (opened_on);

CREATE TABLE record.comment (
    record_hash bytea NOT NULL,
    node        smallint NOT NULL,  -- index of the question in the version
    survey_id   bigint NOT NULL,
    version_id  bigint NOT NULL,
    opened_on   date NOT NULL,
    body        text NOT NULL,
    PRIMARY KEY (record_hash, node)
);

-- Integer counts per profile: one element of `counts` per (question, option) in the slot order that
-- is frozen in the version (form_node.slot).  One row per profile instead of one per option: a
-- nightly update touches as many rows as there are profiles, not profiles times options.
CREATE TABLE publish.cell (
    survey_id  bigint NOT NULL,
    version_id bigint NOT NULL,
    wave       integer NOT NULL DEFAULT 0,
    profile    bytea NOT NULL,
    n          integer NOT NULL,   -- ballots
    counts     integer[] NOT NULL,
    PRIMARY KEY (survey_id, version_id, wave, profile)
);

-- The part of publish.cell whose responses were deleted at the end of their retention:
-- responses + cell_retired = cell, always; `tally --recount` checks it.
CREATE TABLE publish.cell_retired (LIKE publish.cell INCLUDING ALL);

CREATE TABLE publish.publication (
    publication_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey_id      bigint NOT NULL,
    version_id     bigint NOT NULL,
    body           text NOT NULL,  -- canonical JSON of publication_to_json
    body_hash      bytea NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT now()
);

-- What is shown: switched in the transaction that publishes.
CREATE TABLE publish.current (
    survey_id      bigint PRIMARY KEY,
    slug           text NOT NULL UNIQUE,
    publication_id bigint NOT NULL REFERENCES publish.publication,
    tallied_at     timestamptz NOT NULL  -- last run that confirmed these figures
);

CREATE TABLE publish.run (
    run_id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind          text NOT NULL CHECK (kind IN ('tally', 'recount')),
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    outcome       text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'failed', 'killed')),
    opened        bigint NOT NULL DEFAULT 0, -- ballots that became responses
    repeated      bigint NOT NULL DEFAULT 0, -- ballots whose key had counted already
    quarantined   bigint NOT NULL DEFAULT 0, -- batches
    waiting       bigint NOT NULL DEFAULT 0, -- ballots left in the box: too few
    retired       bigint NOT NULL DEFAULT 0, -- responses deleted at the end of their retention
    published     bigint NOT NULL DEFAULT 0, -- new publications
    message       text NOT NULL DEFAULT ''
);
