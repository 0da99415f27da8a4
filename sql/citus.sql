-- Spread the large tables over Citus, keyed by their random hash.  On plain PostgreSQL it does nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    EXECUTE $q$SELECT create_distributed_table('intake.batch', 'batch_id')$q$;
    EXECUTE $q$SELECT create_distributed_table('intake.quarantine', 'batch_id')$q$;
    EXECUTE $q$SELECT create_distributed_table('record.response', 'record_hash')$q$;
    EXECUTE $q$SELECT create_distributed_table('record.comment', 'record_hash', colocate_with => 'record.response')$q$;
END
$$;
