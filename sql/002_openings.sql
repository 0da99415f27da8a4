-- Which days a version's ballots were opened on, and how many: the tally notes it in the opening's
-- own transaction, so that a publication can name its first and last day without reading responses.
CREATE TABLE publish.opening (
    survey_id  bigint NOT NULL,
    version_id bigint NOT NULL,
    opened_on  date NOT NULL,  -- day in the survey's time zone
    n          bigint NOT NULL CHECK (n > 0),
    PRIMARY KEY (survey_id, version_id, opened_on)
);
