-- Which unit a survey belongs to: the code of a province by GB/T 2260, or of a unit in it ("44", "44.health").
-- A right in "@44" is a right in every survey of 44 and of the units in it.
CREATE TABLE office.unit (
    survey text PRIMARY KEY,
    unit   text NOT NULL CHECK (unit ~ '^[a-z0-9]{1,20}([.][a-z0-9-]{1,20}){0,3}$' AND length(unit) <= 60)
);
ALTER TABLE office.role DROP CONSTRAINT role_survey_check,
    ADD CONSTRAINT role_survey_check CHECK (survey ~ '^([*]|[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?|@[a-z0-9]{1,20}([.][a-z0-9-]{1,20}){0,3})$'
                                            AND length(survey) <= 64);
