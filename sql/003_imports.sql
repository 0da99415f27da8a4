-- Which files of synthetic ballots were imported, and on what basis their rows consent.
CREATE TABLE core.import (
    import_id   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey_id   bigint NOT NULL REFERENCES core.survey,
    version_id  bigint NOT NULL REFERENCES core.version,
    file_hash   bytea NOT NULL CHECK (length(file_hash) = 32), -- BLAKE2b
    n           bigint NOT NULL CHECK (n >= 0),                -- rows
    consent     text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now()
);
