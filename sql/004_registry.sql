-- The accounts census: dated snapshots of the register of accounts.  A snapshot is written once, in
-- one transaction, and never changes (fn_registry.sql holds the triggers).

CREATE TABLE registry.account (
    as_of        date NOT NULL,
    platform     text NOT NULL,
    account_id   text NOT NULL,
    province     text NOT NULL,     -- codes, as the lists of sql/seed/codes had them on the day of the import
    function     text NOT NULL,
    level        text NOT NULL,
    followers    bigint NOT NULL CHECK (followers >= 0),
    opened_on    date NOT NULL,
    name         text,
    owner_unit   text,
    organisation text,
    kind         text,
    certified_on date,
    updated_on   date,
    PRIMARY KEY (as_of, platform, account_id)
);
CREATE UNIQUE INDEX account_unit ON registry.account (as_of, platform, owner_unit) WHERE owner_unit IS NOT NULL;

-- What is published of a snapshot.
CREATE TABLE registry.census (
    as_of            date PRIMARY KEY,
    is_demonstration boolean NOT NULL,
    n                bigint NOT NULL CHECK (n > 0),
    file_hash        bytea NOT NULL CHECK (length(file_hash) = 32), -- BLAKE2b of the file as it was read
    body             text NOT NULL,  -- canonical JSON of census_to_json
    imported_at      timestamptz NOT NULL DEFAULT now()
);
