-- A ballot that was withdrawn: the hash of its key and nothing else, neither when nor from which survey.
-- It stays for ever, so that the key never counts again.
CREATE TABLE intake.withdrawal (
    record_hash bytea PRIMARY KEY CHECK (length(record_hash) = 16)
);
ALTER TABLE publish.run ADD COLUMN withdrawn bigint NOT NULL DEFAULT 0; -- ballots taken out, or dropped from the box
ALTER TABLE publish.opening DROP CONSTRAINT opening_n_check, ADD CHECK (n >= 0); -- all of a day's may be withdrawn

-- The Merkle tree over all counted responses of a survey: its root as published, and the secret of its
-- leaves' salts. See include/box/merkle.h for how it is made.
CREATE TABLE publish.tree (
    survey_id bigint PRIMARY KEY,
    secret    bytea NOT NULL CHECK (length(secret) = 32),
    root      bytea CHECK (length(root) = 32) -- NULL: no response, or not made yet
);
-- The tree's middle: the buckets (first two bytes of the record hash) of one first byte.
CREATE TABLE publish.tree_part (
    survey_id bigint NOT NULL,
    part      smallint NOT NULL CHECK (part BETWEEN 0 AND 255),
    root      bytea NOT NULL CHECK (length(root) = 32), -- of the part
    held      bytea NOT NULL CHECK (length(held) = 32), -- a bit for each bucket that is not empty, lowest first
    roots     bytea NOT NULL CHECK (length(roots) % 32 = 0), -- theirs, in order
    PRIMARY KEY (survey_id, part)
);
-- Buckets whose responses changed since the tree was made, a bit each: written in the transaction that
-- changes them, taken away in the one that publishes the new root.
CREATE TABLE publish.tree_touched (
    touched_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey_id  bigint NOT NULL,
    buckets    bytea NOT NULL CHECK (length(buckets) = 8192)
);
