/* /readyz and /metrics: for the operator's monitoring, on the host only. */
#include "pages/survey.h"
#include "web/fcgi.h"

enum rc survey_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)rq;
    (void)e;
    struct survey_site *site = app;
    bool is_up = atomic_load(&site->intake->is_box_up), can_spool = atomic_load(&site->can_spool);
    bool has_key = intake_has_key(site->intake), has_set = atomic_load(&site->set) != NULL;
    rs->type = "text/plain; charset=utf-8";
    rs->status = has_key && has_set && (is_up || can_spool) ? 200 : 503;
    buf_printf(&rs->body, "%s\nbox %s\nspool %s\nkey %s\nquestionnaires %s\n",
               rs->status == 200 ? "ready" : "not ready", is_up ? "up" : "away",
               can_spool ? "writable" : "not writable", has_key ? "known" : "none", has_set ? "loaded" : "none");
    return RC_OK;
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *help, long long v)
{
    buf_printf(out, "# HELP minyi_survey_%s %s\n# TYPE minyi_survey_%s %s\nminyi_survey_%s %lld\n", name, help,
               name, type, name, v);
}

enum rc survey_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)rq;
    (void)e;
    struct survey_site *site = app;
    struct intake *in = site->intake;
    struct buf *out = &rs->body;
    rs->type = "text/plain; version=0.0.4; charset=utf-8";
    fcgi_metrics(out, "survey");
    unsigned long long boxed = atomic_load(&in->n_boxed), spooled = atomic_load(&in->n_spooled);
    put_metric(out, "ballots_accepted_total", "counter", "Ballots acknowledged.", (long long)(boxed + spooled));
    put_metric(out, "ballots_boxed_total", "counter", "Ballots stored in the database.", (long long)boxed);
    put_metric(out, "ballots_spooled_total", "counter", "Ballots stored in the spool.", (long long)spooled);
    put_metric(out, "ballots_refused_total", "counter", "Ballots that neither database nor spool could take.",
               (long long)atomic_load(&in->n_lost));
    put_metric(out, "batches_total", "counter", "Sealed batches written.", (long long)atomic_load(&in->n_batches));
    put_metric(out, "queue_ballots", "gauge", "Ballots waiting for the writer.",
               (long long)ballot_queue_length(site->queue));
    put_metric(out, "db_up", "gauge", "1 while the database takes ballots.", atomic_load(&in->is_box_up));
    put_metric(out, "spool_writable", "gauge", "1 while the spool can take ballots.", atomic_load(&site->can_spool));
    put_metric(out, "spool_files", "gauge", "Batches waiting in the spool.", atomic_load(&site->n_spool_files));
    put_metric(out, "spool_bad_files", "gauge", "Spool files set aside as damaged or refused.",
               atomic_load(&site->n_spool_bad));
    put_metric(out, "refreshed_timestamp_seconds", "gauge", "Last successful look for questionnaires and keys.",
               atomic_load(&site->refreshed_at));
    return RC_OK;
}
