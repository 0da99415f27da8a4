-- Spread the large tables over Citus, keyed by their random hash or id; once per table.  On plain
-- PostgreSQL it does nothing.
DO $$
DECLARE
    t text[];
    is_spread boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    FOREACH t SLICE 1 IN ARRAY ARRAY[['intake.batch', 'batch_id', 'default'],
                                     ['intake.quarantine', 'batch_id', 'intake.batch'],
                                     ['record.response', 'record_hash', 'none'],
                                     ['record.comment', 'record_hash', 'record.response'],
                                     ['intake.withdrawal', 'record_hash', 'record.response']] LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = $1::regclass)'
            INTO is_spread USING t[1];
        IF NOT is_spread THEN
            EXECUTE 'SELECT create_distributed_table($1::regclass, $2, colocate_with => $3)' USING t[1], t[2], t[3];
        END IF;
    END LOOP;
END
$$;
