-- Functions of the door intake: the box and its keys.  Run again at every `minyi migrate`.
-- SECURITY DEFINER with a pinned search_path; they return codes, and no message of theirs holds a
-- value that was passed in.

-- Store one sealed batch.  0: stored, or there already; 1: not a batch; 2: the epoch is unknown or
-- destroyed; 3: unknown survey or version.
-- The shared lock holds off intake.destroy_key until this transaction ends: a key is never destroyed
-- while a ballot that was sealed to it is on its way. It is an advisory lock, in memory, since a lock on
-- the epoch's row would be a write of its own in every commit (a quarter of its time, measured).
CREATE OR REPLACE FUNCTION intake.drop_batch(
    p_batch_id bytea, p_survey_id bigint, p_version_id bigint, p_epoch_id bigint,
    p_accepted_us bigint, p_n integer, p_box_hashes bytea, p_sealed bytea)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_n BETWEEN 1 AND 4096 AND length(p_batch_id) = 16 AND length(p_box_hashes) = 16 * p_n
       AND length(p_sealed) BETWEEN 49 AND 16777216 + 48 AND p_accepted_us > 0 THEN
        NULL;
    ELSE
        RETURN 1; -- NULLs come here too
    END IF;
    -- Tested, not PERFORMed: plpgsql evaluates a plain expression without running a query.
    IF pg_advisory_xact_lock_shared(1, (p_epoch_id % 2147483647)::integer) IS NULL THEN
        NULL;
    END IF;
    INSERT INTO intake.batch (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed)
    SELECT p_batch_id, v.survey_id, v.version_id, k.epoch_id, p_accepted_us, p_n, p_box_hashes, p_sealed
    FROM intake.epoch_key k, core.version v
    WHERE k.epoch_id = p_epoch_id AND k.destroyed_at IS NULL
      AND v.version_id = p_version_id AND v.survey_id = p_survey_id
      AND NOT v.is_by_invitation -- see intake.drop_invited
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 0;
    END IF;
    PERFORM FROM intake.epoch_key WHERE epoch_id = p_epoch_id AND destroyed_at IS NULL;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM FROM core.version WHERE version_id = p_version_id AND survey_id = p_survey_id AND NOT is_by_invitation;
    RETURN CASE WHEN FOUND THEN 0 ELSE 3 END; -- there already, or no such version
END
$$;

-- The same for ballots that no citizen cast: only a demonstration takes them.  4: it is not one.
CREATE OR REPLACE FUNCTION intake.drop_batch_synthetic(
    p_batch_id bytea, p_survey_id bigint, p_version_id bigint, p_epoch_id bigint,
    p_accepted_us bigint, p_n integer, p_box_hashes bytea, p_sealed bytea)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM core.survey WHERE survey_id = p_survey_id AND sample = 'demonstration';
    IF NOT FOUND THEN
        RETURN 4;
    END IF;
    RETURN intake.drop_batch(p_batch_id, p_survey_id, p_version_id, p_epoch_id, p_accepted_us, p_n,
                             p_box_hashes, p_sealed);
END
$$;

-- What ballots are sealed to now; no row before the first tally.
CREATE OR REPLACE FUNCTION intake.newest_key(OUT epoch_id bigint, OUT public_key bytea)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.epoch_id, k.public_key FROM intake.epoch_key k
    WHERE k.destroyed_at IS NULL ORDER BY k.epoch_id DESC LIMIT 1
$$;

-- Mark an epoch's key destroyed and blank its escrow; the secret half goes after this commit.
-- 0: done; 1: a batch in box or quarantine still names it; 2: unknown, or destroyed before.
-- Several statements, since one UPDATE with NOT EXISTS would look at the box before it waits for the
-- lock of a drop_batch in progress, and not again after it.
CREATE OR REPLACE FUNCTION intake.destroy_key(p_epoch_id bigint)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1, (p_epoch_id % 2147483647)::integer); -- waits for drop_batch
    PERFORM FROM intake.epoch_key WHERE epoch_id = p_epoch_id AND destroyed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    IF EXISTS (SELECT FROM intake.batch WHERE epoch_id = p_epoch_id)
       OR EXISTS (SELECT FROM intake.quarantine WHERE epoch_id = p_epoch_id) THEN
        RETURN 1;
    END IF;
    UPDATE intake.epoch_key SET destroyed_at = now(), escrow = '' WHERE epoch_id = p_epoch_id;
    RETURN 0;
