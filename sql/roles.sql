-- One role per program, least rights; minyi_owner owns and never serves; minyi_analyst is what a
-- person who may read the analysts' views is given.  Idempotent; run by the cluster's superuser in
-- the database minyi before `minyi migrate`, and again after an upgrade.
-- No role has a password: peer authentication maps a system user to its role.
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['minyi_owner', 'minyi_survey', 'minyi_results', 'minyi_tally',
                             'minyi_admin', 'minyi_operator', 'minyi_analyst'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I', r);
        END IF;
        EXECUTE pg_catalog.format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT '
                                  'NOREPLICATION NOBYPASSRLS', r);
    END LOOP;
    ALTER ROLE minyi_analyst NOLOGIN; -- a group: GRANT minyi_analyst TO somebody
END
$$;

-- Nothing that a serving program does may wait for ever.
ALTER ROLE minyi_survey SET statement_timeout = '10s';
ALTER ROLE minyi_results SET statement_timeout = '10s';
ALTER ROLE minyi_admin SET statement_timeout = '30s';
ALTER ROLE minyi_survey SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE minyi_results SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE minyi_admin SET idle_in_transaction_session_timeout = '60s';

-- A captured program that faces the public cannot keep the tally out.
ALTER ROLE minyi_survey CONNECTION LIMIT 24;
ALTER ROLE minyi_results CONNECTION LIMIT 12;
ALTER ROLE minyi_admin CONNECTION LIMIT 8;

ALTER DATABASE minyi OWNER TO minyi_owner;
ALTER DATABASE minyi SET search_path = pg_catalog; -- every name in the programs is qualified
REVOKE ALL ON DATABASE minyi FROM PUBLIC;
GRANT CONNECT ON DATABASE minyi
    TO minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator, minyi_analyst;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO minyi_owner;

-- What the owner makes is nobody's until sql/grants.sql says so.
ALTER DEFAULT PRIVILEGES FOR ROLE minyi_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE minyi_owner REVOKE ALL ON TYPES FROM PUBLIC;

-- PostgreSQL lets everybody take advisory locks (the tally's among them) and keep large objects.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p
             WHERE p.pronamespace = 'pg_catalog'::regnamespace
               AND (p.proname LIKE 'pg\_%advisory\_%' OR p.proname LIKE 'lo\_%'
                    OR p.proname IN ('loread', 'lowrite')) LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        IF f::text LIKE '%advisory%' THEN
            EXECUTE pg_catalog.format(
                'GRANT EXECUTE ON FUNCTION %s TO minyi_owner, minyi_tally, minyi_operator', f);
        END IF;
    END LOOP;
END
$$;
