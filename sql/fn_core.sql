-- Functions of the doors core and intake.  Run again at every `minyi migrate`.
-- All are SECURITY DEFINER with a pinned search_path; they return codes, and no message of theirs
-- holds a value that was passed in.

-- Store one sealed batch. 0: stored, or there already; 2: the epoch is unknown or destroyed;
-- 3: unknown survey or version.
CREATE OR REPLACE FUNCTION intake.drop_batch(
    p_batch_id bytea, p_survey_id bigint, p_version_id bigint, p_epoch_id bigint,
    p_accepted_us bigint, p_n integer, p_box_hashes bytea, p_sealed bytea)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM intake.epoch_key WHERE epoch_id = p_epoch_id AND destroyed_at IS NULL;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM 1 FROM core.version WHERE version_id = p_version_id AND survey_id = p_survey_id;
    IF NOT FOUND THEN
        RETURN 3;
    END IF;
    INSERT INTO intake.batch (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed)
    VALUES (p_batch_id, p_survey_id, p_version_id, p_epoch_id, p_accepted_us, p_n, p_box_hashes, p_sealed)
    ON CONFLICT DO NOTHING;
    RETURN 0;
END
$$;

-- The same for ballots that no citizen cast: only a demonstration takes them. 4: it is not one.
CREATE OR REPLACE FUNCTION intake.drop_batch_synthetic(
    p_batch_id bytea, p_survey_id bigint, p_version_id bigint, p_epoch_id bigint,
    p_accepted_us bigint, p_n integer, p_box_hashes bytea, p_sealed bytea)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM core.survey WHERE survey_id = p_survey_id AND sample = 'demonstration';
    IF NOT FOUND THEN
        RETURN 4;
    END IF;
    RETURN intake.drop_batch(p_batch_id, p_survey_id, p_version_id, p_epoch_id, p_accepted_us, p_n,
                             p_box_hashes, p_sealed);
END
$$;

CREATE OR REPLACE FUNCTION intake.newest_key(OUT epoch_id bigint, OUT public_key bytea)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.epoch_id, k.public_key FROM intake.epoch_key k
    WHERE k.destroyed_at IS NULL ORDER BY k.epoch_id DESC LIMIT 1
$$;

-- The epoch of a cached key: is it still good? (The survey program may have slept through a week.)
CREATE OR REPLACE FUNCTION intake.box_state(OUT survey_id bigint, OUT ballots bigint, OUT batches bigint,
                                            OUT oldest_us bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT b.survey_id, sum(b.n)::bigint, count(*)::bigint, min(b.accepted_us)
    FROM intake.batch b GROUP BY b.survey_id
$$;

CREATE OR REPLACE FUNCTION intake.quarantine_state(OUT batches bigint, OUT ballots bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*)::bigint, coalesce(sum(n), 0)::bigint FROM intake.quarantine
$$;

CREATE OR REPLACE FUNCTION intake.key_state(OUT epoch_id bigint, OUT created_s bigint, OUT is_destroyed boolean)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.epoch_id, extract(epoch FROM k.created_at)::bigint, k.destroyed_at IS NOT NULL
    FROM intake.epoch_key k ORDER BY k.epoch_id
$$;

-- The operator's recovery key. 0: stored; 1: there is one and p_replace is false.
CREATE OR REPLACE FUNCTION intake.put_recovery_key(p_public_key bytea, p_replace boolean)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT p_replace AND EXISTS (SELECT FROM intake.recovery_key) THEN
        RETURN 1;
    END IF;
    INSERT INTO intake.recovery_key (public_key) VALUES (p_public_key);
    RETURN 0;
END
$$;

-- A published version never changes, whoever asks.
CREATE OR REPLACE FUNCTION core.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a published version cannot be changed' USING ERRCODE = '0A000';
END
$$;
CREATE OR REPLACE TRIGGER version_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON core.version
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change();

-- Publish a version: gives its id, number and whether it is new. The same definition again is the
-- same version. A survey keeps its sample for ever: sample_changed is true when it was refused.
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
    IF had <> p_sample THEN
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

-- 0: done; 3: unknown survey. p_state: open, closed, archived.
CREATE OR REPLACE FUNCTION core.set_state(p_slug text, p_state text)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE core.survey SET state = p_state WHERE slug = p_slug;
    RETURN CASE WHEN FOUND THEN 0 ELSE 3 END;
END
$$;

-- The analysts' view of a version: analyst.<slug>_v<no>, one named column per answer, no hash.
-- Columns are decoded from `codes` by the frozen layout (see answers.h): text of the choice's name,
-- NULL when not asked or skipped; a boolean per choice of a multiple one; comments are apart.
CREATE OR REPLACE FUNCTION core.make_view(p_version_id bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    node jsonb;
    choice text;
    i integer;
    at integer;
    columns text := '';
    view_name text;
BEGIN
    SELECT left(replace(s.slug, '-', '_'), 50) || '_v' || v.version_no INTO view_name
    FROM core.version v JOIN core.survey s USING (survey_id) WHERE v.version_id = p_version_id;
    FOR node IN SELECT jsonb_array_elements(definition::jsonb -> 'nodes') FROM core.version
                WHERE version_id = p_version_id LOOP
        at := (node ->> 'offset')::integer;
        CASE node ->> 'type'
        WHEN 'select_one' THEN
            columns := columns || format(', (%L::text[])[%s] AS %I',
                (SELECT array_agg(c ->> 'name' ORDER BY o) FROM jsonb_array_elements(node -> 'choices')
                 WITH ORDINALITY AS t(c, o)),
                CASE WHEN (node ->> 'width')::integer = 1 THEN format('get_byte(codes, %s) - 1', at)
                     ELSE format('get_byte(codes, %s) * 256 + get_byte(codes, %s) - 1', at, at + 1) END,
                node ->> 'name');
        WHEN 'select_multiple' THEN
            i := 0;
            FOR choice IN SELECT c ->> 'name' FROM jsonb_array_elements(node -> 'choices') AS c LOOP
                columns := columns || format(
                    ', CASE WHEN get_byte(codes, %s) = 2 THEN get_bit(codes, %s) = 1 END AS %I',
                    at, (at + 1) * 8 + i, left((node ->> 'name') || '/' || choice, 63));
                i := i + 1;
            END LOOP;
        WHEN 'acknowledge' THEN
            columns := columns || format(', CASE get_byte(codes, %s) WHEN 2 THEN true WHEN 1 THEN false END AS %I',
                                         at, node ->> 'name');
        WHEN 'integer' THEN
            columns := columns || format(
                ', CASE WHEN get_byte(codes, %s) = 2 THEN (''x'' || encode(substr(codes, %s, 8), ''hex''))::bit(64)::bigint END AS %I',
                at, at + 2, node ->> 'name');
        WHEN 'text' THEN
            columns := columns || format(', CASE get_byte(codes, %s) WHEN 2 THEN true WHEN 1 THEN false END AS %I',
                                         at, left(node ->> 'name', 54) || '_given');
        ELSE
            NULL;
        END CASE;
    END LOOP;
    EXECUTE format('CREATE OR REPLACE VIEW analyst.%I WITH (security_barrier) AS SELECT opened_on%s '
                   'FROM record.response WHERE version_id = %s', view_name, columns, p_version_id);
    EXECUTE format('GRANT SELECT ON analyst.%I TO minyi_analyst', view_name);
    RETURN view_name;
END
$$;
