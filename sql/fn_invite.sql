-- Functions of the door intake for surveys by invitation.  Run again at every `minyi migrate`.

-- Add codes (16 bytes each) to a survey.  Gives how many were new; -1: not such a survey; -2: not hashes.
-- Stored in the order of their hashes: not in that of the slips.
CREATE OR REPLACE FUNCTION intake.add_invitations(p_survey_id bigint, p_code_hashes bytea)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n_new bigint;
BEGIN
    IF coalesce(length(p_code_hashes), 0) = 0 OR length(p_code_hashes) % 16 <> 0 THEN
        RETURN -2;
    END IF;
    PERFORM FROM core.survey s JOIN core.version v ON v.version_id = s.current_version
    WHERE s.survey_id = p_survey_id AND v.is_by_invitation;
    IF NOT FOUND THEN
        RETURN -1;
    END IF;
    INSERT INTO intake.invitation (survey_id, code_hash)
    SELECT p_survey_id, h FROM (
        SELECT substr(p_code_hashes, 1 + 16 * i, 16) AS h FROM generate_series(0, length(p_code_hashes) / 16 - 1) AS i
    ) AS x ORDER BY h
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS n_new = ROW_COUNT;
    PERFORM office.audit_step('codes_made', (SELECT slug FROM core.survey WHERE survey_id = p_survey_id), n_new::text);
    RETURN n_new;
END
$$;

CREATE OR REPLACE FUNCTION intake.invitations_left(p_survey_id bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM intake.invitation WHERE survey_id = p_survey_id
$$;

-- Use up the codes of n ballots, in the transaction that stores them.  One byte per ballot comes back:
-- 0 no such code, or used; 1 admitted now; 2 this ballot key was admitted before (a second click).
-- A code that two ballots name at once goes to one of them: the row is deleted once. Rows are taken in the
-- order of their hashes, so that two transactions wait for each other in one direction only.
CREATE OR REPLACE FUNCTION intake.spend_codes(p_survey_id bigint, p_code_hashes bytea, p_box_hashes bytea)
RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n integer := length(p_box_hashes) / 16;
    i integer;
    answers bytea;
BEGIN
    IF coalesce(n, 0) NOT BETWEEN 1 AND 4096 OR length(p_box_hashes) <> 16 * n
       OR length(p_code_hashes) IS DISTINCT FROM 16 * n THEN
        RETURN NULL;
    END IF;
    answers := decode(repeat('02', n), 'hex');
    FOR i IN SELECT k FROM generate_series(0, n - 1) AS k ORDER BY substr(p_box_hashes, 1 + 16 * k, 16) LOOP
        INSERT INTO intake.admitted (survey_id, box_hash) VALUES (p_survey_id, substr(p_box_hashes, 1 + 16 * i, 16))
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            answers := set_byte(answers, i, 1);
        END IF;
    END LOOP;
    FOR i IN SELECT k FROM generate_series(0, n - 1) AS k WHERE get_byte(answers, k) = 1
             ORDER BY substr(p_code_hashes, 1 + 16 * k, 16) LOOP
        DELETE FROM intake.invitation
        WHERE code_hash = substr(p_code_hashes, 1 + 16 * i, 16) AND survey_id = p_survey_id;
        IF NOT FOUND THEN
            DELETE FROM intake.admitted
            WHERE box_hash = substr(p_box_hashes, 1 + 16 * i, 16) AND survey_id = p_survey_id;
            answers := set_byte(answers, i, 0);
        END IF;
    END LOOP;
    -- one key twice among these: the second says what became of the first
    FOR i IN 0 .. n - 1 LOOP
        IF get_byte(answers, i) = 2 AND NOT EXISTS (
            SELECT FROM intake.admitted WHERE box_hash = substr(p_box_hashes, 1 + 16 * i, 16) AND survey_id = p_survey_id)
        THEN
            answers := set_byte(answers, i, 0);
        END IF;
    END LOOP;
    RETURN answers;
END
$$;

-- Store a sealed batch of a survey by invitation.  Answers as intake.drop_batch; 1, too, where a ballot was not
-- admitted by spend_codes in this very transaction: whoever takes ballots cannot make up any.
CREATE OR REPLACE FUNCTION intake.drop_invited(
    p_batch_id bytea, p_survey_id bigint, p_version_id bigint, p_epoch_id bigint,
    p_accepted_us bigint, p_n integer, p_box_hashes bytea, p_sealed bytea)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n_admitted bigint;
    now_xid bigint := pg_current_xact_id()::text::bigint % 4294967296;
BEGIN
    IF p_n BETWEEN 1 AND 4096 AND length(p_batch_id) = 16 AND length(p_box_hashes) = 16 * p_n
       AND length(p_sealed) BETWEEN 49 AND 16777216 + 48 AND p_accepted_us > 0 THEN
        NULL;
    ELSE
        RETURN 1;
    END IF;
    SELECT count(DISTINCT a.box_hash) INTO n_admitted
    FROM generate_series(0, p_n - 1) AS k
    JOIN intake.admitted a ON a.box_hash = substr(p_box_hashes, 1 + 16 * k, 16) AND a.survey_id = p_survey_id
    WHERE a.xmin::text::bigint = now_xid;
    IF n_admitted <> p_n THEN
        RETURN 1;
    END IF;
    IF pg_advisory_xact_lock_shared(1, (p_epoch_id % 2147483647)::integer) IS NULL THEN
        NULL; -- as in intake.drop_batch
    END IF;
    PERFORM FROM intake.epoch_key WHERE epoch_id = p_epoch_id AND destroyed_at IS NULL;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    INSERT INTO intake.batch (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed)
    SELECT p_batch_id, v.survey_id, v.version_id, p_epoch_id, p_accepted_us, p_n, p_box_hashes, p_sealed
    FROM core.version v
    WHERE v.version_id = p_version_id AND v.survey_id = p_survey_id AND v.is_by_invitation;
    RETURN CASE WHEN FOUND THEN 0 ELSE 3 END;
END
$$;
