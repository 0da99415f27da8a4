-- Who may do what.  Idempotent; run last by every `minyi migrate`, as minyi_owner, and again after a
-- node is added.  First everything is taken back, then little is given.
REVOKE ALL ON ALL TABLES IN SCHEMA core, intake, record, publish, registry, office, analyst
    FROM PUBLIC, minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator, minyi_analyst;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA core, intake, record, publish, registry, office
    FROM PUBLIC, minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator, minyi_analyst;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core, intake, record, publish, registry, office
    FROM PUBLIC, minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator, minyi_analyst;
REVOKE ALL ON SCHEMA core, intake, record, publish, registry, office, analyst
    FROM PUBLIC, minyi_survey, minyi_results, minyi_tally, minyi_admin, minyi_operator, minyi_analyst;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC;

-- survey: reads what is published, drops into the box, and can read no answer.
GRANT USAGE ON SCHEMA core, intake TO minyi_survey;
GRANT SELECT ON core.survey, core.version TO minyi_survey;
GRANT EXECUTE ON FUNCTION intake.newest_key(),
    intake.drop_batch(bytea, bigint, bigint, bigint, bigint, integer, bytea, bytea),
    intake.spend_codes(bigint, bytea, bytea),
    intake.drop_invited(bytea, bigint, bigint, bigint, bigint, integer, bytea, bytea),
    intake.receipt(bytea, bytea), intake.receipt_words(bytea, bytea), intake.withdraw(bytea, bytea) TO minyi_survey;

-- results: publications only.
GRANT USAGE ON SCHEMA publish TO minyi_results;
GRANT SELECT ON publish.publication, publish.current TO minyi_results;

GRANT USAGE ON SCHEMA registry TO minyi_results, minyi_tally, minyi_operator;
GRANT SELECT (as_of, is_demonstration, n, body) ON registry.census TO minyi_results, minyi_tally; -- no account

-- tally: opens, counts, publishes.
GRANT USAGE ON SCHEMA core, intake, record, publish, office TO minyi_tally;
GRANT EXECUTE ON FUNCTION office.is_count_asked(), office.answer_count(bigint), office.audit_note(text, text, text) TO minyi_tally;
GRANT SELECT ON core.survey, core.version, core.margins, intake.recovery_key TO minyi_tally;
GRANT SELECT, INSERT ON intake.epoch_key TO minyi_tally;
GRANT EXECUTE ON FUNCTION intake.destroy_key(bigint) TO minyi_tally; -- no UPDATE: see its comment
GRANT SELECT, DELETE ON intake.batch TO minyi_tally;
GRANT SELECT, INSERT ON intake.quarantine TO minyi_tally;
GRANT SELECT ON intake.withdrawal TO minyi_tally;
GRANT SELECT, INSERT, DELETE ON record.response, record.comment TO minyi_tally;
GRANT DELETE ON publish.cell TO minyi_tally; -- of which every ballot was withdrawn
GRANT SELECT, INSERT, UPDATE ON publish.tree, publish.tree_part TO minyi_tally;
GRANT DELETE ON publish.tree_part TO minyi_tally;
GRANT SELECT, INSERT, DELETE ON publish.tree_touched TO minyi_tally;
GRANT SELECT, INSERT, UPDATE ON publish.cell, publish.cell_retired, publish.current, publish.run, publish.opening
    TO minyi_tally;
GRANT SELECT, INSERT ON publish.publication, publish.row_kept TO minyi_tally;
GRANT SELECT ON publish.wave, publish.wave_filed, publish.comparable TO minyi_tally;
GRANT EXECUTE ON FUNCTION publish.adopt_waves(bigint), publish.forget_row(bigint, text, integer) TO minyi_tally;

