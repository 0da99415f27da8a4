/* Retention: responses leave the record, their counts move to cell_retired, so that
 * responses + retired = cells, always. See tally.h. */
#include "base/log.h"
#include "box/recount.h"
#include "box/tally.h"

enum { DELETE_AT_ONCE = 100000 };

/* The deleted ones of a portion, by their waves. */
struct deleted {
    const struct tally_work *work;
    struct recount_table *tables;
    size_t n_tables;
    int64_t n;
};

static enum rc count_deleted(void *ctx, int64_t version_id, int32_t day, const unsigned char *codes, size_t len,
                             struct rc_info *e)
{
    struct deleted *d = ctx;
    int32_t wave = tally_work_wave(d->work, day);
    struct recount_table *t = recount_tables_find(d->tables, d->n_tables, version_id, wave);
    if (t == NULL)
        return rc_set(e, RC_CONFLICT, "a response of another version was deleted");
    d->n++;
    return cells_count(&t->cells, codes, len, 1, e);
}

/* How many responses to delete in one transaction: as many as one table of cells surely holds, should
 * each have a profile of its own. */
static int64_t portion(const struct form *f)
{
    size_t each = (f->n_slots + 1) * sizeof(int64_t) + f->codes_len + 8 * sizeof(struct cell);
    size_t n = CELLS_BYTES_MAX / 2 / each;
    return n > DELETE_AT_ONCE ? DELETE_AT_ONCE : (int64_t)n;
}

static enum rc save_deleted(struct tally *t, const struct deleted *d, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < d->n_tables; i++) {
        const struct opener_version *v = &d->tables[i].form->open;
        const struct tally_place at = {v->survey_id, v->version_id, d->tables[i].wave};
        rc = cells_save(&d->tables[i].cells, t->db, TALLY_RETIRED, &at, e);
    }
    return rc;
}

/* One transaction. *n: responses deleted. */
static enum rc retire_portion(struct tally *t, const struct tally_work *w, const struct tally_form *f, int32_t before,
                              int64_t *n, struct rc_info *e)
{
    struct deleted d = {.work = w};
    const struct opener_version *v = &f->open;
    enum rc rc = recount_tables_make(w, 1, &d.tables, &d.n_tables, e);
    if (rc == RC_OK)
        rc = db_begin(t->db, e);
    if (rc == RC_OK)
        rc = tally_delete_responses(t->db, v->survey_id, v->version_id, before, portion(v->form), count_deleted, &d, e);
    if (rc == RC_OK)
        rc = save_deleted(t, &d, e);
    if (rc == RC_OK)
        rc = tally_run_add(t->db, t->run_id, &(struct tally_counts){.retired = d.n}, e);
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    *n = d.n;
    recount_tables_free(d.tables, d.n_tables);
    return rc;
}

enum rc tally_retire(struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    for (size_t i = 0; i < w->n_forms; i++) {
        const struct tally_form *f = &w->forms[i];
        int64_t keep = f->open.form->retain_days, total = 0, n = 0;
        if (keep <= 0 || keep > f->today) /* the calendar begins in 2000 */
            continue;
        do {
            enum rc rc = retire_portion(t, w, f, f->today - (int32_t)keep, &n, e);
            if (rc != RC_OK)
                return rc;
            total += n;
        } while (n > 0);
        t->counts.retired += total;
        if (total > 0)
            log_info("responses_retired", kv_s("survey", w->survey.slug), kv_i("version", f->version_no),
                     kv_i("responses", total));
    }
    return RC_OK;
}
