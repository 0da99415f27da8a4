-- The administrators' desk: who may sign in, what they may do, what they did.
CREATE TABLE office.person (
    person_id     bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    seed_sealed   bytea,                          -- TOTP seed, sealed to the desk's secret
    is_enrolled   boolean NOT NULL DEFAULT false, -- a first code of that seed was right
    last_step     bigint NOT NULL DEFAULT 0,      -- of the last code that was taken: each counts once
    is_active     boolean NOT NULL DEFAULT true,
    made_at       timestamptz NOT NULL DEFAULT now()
);

-- Codes for a lost telephone, each good once.
CREATE TABLE office.recovery (
    person_id bigint NOT NULL REFERENCES office.person,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (person_id, code_hash)
);

-- What a person may do, in one survey or in all ('*').
CREATE TABLE office.role (
    person_id bigint NOT NULL REFERENCES office.person,
    role      text NOT NULL CHECK (role IN ('viewer', 'analyst', 'author', 'auditor', 'administrator')),
    survey    text NOT NULL DEFAULT '*' CHECK (survey = '*' OR survey ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    PRIMARY KEY (person_id, role, survey),
    CHECK (role NOT IN ('auditor', 'administrator') OR survey = '*')
);

CREATE TABLE office.session (
    session_hash bytea PRIMARY KEY CHECK (length(session_hash) = 32), -- of the cookie's value
    person_id    bigint NOT NULL REFERENCES office.person,
    made_at      timestamptz NOT NULL DEFAULT now(), -- of the first: a new id after a confirmation keeps it
    seen_at      timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz NOT NULL DEFAULT now()  -- when a code was last asked for
);

-- Failed sign-ins, by keyed hashes of account, of address, and of both: neither is stored.
CREATE TABLE office.attempt (
    who     bytea PRIMARY KEY CHECK (length(who) = 16),
    n       integer NOT NULL,
    last_at timestamptz NOT NULL
);

-- Append-only: no role but the owner's functions may touch it, and they only add. Each entry's hash covers
-- the one before it; `minyi audit verify` recomputes them all.
CREATE TABLE office.audit (
    entry_no bigint PRIMARY KEY CHECK (entry_no > 0),
    at       timestamptz NOT NULL,
    who      text NOT NULL,
    event    text NOT NULL,
    subject  text NOT NULL,
    detail   text NOT NULL,
    hash     bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE TABLE office.audit_head (
    is_one   boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    entry_no bigint NOT NULL,
    hash     bytea NOT NULL
);
INSERT INTO office.audit_head (entry_no, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- The owner's own programs cannot change what is written either.
CREATE FUNCTION office.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON office.audit
    FOR EACH STATEMENT EXECUTE FUNCTION office.refuse();

-- "Count now": what the desk asks the tally for. The tally takes it at its next look.
CREATE TABLE office.count_request (
    request_no bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    asked_by   text NOT NULL,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    run_id     bigint
);

-- Surveys whose single responses leave the house only when a second person agrees.
CREATE TABLE office.sensitive (
    survey text PRIMARY KEY,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now()
);

-- "May I export this?": good once, within a day of the approval.
CREATE TABLE office.approval (
    approval_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey      text NOT NULL,
    asked_by    bigint NOT NULL REFERENCES office.person,
    reason      text NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    given_by    bigint REFERENCES office.person CHECK (given_by <> asked_by),
    given_at    timestamptz,
    used_at     timestamptz
);

-- A questionnaire that was read without a problem and is not published yet. Kept for 30 days.
CREATE TABLE office.draft (
    draft_id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    slug            text NOT NULL,
    sample          text NOT NULL,
    definition      text NOT NULL,
    definition_hash bytea NOT NULL,
    made_by         bigint NOT NULL REFERENCES office.person,
    made_at         timestamptz NOT NULL DEFAULT now()
);
