-- Functions of the door core: surveys and their versions.  Run again at every `minyi migrate`.

-- A published version, and a publication, never change, whoever asks.
CREATE OR REPLACE FUNCTION core.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was published cannot be changed' USING ERRCODE = '55000';
END
$$;
CREATE OR REPLACE TRIGGER version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON core.version
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change();
CREATE OR REPLACE TRIGGER publication_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON publish.publication
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change();

-- Publish a version: gives its id, number and whether it is new.  The same definition again is the
-- same version, and current again.  A survey keeps its sample for ever (synthetic ballots must not
-- turn into real ones), and whether it is by invitation: sample_changed is true when it was refused.
CREATE OR REPLACE FUNCTION core.publish_version(
    p_slug text, p_sample text, p_definition text, p_hash bytea,
    OUT survey_id bigint, OUT version_id bigint, OUT version_no integer, OUT is_new boolean,
    OUT sample_changed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had text;
BEGIN
    is_new := false;
    sample_changed := false;
    INSERT INTO core.survey AS s (slug, sample) VALUES (p_slug, p_sample) ON CONFLICT (slug) DO NOTHING;
    SELECT s.survey_id, s.sample INTO survey_id, had FROM core.survey s WHERE s.slug = p_slug FOR UPDATE;
    IF had <> p_sample OR EXISTS (
        SELECT FROM core.version v WHERE v.survey_id = publish_version.survey_id
        AND v.is_by_invitation <> (coalesce(p_definition::jsonb ->> 'access', 'open') = 'invitation')) THEN
        sample_changed := true;
        RETURN;
    END IF;
    SELECT v.version_id, v.version_no INTO version_id, version_no FROM core.version v
    WHERE v.survey_id = publish_version.survey_id AND v.definition_hash = p_hash;
    IF NOT FOUND THEN
        is_new := true;
        INSERT INTO core.version AS v (survey_id, version_no, definition, definition_hash)
        SELECT publish_version.survey_id, coalesce(max(o.version_no), 0) + 1, p_definition, p_hash
        FROM core.version o WHERE o.survey_id = publish_version.survey_id
        RETURNING v.version_id, v.version_no INTO version_id, version_no;
        PERFORM core.make_view(version_id);
    END IF;
    UPDATE core.survey s SET current_version = publish_version.version_id
    WHERE s.survey_id = publish_version.survey_id;
END
$$;

-- p_state: open, closed or archived.  0: done; 1: no such state; 3: unknown survey.
CREATE OR REPLACE FUNCTION core.set_state(p_slug text, p_state text)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_state IS NULL OR p_state NOT IN ('open', 'closed', 'archived') THEN
        RETURN 1;
    END IF;
    UPDATE core.survey SET state = p_state WHERE slug = p_slug;
    RETURN CASE WHEN FOUND THEN 0 ELSE 3 END;
END
$$;

-- Note an import of synthetic ballots, in its transaction.  0: done; 1: not well formed; 4: not a
-- demonstration's version.
CREATE OR REPLACE FUNCTION core.note_import(
    p_survey_id bigint, p_version_id bigint, p_file_hash bytea, p_n bigint, p_consent text)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_n >= 0 AND length(p_file_hash) = 32 AND length(p_consent) BETWEEN 1 AND 1000 THEN
        NULL;
    ELSE
        RETURN 1;
    END IF;
    PERFORM FROM core.survey s JOIN core.version v USING (survey_id)
    WHERE s.survey_id = p_survey_id AND v.version_id = p_version_id AND s.sample = 'demonstration';
    IF NOT FOUND THEN
        RETURN 4;
    END IF;
    INSERT INTO core.import (survey_id, version_id, file_hash, n, consent)
    VALUES (p_survey_id, p_version_id, p_file_hash, p_n, p_consent);
    PERFORM office.audit_step('imported', (SELECT slug FROM core.survey WHERE survey_id = p_survey_id), p_n || ' synthetic ballots');
    RETURN 0;
END
$$;

-- ---- the analysts' views ----
--
-- analyst.<slug>_v<no>: one row per response, decoded from `codes` by the layout frozen in the
-- definition (see answers.h), without any hash.  For each question q:
--   q              select_one: the choice's name; acknowledge: ticked; integer, decimal: the number;
--                  date, time: as such;
--                  text: whether there is one (comments are apart)
--   q/choice       select_multiple: a boolean per choice
--   "q:missing"    'not asked', 'skipped', or NULL where there is an answer
-- and, of a version with fast_seconds, ":fast": whether the ballot was sent within so many of them.
-- Neither '/' nor ':' can be in a question's name.  A column's name that would be over 63 bytes is
-- the question's place in the questionnaire (from 0) instead: 17, 17/3, 17:missing.

CREATE OR REPLACE FUNCTION core.column_name(p_place integer, p_name text, p_tail text, p_tail_place text)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN octet_length(p_name || p_tail) <= 63 AND p_name || p_tail <> 'opened_on'
                THEN p_name || p_tail ELSE p_place || p_tail_place END
$$;

-- The SELECT items of one question, NULL for what stores nothing.
CREATE OR REPLACE FUNCTION core.node_columns(p_node jsonb, p_place integer)
RETURNS text[] LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    q text := p_node ->> 'name';
    at integer := (p_node ->> 'offset')::integer;
    choices text[] := ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_node -> 'choices')
                            WITH ORDINALITY AS t(c, o) ORDER BY o);
    code text := format('get_byte(codes, %s)', at);
    items text[];
