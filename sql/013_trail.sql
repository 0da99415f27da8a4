-- What the operator's and the tally's programs publish or do to keys leaves a line in the audit log, whichever
-- path it took. What the desk does is entered by its own functions, with the name of the person.
-- Deferred to the end of the transaction: the log's one writer at a time never waits for a long one.
CREATE FUNCTION office.trail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_event text;
    v_subject text := '';
    v_detail text := '';
BEGIN
    CASE TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME
    WHEN 'core.version' THEN
        v_event := 'version_published';
        v_detail := 'version ' || NEW.version_no;
    WHEN 'core.survey' THEN
        v_event := CASE WHEN OLD.state <> NEW.state THEN 'survey_' || NEW.state ELSE 'version_current' END;
        v_detail := CASE WHEN OLD.state = NEW.state THEN 'version ' || (SELECT version_no FROM core.version WHERE version_id = NEW.current_version)
                         ELSE '' END;
    WHEN 'core.margins' THEN
        v_event := 'margins_set';
        v_detail := NEW.as_of || ' ' || CASE NEW.body WHEN '' THEN 'none' ELSE NEW.source END;
    WHEN 'publish.publication' THEN
        v_event := 'figures_published';
        v_detail := 'publication ' || NEW.publication_id || ' sha256 ' || encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex');
    WHEN 'registry.census' THEN
        v_event := 'census_published';
        v_subject := NEW.as_of::text;
        v_detail := NEW.n || ' accounts, file ' || encode(NEW.file_hash, 'hex');
    WHEN 'intake.recovery_key' THEN
        v_event := 'recovery_key_set';
        v_detail := encode(NEW.public_key, 'hex');
    WHEN 'intake.epoch_key' THEN
        v_event := CASE TG_OP WHEN 'INSERT' THEN 'key_made' ELSE 'key_destroyed' END;
        v_subject := NEW.epoch_id::text;
        v_detail := encode(NEW.public_key, 'hex');
    END CASE;
    IF v_subject = '' AND v_event NOT LIKE '%key%' THEN
        v_subject := coalesce((SELECT s.slug FROM core.survey s WHERE s.survey_id = NEW.survey_id), '?');
    END IF;
    PERFORM office.audit_add(session_user::text, v_event, v_subject, v_detail);
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON core.version DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (session_user <> 'minyi_admin') EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER UPDATE ON core.survey DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (session_user <> 'minyi_admin' AND OLD.current_version IS NOT NULL
                       AND (OLD.state <> NEW.state OR OLD.current_version <> NEW.current_version)) EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON core.margins DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (session_user <> 'minyi_admin') EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON publish.publication DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON registry.census DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON intake.recovery_key DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail AFTER INSERT ON intake.epoch_key DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION office.trail();
CREATE CONSTRAINT TRIGGER trail_end AFTER UPDATE ON intake.epoch_key DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL) EXECUTE FUNCTION office.trail();
