-- Surveys by invitation.  A code is a row, its hash alone, until it is used; then the row is deleted: no
-- mark, no time and no transaction id of a used code stays in the table. What a ballot leaves is the hash of
-- its key among the admitted, so that a second click is told from a second ballot.  Nothing names both.
CREATE TABLE intake.invitation (
    survey_id bigint NOT NULL,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 16), -- H("code", code)
    PRIMARY KEY (code_hash, survey_id)
);
CREATE TABLE intake.admitted (
    survey_id bigint NOT NULL,
    box_hash  bytea NOT NULL CHECK (length(box_hash) = 16),  -- H("box", key)
    PRIMARY KEY (box_hash, survey_id)
);
ALTER TABLE core.version ADD COLUMN is_by_invitation boolean NOT NULL
    GENERATED ALWAYS AS (coalesce(definition::jsonb ->> 'access', 'open') = 'invitation') STORED;