-- admin: definitions and publications; no batch, no receipt hash.
GRANT USAGE ON SCHEMA core, publish, office TO minyi_admin;
GRANT SELECT ON core.survey, core.version, publish.publication, publish.current, publish.run TO minyi_admin;
GRANT EXECUTE ON FUNCTION -- tables of office: none. Who acts is known by the session alone
    office.begin_session(bytea, bigint, text), office.use_session(bytea), office.renew_session(bytea, bytea),
    office.sessions(bytea), office.end_session(bytea, text), office.find_person(text),
    office.try_sign_in(bytea, bytea, bytea), office.forget_tries(bytea, bytea, bytea), office.take_step(bigint, bigint),
    office.take_recovery(bigint, bytea), office.note_refusal(text, text), office.note_forbidden(bytea, text),
    office.put_seed(bytea, bytea), office.enrol(bytea, bigint, bytea), office.change_password(bytea, text),
    office.add_person(bytea, text, text), office.set_person(bytea, text, text),
    office.set_role(bytea, text, text, text, boolean), office.set_unit(bytea, text, text), office.units(bytea),
    office.people(bytea), office.audit_page(bytea, bigint, integer),
    office.surveys(bytea, text), office.days(bytea, text, integer), office.runs(bytea, integer), office.ask_count(bytea),
    office.last_count(bytea), office.set_state(bytea, text, text), office.begin_export(bytea, text, integer, text),
    office.mark_sensitive(bytea, text), office.is_sensitive(bytea, text), office.ask_approval(bytea, text, text),
    office.give_approval(bytea, bigint), office.approvals(bytea), office.export_count(bytea, bigint, bigint),
    office.export_rows(bytea, bigint, bigint, boolean), office.put_draft(bytea, text, text, text, text, bytea),
    office.draft(bytea, bigint), office.drafts(bytea),
    office.change_draft(bytea, bigint, bytea, text, bytea), office.publish_draft(bytea, bigint, bytea),
    office.add_margins(bytea, text, text, text, text), office.margins(bytea, text),
    office.comparable(bytea, text, integer, integer), office.set_comparable(bytea, text, integer, integer, text[]),
    office.waves(bytea, text), office.set_waves(bytea, text, text[], text[], text[]),
    office.add_invitations(bytea, text, bytea), office.invitations_left(bytea, text), office.keying(bytea, text), office.drop_keyed(bytea, text, text, bytea, bigint, bigint, bigint, bytea, bytea) TO minyi_admin;
GRANT SELECT ON core.margins TO minyi_admin;

-- operator: publishes questionnaires, imports, looks after keys and state; never answers.
GRANT USAGE ON SCHEMA core, intake, publish, office TO minyi_operator;
GRANT EXECUTE ON FUNCTION office.audit_note(text, text, text), office.audit_all(), office.audit_end(),
    office.operator_put_person(text, text, text, text, boolean), office.operator_people(),
    office.operator_sensitive(text, boolean) TO minyi_operator;
GRANT SELECT ON core.survey, core.version, core.margins, publish.publication, publish.current, publish.run TO minyi_operator;
GRANT EXECUTE ON FUNCTION
    core.publish_version(text, text, text, bytea), core.set_state(text, text),
    core.note_import(bigint, bigint, bytea, bigint, text), core.add_margins(bigint, date, text, text),
    intake.newest_key(), intake.box_state(), intake.box_before(bigint), intake.quarantine_state(),
    intake.quarantine_list(), intake.quarantine_retry(), intake.quarantine_discard(), intake.key_state(),
    intake.recovery_state(),
    intake.put_recovery_key(bytea, boolean),
    intake.drop_batch_synthetic(bytea, bigint, bigint, bigint, bigint, integer, bytea, bytea)
    TO minyi_operator;
GRANT EXECUTE ON FUNCTION intake.add_invitations(bigint, bytea), intake.invitations_left(bigint) TO minyi_operator;
GRANT SELECT ON publish.wave, publish.comparable TO minyi_operator;
GRANT EXECUTE ON FUNCTION publish.set_waves(text, text[], text[], text[]),
    publish.set_comparable(text, integer, integer, text[]) TO minyi_operator;
GRANT SELECT ON registry.census TO minyi_operator;
GRANT INSERT ON registry.account TO minyi_operator; -- a census, once: see fn_registry.sql
GRANT EXECUTE ON FUNCTION registry.close_census(text, boolean, bigint, bytea, text) TO minyi_operator;

GRANT USAGE ON SCHEMA analyst TO minyi_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA analyst TO minyi_analyst;
