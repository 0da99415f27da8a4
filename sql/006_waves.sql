-- Waves: named ranges of opening days.  publish.wave is what the operator wants, publish.wave_filed
-- what the cells are filed by: the tally makes them one.  A day in no wave is filed under 0.
CREATE TABLE publish.wave (
    survey_id bigint NOT NULL REFERENCES core.survey,
    wave      integer NOT NULL CHECK (wave > 0), -- 1, 2, ... in the order of their days
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    first_day date NOT NULL,
    last_day  date NOT NULL CHECK (last_day >= first_day),
    PRIMARY KEY (survey_id, wave)
);
CREATE TABLE publish.wave_filed (LIKE publish.wave INCLUDING ALL);

-- Questions whose answers in two versions may stand in one trend.
CREATE TABLE publish.comparable (
    survey_id bigint NOT NULL REFERENCES core.survey,
    version_a integer NOT NULL, -- version_no
    version_b integer NOT NULL CHECK (version_b > version_a),
    question  text NOT NULL,
    PRIMARY KEY (survey_id, version_a, version_b, question)
);
