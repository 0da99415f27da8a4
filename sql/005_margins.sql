-- Populations that a survey's ballots are weighted to: dated, and never changed. The newest whose date has
-- come counts; an empty body says that from then on there are none.
CREATE TABLE core.margins (
    margins_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    survey_id  bigint NOT NULL REFERENCES core.survey,
    as_of      date NOT NULL,
    source     text NOT NULL,
    body       text NOT NULL, -- canonical JSON of margins_to_json
    added_at   timestamptz NOT NULL DEFAULT now()
);