END
$$;

-- The operator's recovery key.  0: stored; 1: there is one and p_replace is false; 2: not a key.
CREATE OR REPLACE FUNCTION intake.put_recovery_key(p_public_key bytea, p_replace boolean)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF length(p_public_key) IS DISTINCT FROM 32 THEN
        RETURN 2;
    END IF;
    LOCK TABLE intake.recovery_key IN SHARE ROW EXCLUSIVE MODE; -- two at once: one is told of the other
    IF p_replace IS NOT TRUE AND EXISTS (SELECT FROM intake.recovery_key) THEN
        RETURN 1;
    END IF;
    INSERT INTO intake.recovery_key (public_key) VALUES (p_public_key);
    RETURN 0;
END
$$;

-- Counts for `minyi status`: never a sealed byte, a hash or a key.

CREATE OR REPLACE FUNCTION intake.box_state(OUT survey_id bigint, OUT ballots bigint, OUT batches bigint,
                                            OUT oldest_us bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT b.survey_id, sum(b.n)::bigint, count(*)::bigint, min(b.accepted_us)
    FROM intake.batch b GROUP BY b.survey_id
$$;

-- Ballots that arrived before a time, microseconds since 1970: has the tally passed them by?
CREATE OR REPLACE FUNCTION intake.box_before(p_us bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(n), 0)::bigint FROM intake.batch WHERE accepted_us < p_us
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

CREATE OR REPLACE FUNCTION intake.recovery_state(OUT keys bigint, OUT newest_s bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*)::bigint, coalesce(extract(epoch FROM max(created_at)), 0)::bigint FROM intake.recovery_key
$$;

-- What was set aside, one row each; never the sealed bytes.
CREATE OR REPLACE FUNCTION intake.quarantine_list(OUT slug text, OUT ballots integer, OUT epoch_id bigint,
                                                  OUT quarantined_at text, OUT reason text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(s.slug, '?'), q.n, q.epoch_id, to_char(q.quarantined_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), q.reason
    FROM intake.quarantine q LEFT JOIN core.survey s ON s.survey_id = q.survey_id
    ORDER BY q.quarantined_at, q.batch_id
$$;

-- Put everything that was set aside back into the box, for the next tally to try again: after a
-- restored keyring or a mended program. Gives the number of batches.
CREATE OR REPLACE FUNCTION intake.quarantine_retry() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n_batches bigint;
BEGIN
    WITH gone AS (DELETE FROM intake.quarantine RETURNING *),
    back AS (INSERT INTO intake.batch (batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed)
             SELECT batch_id, survey_id, version_id, epoch_id, accepted_us, n, box_hashes, sealed FROM gone
             ON CONFLICT DO NOTHING)
    SELECT count(*) INTO n_batches FROM gone;
    PERFORM office.audit_step('quarantine_tried_again', '', n_batches || ' batches');
    RETURN n_batches;
END
$$;

-- Give up everything that was set aside: its ballots will never be counted. Gives the number of batches.
CREATE OR REPLACE FUNCTION intake.quarantine_discard() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n_batches bigint;
    n_ballots bigint;
BEGIN
    WITH gone AS (DELETE FROM intake.quarantine RETURNING n)
    SELECT count(*), coalesce(sum(n), 0) INTO n_batches, n_ballots FROM gone;
    PERFORM office.audit_step('quarantine_given_up', '', n_batches || ' batches, ' || n_ballots || ' ballots');
    RETURN n_batches;
END
$$;
