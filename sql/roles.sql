-- One role per program, least rights; minyi_owner owns and never serves; minyi_analyst is what a
-- person who may read the analysts' views is given.  Idempotent; run by the cluster's superuser.
-- No role has a password: peer authentication maps a system user to its role.
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['minyi_owner', 'minyi_survey', 'minyi_results', 'minyi_tally',
                             'minyi_admin', 'minyi_operator'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', r);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'minyi_analyst') THEN
        CREATE ROLE minyi_analyst NOLOGIN;
    END IF;
END
$$;
-- Nothing that a serving program does may wait for ever.
ALTER ROLE minyi_survey SET statement_timeout = '10s';
ALTER ROLE minyi_results SET statement_timeout = '10s';
ALTER ROLE minyi_admin SET statement_timeout = '30s';
