-- Forget one publication of a row. The tally says which nobody needs any more; what is younger than 150 days
-- stays whatever it says, for by these figures alone it knows what may be published tonight.
-- Returns the number of rows that went, 0 or 1.
CREATE OR REPLACE FUNCTION publish.forget_row(of_survey bigint, of_address text, of_day integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM publish.row_kept k
        WHERE k.survey_id = of_survey AND k.address = of_address AND k.day = of_day
          AND k.day < (current_date - date '2000-01-01') - 150
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$$;
