-- Functions of the door office.  Run again at every `minyi migrate`.
-- Whoever acts is known by the session alone: no function believes a name that the program gives.

-- ---- the audit log ----

-- Control characters and the separators of lines and paragraphs would let a value look like another entry.
CREATE OR REPLACE FUNCTION office.one_line(p_text text, p_max integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(regexp_replace(coalesce(p_text, ''), '[\u0001-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]', '?', 'g'), p_max)
$$;

-- SHA-256 over the hash before, the number, the time in UTC and the four texts, each with its length in bytes.
CREATE OR REPLACE FUNCTION office.audit_hash(p_before bytea, p_no bigint, p_at timestamptz, p_who text, p_event text,
                                             p_subject text, p_detail text) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(p_before || convert_to(string_agg(octet_length(convert_to(x, 'UTF8')) || ':' || x, ',' ORDER BY i), 'UTF8'))
    FROM unnest(ARRAY[p_no::text, to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_who, p_event,
                      p_subject, p_detail]) WITH ORDINALITY AS u(x, i)
$$;

CREATE OR REPLACE FUNCTION office.audit_add(p_who text, p_event text, p_subject text, p_detail text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head office.audit_head;
    v_at timestamptz := clock_timestamp();
    v_who text := office.one_line(p_who, 64);
    v_event text := office.one_line(p_event, 64);
    v_subject text := office.one_line(p_subject, 128);
    v_detail text := office.one_line(p_detail, 500);
BEGIN
    SELECT * INTO STRICT head FROM office.audit_head FOR UPDATE; -- one writer at a time: a chain has one end
    head.entry_no := head.entry_no + 1;
    head.hash := office.audit_hash(head.hash, head.entry_no, v_at, v_who, v_event, v_subject, v_detail);
    INSERT INTO office.audit VALUES (head.entry_no, v_at, v_who, v_event, v_subject, v_detail, head.hash);
    UPDATE office.audit_head SET entry_no = head.entry_no, hash = head.hash;
    RETURN head.entry_no;
END
$$;

-- Of programs without a session. The name says which role of the database it was.
CREATE OR REPLACE FUNCTION office.audit_note(p_event text, p_subject text, p_detail text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.audit_add(session_user::text, p_event, p_subject, p_detail)
$$;

-- Of functions that operator and desk share: the desk's own enter what was done, with a person's name.
CREATE OR REPLACE FUNCTION office.audit_step(p_event text, p_subject text, p_detail text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.audit_add(session_user::text, p_event, p_subject, p_detail) WHERE session_user <> 'minyi_admin'
$$;

-- For `minyi audit`: everything, in order.
CREATE OR REPLACE FUNCTION office.audit_all()
RETURNS TABLE (entry_no bigint, at text, who text, event text, subject text, detail text, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.entry_no, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.who, a.event, a.subject,
           a.detail, a.hash
    FROM office.audit a ORDER BY a.entry_no
$$;
CREATE OR REPLACE FUNCTION office.audit_end() RETURNS TABLE (entry_no bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.entry_no, h.hash FROM office.audit_head h
$$;

-- ---- sessions ----

-- Idle 15 minutes, at most 8 hours, of an active person.
CREATE OR REPLACE FUNCTION office.is_live(s office.session) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.seen_at > now() - interval '15 minutes' AND s.made_at > now() - interval '8 hours'
           AND (SELECT p.is_active FROM office.person p WHERE p.person_id = s.person_id)
$$;

-- Whoever has this session, or NULL; p_enrolled: and has a second factor.
CREATE OR REPLACE FUNCTION office.actor(p_session bytea) RETURNS office.person
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p FROM office.session s JOIN office.person p USING (person_id)
    WHERE s.session_hash = p_session AND office.is_live(s) AND p.is_enrolled
$$;

-- Does a right in p_scope hold in this survey? Of all, of itself, of its unit ("@44.health") or the unit above ("@44").
CREATE OR REPLACE FUNCTION office.is_in(p_scope text, p_survey text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_scope IN ('*', p_survey) OR (p_scope LIKE '@%' AND EXISTS (
        SELECT FROM office.unit u WHERE u.survey = p_survey AND starts_with(u.unit || '.', substr(p_scope, 2) || '.')))
$$;

CREATE OR REPLACE FUNCTION office.may(p_session bytea, p_role text, p_survey text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM office.role r WHERE r.person_id = (office.actor(p_session)).person_id
                   AND r.role = p_role AND office.is_in(r.survey, p_survey))
$$;

-- The unit in which somebody begins new surveys, NULL for who has none: the first in which they are an author.
CREATE OR REPLACE FUNCTION office.own_unit(p_session bytea) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(substr(r.survey, 2)) FROM office.role r
    WHERE r.person_id = (office.actor(p_session)).person_id AND r.role = 'author' AND r.survey LIKE '@%'
$$;

-- An author of the survey, or of a unit while there is no survey of that name.
CREATE OR REPLACE FUNCTION office.may_write(p_session bytea, p_survey text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.may(p_session, 'author', p_survey)
           OR (office.own_unit(p_session) IS NOT NULL AND NOT EXISTS (SELECT FROM core.survey WHERE slug = p_survey))
$$;

-- The lock: exports and matters of roles and keys want a code that is at most 5 minutes old.
CREATE OR REPLACE FUNCTION office.is_confirmed(p_session bytea) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM office.session s WHERE s.session_hash = p_session
                   AND s.confirmed_at > now() - interval '5 minutes')
$$;

CREATE OR REPLACE FUNCTION office.audit_page(p_session bytea, p_before bigint, p_max integer)
RETURNS TABLE (entry_no bigint, at text, who text, event text, subject text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.entry_no, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), a.who, a.event, a.subject, a.detail
    FROM office.audit a WHERE office.may(p_session, 'auditor', '*') AND (p_before <= 0 OR a.entry_no < p_before)
    ORDER BY a.entry_no DESC LIMIT least(greatest(p_max, 1), 500)
$$;

CREATE OR REPLACE FUNCTION office.begin_session(p_session bytea, p_person bigint, p_how text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM office.session s WHERE NOT office.is_live(s);
    INSERT INTO office.session (session_hash, person_id) VALUES (p_session, p_person);
    PERFORM office.audit_add((SELECT name FROM office.person WHERE person_id = p_person), 'signed_in', '', p_how);
END
$$;

-- The person of a session, and that it was used now (a write at most every 20 seconds). `roles`: "role:survey" with spaces,
-- those of a unit as one for each of its surveys, too.
CREATE OR REPLACE FUNCTION office.use_session(p_session bytea)
RETURNS TABLE (person_id bigint, name text, is_enrolled boolean, confirmed_s bigint, roles text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE office.session s SET seen_at = now()
    WHERE s.session_hash = p_session AND office.is_live(s) AND s.seen_at < now() - interval '20 seconds';
    RETURN QUERY SELECT p.person_id, p.name, p.is_enrolled, extract(epoch FROM now() - s.confirmed_at)::bigint,
        coalesce((SELECT string_agg(r.role || ':' || x.survey, ' ' ORDER BY r.role, x.survey) FROM office.role r,
                  LATERAL (SELECT r.survey UNION SELECT u.survey FROM office.unit u
                           WHERE r.survey LIKE '@%' AND office.is_in(r.survey, u.survey)) AS x(survey)
                  WHERE r.person_id = p.person_id), '')
        FROM office.session s JOIN office.person p USING (person_id)
        WHERE s.session_hash = p_session AND office.is_live(s);
END
$$;

-- A new id for the same session: after a confirmation. False: there was none.
CREATE OR REPLACE FUNCTION office.renew_session(p_session bytea, p_new bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE office.session s SET session_hash = p_new, confirmed_at = now(), seen_at = now()
    WHERE s.session_hash = p_session AND office.is_live(s);
    IF FOUND THEN
        PERFORM office.audit_add((office.actor(p_new)).name, 'confirmed', '', '');
    END IF;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION office.sessions(p_session bytea)
RETURNS TABLE (mark text, made_at text, seen_at text, is_this boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(substr(sha256(s.session_hash), 1, 8), 'hex'), to_char(s.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
           to_char(s.seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), s.session_hash = p_session
    FROM office.session s WHERE s.person_id = (office.actor(p_session)).person_id AND office.is_live(s)
    ORDER BY s.made_at DESC
$$;

-- End one's own session by its mark; '' is this one, '*' all the others. Gives how many ended.
CREATE OR REPLACE FUNCTION office.end_session(p_session bytea, p_mark text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_person bigint;
    v_name text;
    n bigint;
BEGIN
    SELECT p.person_id, p.name INTO v_person, v_name FROM office.session s JOIN office.person p USING (person_id)
    WHERE s.session_hash = p_session AND office.is_live(s);
    IF v_person IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM office.session s WHERE s.person_id = v_person
        AND CASE p_mark WHEN '' THEN s.session_hash = p_session WHEN '*' THEN s.session_hash <> p_session
            ELSE encode(substr(sha256(s.session_hash), 1, 8), 'hex') = p_mark END;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n > 0 THEN
        PERFORM office.audit_add(v_name, CASE p_mark WHEN '' THEN 'signed_out' ELSE 'sessions_ended' END, '', n::text);
    END IF;
    RETURN n;
END
$$;

-- ---- signing in ----

CREATE OR REPLACE FUNCTION office.find_person(p_name text)
RETURNS TABLE (person_id bigint, password_hash text, seed_sealed bytea, is_enrolled boolean, is_active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.person_id, p.password_hash, p.seed_sealed, p.is_enrolled, p.is_active FROM office.person p WHERE p.name = p_name
$$;

-- Seconds to wait before this try; 0: go on, and the try is counted already, so that a hundred at once are a hundred.
-- Two people behind one address, or somebody who guesses at an account, make its owner wait at most a quarter of a minute.
CREATE OR REPLACE FUNCTION office.try_sign_in(p_both bytea, p_account bytea, p_address bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r record;
    n_tries integer;
    v_age double precision;
    wait double precision := 0;
BEGIN
    DELETE FROM office.attempt WHERE last_at < now() - interval '15 minutes';
    INSERT INTO office.attempt SELECT DISTINCT w, 0, now() FROM unnest(ARRAY[p_both, p_account, p_address]) AS w
        ORDER BY w ON CONFLICT DO NOTHING;
    FOR r IN SELECT w.who, w.free, w.longest FROM (VALUES (p_both, 5, 60), (p_account, 30, 15), (p_address, 60, 60))
             AS w(who, free, longest) ORDER BY w.who LOOP
        SELECT a.n, extract(epoch FROM clock_timestamp() - a.last_at) INTO n_tries, v_age
        FROM office.attempt a WHERE a.who = r.who FOR UPDATE;
        IF n_tries >= r.free THEN
            wait := greatest(wait, least(r.longest, power(2, least(n_tries - r.free, 10))) - v_age);
        END IF;
    END LOOP;
    IF wait > 0 THEN
        RETURN ceil(wait)::integer;
    END IF;
    UPDATE office.attempt SET n = n + 1, last_at = clock_timestamp() WHERE who IN (p_both, p_account, p_address);
    FOR r IN SELECT w.what FROM (VALUES (p_both, 5, 'one account from one address'), (p_account, 30, 'one account'),
                                        (p_address, 60, 'one address')) AS w(who, free, what)
             JOIN office.attempt a ON a.who = w.who AND a.n = w.free LOOP
        PERFORM office.audit_add('?', 'sign_in_slowed', '', r.what); -- once, however many more come
    END LOOP;
    RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION office.forget_tries(p_both bytea, p_account bytea, p_address bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE office.attempt SET n = CASE who WHEN p_address THEN greatest(n - 1, 0) ELSE 0 END
    WHERE who IN (p_both, p_account, p_address)
$$;

-- A code counts once, also when it comes twice at the same moment.
CREATE OR REPLACE FUNCTION office.take_step(p_person bigint, p_step bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE office.person SET last_step = p_step WHERE person_id = p_person AND last_step < p_step;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION office.take_recovery(p_person bigint, p_code_hash bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_taken boolean;
BEGIN
    DELETE FROM office.recovery WHERE person_id = p_person AND code_hash = p_code_hash;
    is_taken := FOUND;
    IF is_taken THEN
        PERFORM office.audit_add((SELECT name FROM office.person WHERE person_id = p_person), 'recovery_code_used', '',
                                 (SELECT count(*) FROM office.recovery WHERE person_id = p_person) || ' left');
    END IF;
    RETURN is_taken;
END
$$;

-- A refusal; a name that is nobody's is not kept: it may be a password in the wrong field.
CREATE OR REPLACE FUNCTION office.note_refusal(p_name text, p_why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.audit_add(coalesce((SELECT name FROM office.person WHERE name = p_name), '?'), 'sign_in_refused', '', p_why)
$$;

-- What the desk refused to somebody signed in: a page or an act that is not theirs.
CREATE OR REPLACE FUNCTION office.note_forbidden(p_session bytea, p_what text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.audit_add(coalesce((office.actor(p_session)).name, '?'), 'refused', p_what, '')
$$;

-- A seed for somebody who has none that was confirmed. False: there is one.
CREATE OR REPLACE FUNCTION office.put_seed(p_session bytea, p_sealed bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE office.person p SET seed_sealed = p_sealed FROM office.session s
    WHERE s.session_hash = p_session AND office.is_live(s) AND p.person_id = s.person_id AND NOT p.is_enrolled;
    RETURN FOUND;
END
$$;

-- The first code was right: the factor counts from now on. The recovery codes are hashes of 32 bytes, end to end.
CREATE OR REPLACE FUNCTION office.enrol(p_session bytea, p_step bigint, p_code_hashes bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_person bigint;
    v_name text;
BEGIN
    IF coalesce(length(p_code_hashes), 0) = 0 OR length(p_code_hashes) % 32 <> 0 THEN
        RETURN false;
    END IF;
    UPDATE office.person p SET is_enrolled = true, last_step = p_step FROM office.session s
    WHERE s.session_hash = p_session AND office.is_live(s) AND p.person_id = s.person_id AND NOT p.is_enrolled
          AND p.seed_sealed IS NOT NULL
    RETURNING p.person_id, p.name INTO v_person, v_name;
    IF v_person IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM office.recovery WHERE person_id = v_person;
    INSERT INTO office.recovery SELECT v_person, substr(p_code_hashes, 1 + 32 * i, 32)
        FROM generate_series(0, length(p_code_hashes) / 32 - 1) AS i;
    PERFORM office.audit_add(v_name, 'second_factor_set', '', '');
    RETURN true;
END
$$;

-- One's own password; the other sessions end.
CREATE OR REPLACE FUNCTION office.change_password(p_session bytea, p_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who office.person := office.actor(p_session);
BEGIN
    IF who.person_id IS NULL OR NOT office.is_confirmed(p_session) THEN
        RETURN false;
    END IF;
    UPDATE office.person SET password_hash = p_hash WHERE person_id = who.person_id;
    DELETE FROM office.session WHERE person_id = who.person_id AND session_hash <> p_session;
    PERFORM office.audit_add(who.name, 'password_changed', '', '');
    RETURN true;
END
$$;

-- ---- people ----

-- 0 done; 1 not allowed; 2 no such person, or it is there already; 3 the last administrator cannot go; 4 one's own self
CREATE OR REPLACE FUNCTION office.add_person(p_session bytea, p_name text, p_hash text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (office.may(p_session, 'administrator', '*') AND office.is_confirmed(p_session)) THEN
        RETURN 1;
    END IF;
    INSERT INTO office.person (name, password_hash) VALUES (p_name, p_hash) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'person_added', p_name, '');
    RETURN 0;
EXCEPTION WHEN check_violation THEN
    RETURN 2;
END
$$;

-- Somebody who can sign in and administer, beside p_person.
CREATE OR REPLACE FUNCTION office.is_last_administrator(p_person bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM office.role r JOIN office.person p USING (person_id)
                       WHERE r.role = 'administrator' AND p.is_active AND p.person_id <> p_person)
$$;

-- p_what: enable, disable (ends all sessions), reset_factor (a new telephone: enrolment at the next sign-in)
CREATE OR REPLACE FUNCTION office.set_person(p_session bytea, p_name text, p_what text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_person bigint;
BEGIN
    IF NOT (office.may(p_session, 'administrator', '*') AND office.is_confirmed(p_session)) THEN
        RETURN 1;
    END IF;
    PERFORM FROM office.audit_head FOR UPDATE; -- one such change at a time: two cannot remove each other
    SELECT person_id INTO v_person FROM office.person WHERE name = p_name;
    IF v_person IS NULL OR p_what NOT IN ('enable', 'disable', 'reset_factor') THEN
        RETURN 2;
    ELSIF v_person = (office.actor(p_session)).person_id THEN
        RETURN 4;
    ELSIF p_what = 'disable' AND office.is_last_administrator(v_person) THEN
        RETURN 3;
    END IF;
    IF p_what = 'reset_factor' THEN
        UPDATE office.person SET seed_sealed = NULL, is_enrolled = false WHERE person_id = v_person;
        DELETE FROM office.recovery WHERE person_id = v_person;
    ELSE
        UPDATE office.person SET is_active = p_what = 'enable' WHERE person_id = v_person;
    END IF;
    IF p_what <> 'enable' THEN
        DELETE FROM office.session WHERE person_id = v_person;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'person_' || p_what, p_name, '');
    RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION office.set_role(p_session bytea, p_name text, p_role text, p_survey text, p_has boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_person bigint;
BEGIN
    IF NOT (office.may(p_session, 'administrator', '*') AND office.is_confirmed(p_session)) THEN
        RETURN 1;
    END IF;
    PERFORM FROM office.audit_head FOR UPDATE;
    SELECT person_id INTO v_person FROM office.person WHERE name = p_name;
    IF v_person IS NULL OR (p_has AND p_survey <> '*' AND p_survey NOT LIKE '@%' AND NOT EXISTS (SELECT FROM core.survey WHERE slug = p_survey)) THEN
        RETURN 2;
    ELSIF v_person = (office.actor(p_session)).person_id THEN
        RETURN 4; -- nobody gives rights to themselves
    ELSIF NOT p_has AND p_role = 'administrator' AND office.is_last_administrator(v_person) THEN
        RETURN 3;
    END IF;
    IF p_has THEN
        INSERT INTO office.role VALUES (v_person, p_role, p_survey) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM office.role WHERE person_id = v_person AND role = p_role AND survey = p_survey;
    END IF;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, CASE WHEN p_has THEN 'role_given' ELSE 'role_taken' END,
                             p_name, p_role || ':' || p_survey);
    RETURN 0;
EXCEPTION WHEN check_violation THEN
    RETURN 2;
END
$$;

-- '' takes the survey out of its unit.
CREATE OR REPLACE FUNCTION office.set_unit(p_session bytea, p_survey text, p_unit text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (office.may(p_session, 'administrator', '*') AND office.is_confirmed(p_session)) THEN
        RETURN 1;
    ELSIF NOT EXISTS (SELECT FROM core.survey WHERE slug = p_survey) THEN
        RETURN 2;
    END IF;
    IF p_unit = '' THEN
        DELETE FROM office.unit WHERE survey = p_survey;
    ELSE
        INSERT INTO office.unit VALUES (p_survey, p_unit) ON CONFLICT (survey) DO UPDATE SET unit = excluded.unit;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'unit_set', p_survey, p_unit);
    RETURN 0;
EXCEPTION WHEN check_violation THEN
    RETURN 2;
END
$$;

CREATE OR REPLACE FUNCTION office.units(p_session bytea) RETURNS TABLE (survey text, unit text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.slug, coalesce(u.unit, '') FROM core.survey s LEFT JOIN office.unit u ON u.survey = s.slug
    WHERE office.may(p_session, 'administrator', '*') ORDER BY s.slug
$$;

CREATE OR REPLACE FUNCTION office.people(p_session bytea)
RETURNS TABLE (name text, is_active boolean, is_enrolled boolean, made_on text, roles text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.name, p.is_active, p.is_enrolled, to_char(p.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
           coalesce((SELECT string_agg(r.role || ':' || r.survey, ' ' ORDER BY r.role, r.survey) FROM office.role r
                     WHERE r.person_id = p.person_id), '')
    FROM office.person p WHERE office.may(p_session, 'administrator', '*') ORDER BY p.name
$$;

-- ---- the operator's `minyi user` ----

-- 0 done; 2 there is already somebody of that name (a new password is set with p_replace), or the name or a role is not one
CREATE OR REPLACE FUNCTION office.operator_put_person(p_name text, p_hash text, p_role text, p_survey text, p_replace boolean)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_person bigint;
    v_is_new boolean;
BEGIN
    SELECT person_id INTO v_person FROM office.person WHERE name = p_name;
    v_is_new := v_person IS NULL;
    IF v_is_new = p_replace THEN
        RETURN 2;
    END IF;
    IF v_is_new THEN
        INSERT INTO office.person (name, password_hash) VALUES (p_name, p_hash) RETURNING person_id INTO v_person;
        INSERT INTO office.role VALUES (v_person, p_role, p_survey);
        PERFORM office.audit_add(session_user::text, 'person_added', p_name, p_role || ':' || p_survey);
    ELSE -- the way back in: a new password, a new second factor, all sessions ended
        UPDATE office.person SET password_hash = p_hash, seed_sealed = NULL, is_enrolled = false, is_active = true
        WHERE person_id = v_person;
        DELETE FROM office.recovery WHERE person_id = v_person;
        DELETE FROM office.session WHERE person_id = v_person;
        PERFORM office.audit_add(session_user::text, 'person_reset', p_name, '');
    END IF;
    RETURN 0;
EXCEPTION WHEN check_violation THEN
    RETURN 2;
END
$$;

CREATE OR REPLACE FUNCTION office.operator_people()
RETURNS TABLE (name text, is_active boolean, is_enrolled boolean, roles text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.name, p.is_active, p.is_enrolled,
           coalesce((SELECT string_agg(r.role || ':' || r.survey, ' ' ORDER BY r.role, r.survey) FROM office.role r
                     WHERE r.person_id = p.person_id), '')
    FROM office.person p ORDER BY p.name
$$;

-- ---- what the desk shows and asks for ----

-- One row per survey that the session may see at all.
CREATE OR REPLACE FUNCTION office.surveys(p_session bytea, p_lang text)
RETURNS TABLE (slug text, title text, state text, sample text, version_no integer, waiting bigint, counted bigint, tallied_at text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.slug, coalesce(v.definition::json -> 'title' ->> p_lang, v.definition::json -> 'title' ->> (v.definition::json -> 'langs' ->> 0), s.slug),
           s.state, s.sample, v.version_no,
           coalesce((SELECT sum(b.n) FROM intake.batch b WHERE b.survey_id = s.survey_id), 0)::bigint,
           coalesce((SELECT sum(o.n) FROM publish.opening o WHERE o.survey_id = s.survey_id), 0)::bigint,
           coalesce((SELECT to_char(c.tallied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM publish.current c
                     WHERE c.survey_id = s.survey_id), '')
    FROM core.survey s LEFT JOIN core.version v ON v.version_id = s.current_version
    WHERE EXISTS (SELECT FROM office.role r WHERE r.person_id = (office.actor(p_session)).person_id
                  AND r.role IN ('viewer', 'analyst', 'author') AND office.is_in(r.survey, s.slug))
    ORDER BY s.slug
$$;

-- Counted ballots by the day of their opening, the newest first.
CREATE OR REPLACE FUNCTION office.days(p_session bytea, p_slug text, p_max integer) RETURNS TABLE (day text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.opened_on::text, sum(o.n)::bigint FROM publish.opening o JOIN core.survey s USING (survey_id)
    WHERE s.slug = p_slug AND (office.may(p_session, 'viewer', p_slug) OR office.may(p_session, 'analyst', p_slug))
    GROUP BY o.opened_on ORDER BY o.opened_on DESC LIMIT least(greatest(p_max, 1), 400)
$$;

-- The last runs of the tally.
CREATE OR REPLACE FUNCTION office.runs(p_session bytea, p_max integer)
RETURNS TABLE (run_id bigint, kind text, started_at text, seconds double precision, outcome text, opened bigint, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.run_id, r.kind, to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
           extract(epoch FROM coalesce(r.finished_at, now()) - r.started_at)::double precision, r.outcome, r.opened, r.waiting
    FROM publish.run r WHERE (office.actor(p_session)).person_id IS NOT NULL
    ORDER BY r.run_id DESC LIMIT least(greatest(p_max, 1), 50)
$$;

-- Ask for a run. 0 asked; 1 not allowed; 2 one waits already.
CREATE OR REPLACE FUNCTION office.ask_count(p_session bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who office.person := office.actor(p_session);
BEGIN
    IF NOT EXISTS (SELECT FROM office.role r WHERE r.person_id = who.person_id AND r.role IN ('viewer', 'analyst', 'author')) THEN
        RETURN 1;
    END IF;
    PERFORM FROM office.audit_head FOR UPDATE;
    IF EXISTS (SELECT FROM office.count_request WHERE run_id IS NULL) THEN
        RETURN 2;
    END IF;
    INSERT INTO office.count_request (asked_by) VALUES (who.name);
    PERFORM office.audit_add(who.name, 'count_asked', '', '');
    RETURN 0;
END
$$;

-- The newest request: nothing where none was ever made.
CREATE OR REPLACE FUNCTION office.last_count(p_session bytea)
RETURNS TABLE (asked_by text, asked_at text, outcome text, opened bigint, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.asked_by, to_char(c.asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
           CASE WHEN c.run_id IS NULL THEN 'asked' ELSE coalesce(r.outcome, 'killed') END, coalesce(r.opened, 0), coalesce(r.waiting, 0)
    FROM office.count_request c LEFT JOIN publish.run r USING (run_id)
    WHERE (office.actor(p_session)).person_id IS NOT NULL
    ORDER BY c.request_no DESC LIMIT 1
$$;

-- For the tally: is a run asked for? Then, that this run answers it.
CREATE OR REPLACE FUNCTION office.is_count_asked() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM office.count_request WHERE run_id IS NULL)
$$;
CREATE OR REPLACE FUNCTION office.answer_count(p_run bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE office.count_request SET run_id = p_run WHERE run_id IS NULL
$$;

-- Open, close, archive. 0 done; 1 not allowed; 2 no such survey.
CREATE OR REPLACE FUNCTION office.set_state(p_session bytea, p_slug text, p_state text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) THEN
        RETURN 1;
    END IF;
    UPDATE core.survey SET state = p_state WHERE slug = p_slug AND state <> p_state;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'survey_' || p_state, p_slug, '');
    RETURN 0;
EXCEPTION WHEN check_violation THEN
    RETURN 2;
END
$$;

-- Mark a survey as sensitive: its author or an analyst may; taking the mark away is the operator's (minyi sensitive).
CREATE OR REPLACE FUNCTION office.mark_sensitive(p_session bytea, p_slug text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (office.may(p_session, 'author', p_slug) OR office.may(p_session, 'analyst', p_slug)) THEN
        RETURN 1;
    END IF;
    INSERT INTO office.sensitive (survey, set_by) SELECT slug, (office.actor(p_session)).name FROM core.survey WHERE slug = p_slug
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'marked_sensitive', p_slug, '');
    RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION office.operator_sensitive(p_slug text, p_is boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_is THEN
        INSERT INTO office.sensitive (survey, set_by) SELECT slug, session_user::text FROM core.survey WHERE slug = p_slug
            ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM office.sensitive WHERE survey = p_slug;
    END IF;
    IF FOUND THEN
        PERFORM office.audit_add(session_user::text, CASE WHEN p_is THEN 'marked_sensitive' ELSE 'unmarked_sensitive' END, p_slug, '');
    END IF;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION office.is_sensitive(p_session bytea, p_slug text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (office.actor(p_session)).person_id IS NOT NULL AND EXISTS (SELECT FROM office.sensitive WHERE survey = p_slug)
$$;

-- 0 asked; 1 not allowed; 2 a request of theirs waits already, or was given and not used
CREATE OR REPLACE FUNCTION office.ask_approval(p_session bytea, p_slug text, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who office.person := office.actor(p_session);
BEGIN
    IF NOT office.may(p_session, 'analyst', p_slug) THEN
        RETURN 1;
    END IF;
    PERFORM FROM office.audit_head FOR UPDATE;
    IF EXISTS (SELECT FROM office.approval a WHERE a.survey = p_slug AND a.asked_by = who.person_id AND a.used_at IS NULL
               AND coalesce(a.given_at, now()) > now() - interval '1 day') THEN
        RETURN 2;
    END IF;
    INSERT INTO office.approval (survey, asked_by, reason) VALUES (p_slug, who.person_id, office.one_line(p_reason, 300));
    PERFORM office.audit_add(who.name, 'export_asked', p_slug, p_reason);
    RETURN 0;
END
$$;

-- Another analyst of the survey, or an administrator, agrees. 0 done; 1 not allowed; 2 no such request; 4 their own
CREATE OR REPLACE FUNCTION office.give_approval(p_session bytea, p_id bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who office.person := office.actor(p_session);
    v office.approval;
BEGIN
    SELECT * INTO v FROM office.approval a WHERE a.approval_id = p_id AND a.given_at IS NULL FOR UPDATE;
    IF v.approval_id IS NULL THEN
        RETURN 2;
    ELSIF NOT (office.may(p_session, 'analyst', v.survey) OR office.may(p_session, 'administrator', '*'))
          OR NOT office.is_confirmed(p_session) THEN
        RETURN 1;
    ELSIF v.asked_by = who.person_id THEN
        RETURN 4;
    END IF;
    UPDATE office.approval SET given_by = who.person_id, given_at = now() WHERE approval_id = p_id;
    PERFORM office.audit_add(who.name, 'export_approved', v.survey, (SELECT name FROM office.person WHERE person_id = v.asked_by));
    RETURN 0;
END
$$;

-- Requests that the session may see: an administrator all, others those of their surveys. The newest first.
CREATE OR REPLACE FUNCTION office.approvals(p_session bytea)
RETURNS TABLE (approval_id bigint, survey text, asked_by text, reason text, asked_at text, state text, is_own boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.approval_id, a.survey, p.name, a.reason, to_char(a.asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
           CASE WHEN a.used_at IS NOT NULL THEN 'used' WHEN a.given_at < now() - interval '1 day' THEN 'expired'
                WHEN a.given_at IS NOT NULL THEN 'given' ELSE 'asked' END,
           a.asked_by = (office.actor(p_session)).person_id
    FROM office.approval a JOIN office.person p ON p.person_id = a.asked_by
    WHERE office.may(p_session, 'analyst', a.survey) OR office.may(p_session, 'administrator', '*')
    ORDER BY a.approval_id DESC LIMIT 50
$$;

-- An export begins: who may, and that they did, is in the log before the first row is read.
-- 0 go on; 1 not allowed; 2 sensitive: a second person has not agreed (any more)
CREATE OR REPLACE FUNCTION office.begin_export(p_session bytea, p_slug text, p_version integer, p_format text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who office.person := office.actor(p_session);
    v_approval bigint;
BEGIN
    IF NOT office.may(p_session, 'analyst', p_slug) OR NOT office.is_confirmed(p_session) THEN
        PERFORM office.audit_add(coalesce(who.name, '?'), 'export_refused', p_slug, p_format);
        RETURN 1;
    END IF;
    IF EXISTS (SELECT FROM office.sensitive WHERE survey = p_slug) THEN
        UPDATE office.approval SET used_at = now() WHERE approval_id = (
            SELECT a.approval_id FROM office.approval a WHERE a.survey = p_slug AND a.asked_by = who.person_id
            AND a.given_at > now() - interval '1 day' AND a.used_at IS NULL ORDER BY a.approval_id LIMIT 1 FOR UPDATE)
        RETURNING approval_id INTO v_approval;
        IF v_approval IS NULL THEN
            PERFORM office.audit_add(who.name, 'export_refused', p_slug, p_format || ', not approved');
            RETURN 2;
        END IF;
    END IF;
    PERFORM office.audit_add(who.name, 'export', p_slug, CASE p_version WHEN 0 THEN 'current version' ELSE 'version ' || p_version END || ' as ' || p_format);
    RETURN 0;
END
$$;

-- The last export that this session began of the survey, in the last ten minutes: what the two below ask for.
CREATE OR REPLACE FUNCTION office.may_read(p_session bytea, p_survey bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.may(p_session, 'analyst', s.slug) AND EXISTS (
        SELECT FROM office.audit a WHERE a.event = 'export' AND a.subject = s.slug AND a.who = (office.actor(p_session)).name
        AND a.at > now() - interval '10 minutes')
    FROM core.survey s WHERE s.survey_id = p_survey
$$;

-- NULL: not allowed.
CREATE OR REPLACE FUNCTION office.export_count(p_session bytea, p_survey bigint, p_version bigint, OUT n bigint, OUT n_others bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN office.may_read(p_session, p_survey) THEN count(*) FILTER (WHERE version_id = p_version) END,
           count(*) FILTER (WHERE version_id <> p_version)
    FROM record.response WHERE survey_id = p_survey
$$;

-- Day of the opening, codes, comments by the number of their question. No hash of a receipt, no order of arrival.
CREATE OR REPLACE FUNCTION office.export_rows(p_session bytea, p_survey bigint, p_version bigint, p_comments boolean)
RETURNS TABLE (day integer, codes bytea, comments text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT coalesce(office.may_read(p_session, p_survey), false) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT r.opened_on - date '2000-01-01', r.codes,
        CASE WHEN p_comments THEN (SELECT jsonb_object_agg(c.node::text, c.body)::text FROM record.comment c
                                   WHERE c.record_hash = r.record_hash) END
        FROM record.response r WHERE r.survey_id = p_survey AND r.version_id = p_version;
END
$$;

-- ---- authoring ----

-- The number of the new draft; -1 not allowed (a survey that is not there yet takes an author of all or of a unit); -2 the database does
-- not know its time zone.
CREATE OR REPLACE FUNCTION office.put_draft(p_session bytea, p_slug text, p_sample text, p_zone text, p_definition text, p_hash bytea)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id bigint;
BEGIN
    IF NOT office.may_write(p_session, p_slug) THEN
        PERFORM office.audit_add(coalesce((office.actor(p_session)).name, '?'), 'refused', 'draft of ' || p_slug, '');
        RETURN -1;
    ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_timezone_names WHERE name = p_zone) THEN
        RETURN -2;
    END IF;
    DELETE FROM office.draft WHERE made_at < now() - interval '30 days';
    INSERT INTO office.draft (slug, sample, definition, definition_hash, made_by)
    VALUES (p_slug, p_sample, p_definition, p_hash, (office.actor(p_session)).person_id) RETURNING draft_id INTO v_id;
    RETURN v_id;
END
$$;

-- Is the draft one that the session's person works on: of a survey of theirs, or of a new one that they began?
CREATE OR REPLACE FUNCTION office.may_draft(p_session bytea, d office.draft) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT office.may(p_session, 'author', d.slug)
        OR (office.may_write(p_session, d.slug) AND d.made_by = (office.actor(p_session)).person_id)
$$;

-- Put other words into a draft. 0 done; 1 there is none, or it is not theirs; 2 it is not any more what p_base, the SHA-256 of its
-- definition, says.
CREATE OR REPLACE FUNCTION office.change_draft(p_session bytea, p_id bigint, p_base bytea, p_definition text, p_hash bytea)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d office.draft;
BEGIN
    SELECT * INTO d FROM office.draft WHERE draft_id = p_id FOR UPDATE;
    IF d.draft_id IS NULL OR NOT office.may_draft(p_session, d) THEN
        RETURN 1;
    ELSIF sha256(convert_to(d.definition, 'UTF8')) <> p_base THEN
        RETURN 2;
    END IF;
    UPDATE office.draft SET definition = p_definition, definition_hash = p_hash, made_at = now(), made_by = (office.actor(p_session)).person_id
    WHERE draft_id = p_id;
    RETURN 0;
END
$$;

-- A draft of a survey whose author the session's person is.
CREATE OR REPLACE FUNCTION office.draft(p_session bytea, p_id bigint)
RETURNS TABLE (slug text, definition text, made_by text, made_at text, current_definition text, is_current boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.slug, d.definition, p.name, to_char(d.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), v.definition,
           coalesce(v.definition_hash = d.definition_hash, false)
    FROM office.draft d JOIN office.person p ON p.person_id = d.made_by LEFT JOIN core.survey s ON s.slug = d.slug
    LEFT JOIN core.version v ON v.version_id = s.current_version
    WHERE d.draft_id = p_id AND office.may_draft(p_session, d)
$$;

CREATE OR REPLACE FUNCTION office.drafts(p_session bytea) RETURNS TABLE (draft_id bigint, slug text, made_by text, made_at text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.draft_id, d.slug, p.name, to_char(d.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    FROM office.draft d JOIN office.person p ON p.person_id = d.made_by
    WHERE office.may_draft(p_session, d)
    ORDER BY d.draft_id DESC LIMIT 20
$$;

-- The number of the version; -1 not allowed; -2 no such draft; -3 the survey was published with another sample or access; -4 it is
-- not any more what was looked at (p_base: the SHA-256 of its definition).
DROP FUNCTION IF EXISTS office.publish_draft(bytea, bigint); -- of older versions
CREATE OR REPLACE FUNCTION office.publish_draft(p_session bytea, p_id bigint, p_base bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d office.draft;
    r record;
    v_person bigint := (office.actor(p_session)).person_id;
    v_unit text;
BEGIN
    SELECT * INTO d FROM office.draft WHERE draft_id = p_id FOR UPDATE;
    IF d.draft_id IS NULL THEN
        RETURN -2;
    ELSIF NOT office.is_confirmed(p_session) THEN
        RETURN -1;
    ELSIF NOT office.may(p_session, 'author', d.slug) THEN
        v_unit := office.own_unit(p_session); -- a first version: the survey becomes that unit's
        IF d.made_by <> v_person OR NOT office.may_write(p_session, d.slug) THEN
            RETURN -1;
        END IF;
    END IF;
    IF sha256(convert_to(d.definition, 'UTF8')) <> p_base THEN
        RETURN -4;
    END IF;
    SELECT * INTO r FROM core.publish_version(d.slug, d.sample, d.definition, d.definition_hash);
    IF r.sample_changed THEN
        RETURN -3;
    END IF;
    DELETE FROM office.draft WHERE draft_id = p_id;
    IF v_unit IS NOT NULL THEN
        INSERT INTO office.unit VALUES (d.slug, v_unit);
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'version_published', d.slug, 'version ' || r.version_no);
    RETURN r.version_no;
END
$$;

-- ---- paper forms, keyed in ----

-- What they are checked against and sealed to; nothing for who is no author of it, where it is closed or by invitation.
CREATE OR REPLACE FUNCTION office.keying(p_session bytea, p_slug text)
RETURNS TABLE (survey_id bigint, version_id bigint, definition text, epoch_id bigint, public_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.survey_id, v.version_id, v.definition, k.epoch_id, k.public_key
    FROM core.survey s JOIN core.version v ON v.version_id = s.current_version, intake.newest_key() k
    WHERE s.slug = p_slug AND s.state = 'open' AND NOT v.is_by_invitation AND office.may(p_session, 'author', p_slug)
$$;

-- One sealed ballot into the box. 0 done (again: no harm); 1 not allowed; 2 not a ballot of an open survey, or its key is gone
CREATE OR REPLACE FUNCTION office.drop_keyed(p_session bytea, p_slug text, p_label text, p_batch_id bytea, p_version bigint,
                                             p_epoch bigint, p_us bigint, p_box_hash bytea, p_sealed bytea)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_survey bigint;
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) THEN
        RETURN 1;
    END IF;
    SELECT s.survey_id INTO v_survey FROM core.survey s WHERE s.slug = p_slug AND s.state = 'open' AND s.current_version = p_version;
    IF v_survey IS NULL OR length(p_box_hash) <> 16
       OR intake.drop_batch(p_batch_id, v_survey, p_version, p_epoch, p_us, 1, p_box_hash, p_sealed) <> 0 THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'form_keyed', p_slug, p_label);
    RETURN 0;
END
$$;

-- ---- weights and invitations ----

-- Margins as of a day; '' takes them away. 0 done; 1 not allowed; 2 no such survey or day
CREATE OR REPLACE FUNCTION office.add_margins(p_session bytea, p_slug text, p_as_of text, p_source text, p_body text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_survey bigint;
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) THEN
        RETURN 1;
    END IF;
    SELECT survey_id INTO v_survey FROM core.survey WHERE slug = p_slug;
    IF core.add_margins(v_survey, p_as_of::date, office.one_line(p_source, 300), p_body) IS NULL THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'margins_set', p_slug,
                             p_as_of || ' ' || CASE p_body WHEN '' THEN 'none' ELSE p_source END);
    RETURN 0;
EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
    RETURN 2;
END
$$;

CREATE OR REPLACE FUNCTION office.margins(p_session bytea, p_slug text) RETURNS TABLE (as_of text, source text, is_none boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.as_of::text, m.source, m.body = '' FROM core.margins m JOIN core.survey s USING (survey_id)
    WHERE s.slug = p_slug AND office.may(p_session, 'author', p_slug) ORDER BY m.as_of DESC, m.margins_id DESC LIMIT 20
$$;

-- Hashes of codes, 16 bytes each. 0 done; 1 not allowed; 2 not a survey by invitation
CREATE OR REPLACE FUNCTION office.add_invitations(p_session bytea, p_slug text, p_hashes bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_survey bigint;
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) OR NOT office.is_confirmed(p_session) THEN
        RETURN 1;
    END IF;
    SELECT survey_id INTO v_survey FROM core.survey WHERE slug = p_slug;
    IF intake.add_invitations(v_survey, p_hashes) < 0 THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'codes_made', p_slug, (length(p_hashes) / 16)::text);
    RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION office.invitations_left(p_session bytea, p_slug text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT intake.invitations_left(s.survey_id) FROM core.survey s WHERE s.slug = p_slug AND office.may(p_session, 'author', p_slug)
$$;

-- ---- versions, and what of them compares; waves ----

-- Names with commas between; for an author of the survey.
CREATE OR REPLACE FUNCTION office.comparable(p_session bytea, p_slug text, p_a integer, p_b integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(string_agg(c.question, ',' ORDER BY c.question), '') FROM publish.comparable c JOIN core.survey s USING (survey_id)
    WHERE s.slug = p_slug AND c.version_a = p_a AND c.version_b = p_b AND office.may(p_session, 'author', p_slug)
$$;

-- 0 done; 1 not allowed; 2 no such versions
CREATE OR REPLACE FUNCTION office.set_comparable(p_session bytea, p_slug text, p_a integer, p_b integer, p_questions text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) THEN
        RETURN 1;
    ELSIF publish.set_comparable(p_slug, p_a, p_b, p_questions) <> 0 THEN
        RETURN 2;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'comparable_set', p_slug,
                             p_a || ', ' || p_b || ': ' || array_to_string(p_questions, ', '));
    RETURN 0;
END
$$;

CREATE OR REPLACE FUNCTION office.waves(p_session bytea, p_slug text) RETURNS TABLE (name text, first_day text, last_day text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.name, w.first_day::text, w.last_day::text FROM publish.wave w JOIN core.survey s USING (survey_id)
    WHERE s.slug = p_slug AND office.may(p_session, 'author', p_slug) ORDER BY w.wave
$$;

-- 0 done; 1 not allowed; 2 not in the order of their days, without overlap; 3 ballots whose responses are deleted would change theirs
CREATE OR REPLACE FUNCTION office.set_waves(p_session bytea, p_slug text, p_names text[], p_first text[], p_last text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_code smallint;
BEGIN
    IF NOT office.may(p_session, 'author', p_slug) THEN
        RETURN 1;
    END IF;
    v_code := publish.set_waves(p_slug, p_names, p_first, p_last);
    IF v_code <> 0 THEN
        RETURN CASE v_code WHEN 3 THEN 3 ELSE 2 END;
    END IF;
    PERFORM office.audit_add((office.actor(p_session)).name, 'waves_set', p_slug, coalesce(cardinality(p_names), 0)::text);
    RETURN 0;
END
$$;