BEGIN
    CASE p_node ->> 'type'
    WHEN 'select_one' THEN
        IF (p_node ->> 'width')::integer = 2 THEN
            code := format('(get_byte(codes, %s) * 256 + get_byte(codes, %s))', at, at + 1);
        END IF;
        items := ARRAY[format('(%L::text[])[%s - 1]', choices, code)];
    WHEN 'select_multiple' THEN
        items := ARRAY(SELECT format('CASE WHEN %s = 2 THEN get_bit(codes, %s) = 1 END', code, (at + 1) * 8 + i - 1)
                       FROM generate_subscripts(choices, 1) AS i ORDER BY i);
    WHEN 'rank' THEN -- one column for each choice: its place, from 1
        items := ARRAY(SELECT format('CASE WHEN %s >= 2 THEN CASE WHEN %s = %s + 2 THEN 1 %s END END', code, code, i - 1,
                (SELECT string_agg(format('WHEN get_byte(codes, %s) = %s THEN %s', at + k, i - 1, k + 1), ' ' ORDER BY k)
                 FROM generate_series(1, cardinality(choices) - 1) AS k))
            FROM generate_subscripts(choices, 1) AS i ORDER BY i);
    WHEN 'acknowledge', 'text' THEN
        items := ARRAY[format('CASE %s WHEN 2 THEN true WHEN 1 THEN false END', code)];
    WHEN 'integer' THEN
        items := ARRAY[format('CASE WHEN %s = 2 THEN (''x'' || encode(substr(codes, %s, 8), ''hex''))::bit(64)::bigint END',
                              code, at + 2)];
    WHEN 'decimal' THEN -- binary64: sign, 11 bits of exponent, 52 of the fraction; exact, for powers of two are
        items := ARRAY[format($f$CASE WHEN %1$s = 2 THEN (SELECT CASE WHEN b & 9223372036854775807 = 0 THEN 0::float8
            ELSE (CASE WHEN b < 0 THEN -1 ELSE 1 END) * (1 + (b & 4503599627370495) / 4503599627370496::float8)
                 * power(2::float8, ((b >> 52) & 2047) - 1023) END
            FROM (SELECT ('x' || encode(substr(codes, %2$s, 8), 'hex'))::bit(64)::bigint AS b) AS bits) END$f$, code, at + 2)];
    WHEN 'date' THEN
        items := ARRAY[format('CASE WHEN %s = 2 THEN date ''1970-01-01'' + (''x'' || encode(substr(codes, %s, 4), ''hex''))::bit(32)::integer END',
                              code, at + 2)];
    WHEN 'time' THEN
        items := ARRAY[format('CASE WHEN %s = 2 THEN time ''00:00'' + (get_byte(codes, %s) * 256 + get_byte(codes, %s)) * interval ''1 minute'' END',
                              code, at + 1, at + 2)];
    ELSE
        RETURN NULL;
    END CASE;
    FOR i IN 1 .. cardinality(items) LOOP
        items[i] := items[i] || format(' AS %I', CASE WHEN p_node ->> 'type' IN ('select_multiple', 'rank')
            THEN core.column_name(p_place, q, '/' || choices[i], '/' || (i - 1))
            ELSE core.column_name(p_place, q, '', '') END);
    END LOOP;
    RETURN items || format('(''{not asked,skipped}''::text[])[%s + 1] AS %I', code,
                           core.column_name(p_place, q, ':missing', ':missing'));
END
$$;

-- Margins for a survey. Gives their id; NULL: no such survey. The same again, as the newest, adds nothing.
CREATE OR REPLACE FUNCTION core.add_margins(p_survey_id bigint, p_as_of date, p_source text, p_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest core.margins%ROWTYPE;
    id bigint;
BEGIN
    PERFORM FROM core.survey WHERE survey_id = p_survey_id FOR UPDATE; -- one at a time
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT m.* INTO newest FROM core.margins m WHERE m.survey_id = p_survey_id ORDER BY m.as_of DESC, m.margins_id DESC LIMIT 1;
    IF newest.as_of = p_as_of AND newest.source = p_source AND newest.body = p_body THEN
        RETURN newest.margins_id;
    END IF;
    INSERT INTO core.margins (survey_id, as_of, source, body) VALUES (p_survey_id, p_as_of, p_source, p_body)
    RETURNING margins_id INTO id;
    RETURN id;
END
$$;

-- Make the view of a version and give its name; NULL where it would have too many columns.
CREATE OR REPLACE FUNCTION core.make_view(p_version_id bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    columns text[] := ARRAY['opened_on'];
    node record;
    view_name text;
BEGIN
    SELECT CASE WHEN octet_length(s.slug) <= 48 THEN replace(s.slug, '-', '_') ELSE 'survey_' || s.survey_id END
           || '_v' || v.version_no INTO view_name
    FROM core.version v JOIN core.survey s USING (survey_id) WHERE v.version_id = p_version_id;
    FOR node IN SELECT t.n, t.o FROM core.version v, jsonb_array_elements(v.definition::jsonb -> 'nodes')
                WITH ORDINALITY AS t(n, o) WHERE v.version_id = p_version_id ORDER BY t.o LOOP
        columns := columns || core.node_columns(node.n, node.o::integer - 1);
    END LOOP;
    IF EXISTS (SELECT FROM core.version v WHERE v.version_id = p_version_id AND v.definition::jsonb ? 'fast_seconds') THEN
        columns := columns || format('get_byte(codes, length(codes) - 1) = 1 AS %I', ':fast');
    END IF;
    IF view_name IS NULL OR cardinality(columns) > 1600 THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW analyst.%I WITH (security_barrier) AS SELECT %s '
                   'FROM record.response WHERE version_id = %s',
                   view_name, array_to_string(columns, ', '), p_version_id);
    EXECUTE format('GRANT SELECT ON analyst.%I TO minyi_analyst', view_name);
    RETURN view_name;
END
$$;
