#include "box/tally.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"

enum { WORK_BYTES = 256 * 1024 * 1024 };

void tally_fail(struct tally *t, const char *stage, const struct rc_info *e)
{
    log_error("tally_failed", kv_s("stage", stage), kv_s("code", rc_name(e->rc)), kv_s("why", e->msg));
    if (t->first.rc == RC_OK)
        t->first = *e;
}

void tally_release(struct tally *t)
{
    if (t->keys != NULL)
        sodium_memzero(t->keys, t->n_keys * sizeof *t->keys);
    t->keys = NULL;
    t->n_keys = 0;
    arena_release(&t->a);
}

static enum rc read_form(struct tally_work *w, struct tally *t, const struct tally_version *v, struct tally_form *out,
                         struct rc_info *e)
{
    struct form *f = NULL;
    struct rc_info why = {0};
    enum rc rc = form_from_json(v->definition, v->definition_len, &w->a, &f, &why);
    if (rc != RC_OK)
        return rc_set(e, rc, "version %lld of \"%s\" cannot be read: %s", (long long)v->version_no, w->survey.slug,
                      why.msg);
    *out = (struct tally_form){.open = {w->survey.survey_id, v->version_id, f}, .version_no = v->version_no};
    return tally_today(t->db, f->time_zone, &out->today, e);
}

enum rc tally_work_init(struct tally_work *w, struct tally *t, const struct tally_survey *s, struct rc_info *e)
{
    struct tally_version *v = NULL;
    size_t n = 0;
    *w = (struct tally_work){.survey = *s};
    arena_init(&w->a, WORK_BYTES);
    enum rc rc = tally_versions(t->db, s->survey_id, &w->a, &v, &n, e);
    if (rc != RC_OK)
        return rc;
    w->forms = arena_array(&w->a, n + 1, sizeof *w->forms);
    if (w->forms == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu versions of \"%s\"", n, s->slug);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = read_form(w, t, &v[i], &w->forms[i], e);
        w->n_forms += rc == RC_OK;
    }
    return rc == RC_OK ? waves_read(t->db, s->survey_id, true, &w->a, &w->waves, &w->n_waves, e) : rc;
}

void tally_work_release(struct tally_work *w)
{
    arena_release(&w->a);
    w->n_forms = 0;
}

const struct tally_form *tally_work_form(const struct tally_work *w, int64_t version_id)
{
    for (size_t i = 0; i < w->n_forms; i++)
        if (w->forms[i].open.version_id == version_id)
            return &w->forms[i];
    return NULL;
}

int32_t tally_work_wave(const struct tally_work *w, int32_t day)
{
    for (size_t i = 0; i < w->n_waves; i++)
        if (day >= w->waves[i].first && day <= w->waves[i].last)
            return w->waves[i].wave;
    return 0;
}
