-- Functions of the door publish: waves and comparable versions.  Run again at every `minyi migrate`.

-- Waves as they were given, numbered.
CREATE OR REPLACE FUNCTION publish.number_waves(p_names text[], p_first text[], p_last text[])
RETURNS TABLE (wave integer, name text, first_day date, last_day date)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.i::integer, t.name, t.f::date, t.l::date
    FROM unnest(p_names, p_first, p_last) WITH ORDINALITY AS t(name, f, l, i);
$$;

-- Replace a survey's waves.  0: done; 1: no such survey; 2: not in the order of their days without
-- overlap; 3: it would change the wave of ballots whose responses are deleted already.
CREATE OR REPLACE FUNCTION publish.set_waves(p_slug text, p_names text[], p_first text[], p_last text[])
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_survey bigint;
    v_oldest date; -- day of the oldest response that is still there
BEGIN
    SELECT s.survey_id INTO v_survey FROM core.survey s WHERE s.slug = p_slug FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 1;
    END IF;
    IF EXISTS (SELECT FROM publish.number_waves(p_names, p_first, p_last) w
               WHERE w.name IS NULL OR w.first_day IS NULL OR w.last_day IS NULL OR w.last_day < w.first_day)
       OR EXISTS (SELECT FROM publish.number_waves(p_names, p_first, p_last) w
                  JOIN publish.number_waves(p_names, p_first, p_last) o ON o.wave < w.wave
                  AND (o.last_day >= w.first_day OR o.name = w.name)) THEN
        RETURN 2;
    END IF;
    SELECT min(r.opened_on) INTO v_oldest FROM record.response r WHERE r.survey_id = v_survey;
    IF EXISTS (SELECT FROM publish.opening o
               LEFT JOIN publish.wave_filed f ON f.survey_id = v_survey AND o.opened_on BETWEEN f.first_day AND f.last_day
               LEFT JOIN publish.number_waves(p_names, p_first, p_last) w
                   ON o.opened_on BETWEEN w.first_day AND w.last_day
               WHERE o.survey_id = v_survey AND (v_oldest IS NULL OR o.opened_on < v_oldest)
               AND coalesce(f.wave, 0) <> coalesce(w.wave, 0)) THEN
        RETURN 3;
    END IF;
    DELETE FROM publish.wave w WHERE w.survey_id = v_survey;
    INSERT INTO publish.wave (survey_id, wave, name, first_day, last_day)
        SELECT v_survey, w.wave, w.name, w.first_day, w.last_day
        FROM publish.number_waves(p_names, p_first, p_last) w;
    PERFORM office.audit_step('waves_set', p_slug, coalesce(cardinality(p_names), 0)::text);
    RETURN 0;
END
$$;

-- Replace the questions that may stand in one trend across two versions; none: nothing may.
-- 0: done; 1: no such survey; 2: no such version, or the same twice.
CREATE OR REPLACE FUNCTION publish.set_comparable(p_slug text, p_a integer, p_b integer, p_questions text[])
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_survey bigint;
BEGIN
    SELECT s.survey_id INTO v_survey FROM core.survey s WHERE s.slug = p_slug FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 1;
    END IF;
    IF p_a >= p_b OR (SELECT count(*) FROM core.version v
                      WHERE v.survey_id = v_survey AND v.version_no IN (p_a, p_b)) <> 2 THEN
        RETURN 2;
    END IF;
    DELETE FROM publish.comparable c WHERE c.survey_id = v_survey AND c.version_a = p_a AND c.version_b = p_b;
    INSERT INTO publish.comparable (survey_id, version_a, version_b, question)
        SELECT DISTINCT v_survey, p_a, p_b, q FROM unnest(p_questions) AS q WHERE q <> '';
    PERFORM office.audit_step('comparable_set', p_slug, p_a || ', ' || p_b || ': ' || array_to_string(p_questions, ', '));
    RETURN 0;
END
$$;

-- File the cells of a survey by the waves that the operator wants: the tally calls it in the
-- transaction in which it files them anew.  The old ones go here, so that the tally needs no right to
-- delete a cell.
CREATE OR REPLACE FUNCTION publish.adopt_waves(p_survey bigint)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM publish.cell c WHERE c.survey_id = p_survey;
    DELETE FROM publish.wave_filed f WHERE f.survey_id = p_survey;
    INSERT INTO publish.wave_filed SELECT w.* FROM publish.wave w WHERE w.survey_id = p_survey;
$$;
