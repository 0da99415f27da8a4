-- Disclosure control: every publication of a row (its rounded counts, and the true n that decides when
-- it may be replaced).  For the tally alone: last_n is a true count.
CREATE TABLE publish.row_kept (
    survey_id bigint NOT NULL,
    address   text NOT NULL,       -- survey/version/question
    day       integer NOT NULL,    -- days since 2000-01-01, in the survey's time zone
    is_shown  boolean NOT NULL,    -- false: the row went, for n had fallen below the minimum
    last_n    bigint NOT NULL,     -- true n on that day
    shown     integer[] NOT NULL,  -- rounded counts, by cell
    PRIMARY KEY (survey_id, address, day)
);
