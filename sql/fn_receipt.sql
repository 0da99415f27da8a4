-- Functions for one receipt: what the citizen's program may ask about a ballot whose key it was given.
-- Both hashes of the key are asked for, so that neither a dump of the box nor one of the record is
-- enough to ask; there is no way to list.

-- Is the ballot in the box or set aside?  The hashes of a batch stand end to end; a hash of 128 random
-- bits is not found across the border of two others.
CREATE OR REPLACE FUNCTION intake.is_waiting(p_box_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM intake.batch WHERE position(p_box_hash IN box_hashes) > 0)
        OR EXISTS (SELECT FROM intake.quarantine WHERE position(p_box_hash IN box_hashes) > 0)
$$;

-- The way of one ballot.  state 0: unknown; 1: in the box; 2: counted; 3: withdrawn (before it was
-- counted, or taken out since); 4: withdrawn, and taken out by the next tally; 9: not hashes of a key.
-- Where it is counted: survey, version, day, and what proves it (see include/box/merkle.h): the salt and
-- the codes where the survey lets answers be read back, else NULL; the leaves of its bucket in the order
-- of their record hashes, and how many stand before its own; what is stored of the tree.
CREATE OR REPLACE FUNCTION intake.receipt(
    p_box_hash bytea, p_record_hash bytea,
    OUT state integer, OUT survey_id bigint, OUT version_id bigint, OUT opened_on text,
    OUT codes bytea, OUT salt bytea, OUT leaves bytea, OUT n_before bigint,
    OUT held bytea, OUT roots bytea, OUT part_held bytea, OUT part_roots bytea, OUT root bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_withdrawn boolean;
    v_secret bytea;
    v_low bytea;
    v_row record;
BEGIN
    state := 9;
    IF length(p_box_hash) IS DISTINCT FROM 16 OR length(p_record_hash) IS DISTINCT FROM 16 THEN
        RETURN;
    END IF;
    v_withdrawn := EXISTS (SELECT FROM intake.withdrawal w WHERE w.record_hash = p_record_hash);
    SELECT r.survey_id, r.version_id, r.opened_on, r.codes INTO v_row
    FROM record.response r WHERE r.record_hash = p_record_hash;
    IF v_row.survey_id IS NULL THEN
        state := CASE WHEN v_withdrawn THEN 3 WHEN intake.is_waiting(p_box_hash) THEN 1 ELSE 0 END;
        RETURN;
    END IF;
    state := CASE WHEN v_withdrawn THEN 4 ELSE 2 END;
    survey_id := v_row.survey_id;
    version_id := v_row.version_id;
    opened_on := v_row.opened_on::text;
    SELECT t.secret, t.root INTO v_secret, root FROM publish.tree t WHERE t.survey_id = v_row.survey_id;
    IF EXISTS (SELECT FROM core.version v WHERE v.version_id = v_row.version_id
               AND (v.definition::json ->> 'read_back') = 'true') THEN
        codes := v_row.codes;
        salt := substr(sha256(v_secret || p_record_hash), 1, 16);
    END IF;
    v_low := substr(p_record_hash, 1, 2);
    SELECT string_agg(sha256('\x00'::bytea || substr(sha256(v_secret || r.record_hash), 1, 16) || r.record_hash
                             || r.codes), ''::bytea ORDER BY r.record_hash),
           count(*) FILTER (WHERE r.record_hash < p_record_hash)
    INTO leaves, n_before
    FROM record.response r
    WHERE r.survey_id = v_row.survey_id AND r.record_hash >= v_low
      AND r.record_hash <= v_low || '\xffffffffffffffffffffffffffff'::bytea;
    SELECT p.held, p.roots INTO held, roots FROM publish.tree_part p
    WHERE p.survey_id = v_row.survey_id AND p.part = get_byte(p_record_hash, 0);
    SELECT string_agg(set_byte('\x00'::bytea, 0, p.part::integer), ''::bytea ORDER BY p.part), string_agg(p.root, ''::bytea ORDER BY p.part)
    INTO part_held, part_roots FROM publish.tree_part p WHERE p.survey_id = v_row.survey_id;
END
$$;

-- Withdraw it.  0: the next tally takes it out, or drops it from the box (or it was withdrawn before);
-- 1: unknown, nothing was noted; 9: not hashes of a key.
CREATE OR REPLACE FUNCTION intake.withdraw(p_box_hash bytea, p_record_hash bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF length(p_box_hash) IS DISTINCT FROM 16 OR length(p_record_hash) IS DISTINCT FROM 16 THEN
        RETURN 9;
    END IF;
    IF EXISTS (SELECT FROM intake.withdrawal WHERE record_hash = p_record_hash) THEN
        RETURN 0;
    END IF;
    IF NOT EXISTS (SELECT FROM record.response WHERE record_hash = p_record_hash)
       AND NOT intake.is_waiting(p_box_hash) THEN
        RETURN 1;
    END IF;
    INSERT INTO intake.withdrawal (record_hash) VALUES (p_record_hash) ON CONFLICT DO NOTHING;
    RETURN 0;
END
$$;

-- The texts of a counted ballot, where the survey lets answers be read back; else no row.
CREATE OR REPLACE FUNCTION intake.receipt_words(p_box_hash bytea, p_record_hash bytea, OUT node smallint, OUT body text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.node, c.body FROM record.comment c JOIN core.version v ON v.version_id = c.version_id
    WHERE length(p_box_hash) = 16 AND c.record_hash = p_record_hash AND (v.definition::json ->> 'read_back') = 'true'
    ORDER BY c.node
$$;
