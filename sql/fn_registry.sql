-- Functions of the door registry: the accounts census.  Run again at every `minyi migrate`.

CREATE OR REPLACE TRIGGER census_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON registry.census
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change();
CREATE OR REPLACE TRIGGER account_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON registry.account
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change();

-- Accounts come before their census, in its transaction: none joins one that is there already.
CREATE OR REPLACE FUNCTION registry.refuse_late() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM registry.census c WHERE c.as_of IN (SELECT DISTINCT n.as_of FROM added n)) THEN
        RAISE EXCEPTION 'a census that is there never changes' USING ERRCODE = '55000';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER account_is_never_late AFTER INSERT ON registry.account REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_late();

-- Close a census whose accounts were copied in this transaction.  0: done; 1: not well formed, or not
-- as many accounts as were said.
CREATE OR REPLACE FUNCTION registry.close_census(
    p_as_of text, p_is_demonstration boolean, p_n bigint, p_file_hash bytea, p_body text)
RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_n > 0 AND length(p_file_hash) = 32 AND p_body::json ->> 'as_of' = p_as_of
       AND (p_body::json ->> 'total')::bigint = p_n
       AND (p_body::json ->> 'demonstration')::boolean = p_is_demonstration
       AND (SELECT count(*) FROM registry.account a WHERE a.as_of = p_as_of::date) = p_n THEN
        INSERT INTO registry.census (as_of, is_demonstration, n, file_hash, body)
        VALUES (p_as_of::date, p_is_demonstration, p_n, p_file_hash, p_body);
        RETURN 0;
    END IF;
    RETURN 1;
END
$$;
