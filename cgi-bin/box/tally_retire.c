/* What leaves the record. Retention: responses go, their counts move to cell_retired, so that
 * responses + retired = cells, always. Withdrawal: they go, and their counts leave the cells. See tally.h. */
#include "base/log.h"
#include "base/settings.h"
#include "box/recount.h"
#include "box/tally.h"
#include "box/tree.h"

enum { DELETE_AT_ONCE = 100000 };

/* The deleted ones of a portion, by their waves. */
struct deleted {
    const struct tally_work *work;
    enum tally_cells which; /* the cells that change, */
    int sign;               /* and how */
    struct recount_table *tables;
    size_t n_tables;
    int64_t n;
    unsigned char touched[MERKLE_TOUCHED_BYTES];
};

static enum rc count_deleted(void *ctx, const struct tally_gone *g, struct rc_info *e)
{
    struct deleted *d = ctx;
    int32_t wave = tally_work_wave(d->work, g->day);
    struct recount_table *t = recount_tables_find(d->tables, d->n_tables, g->version_id, wave);
    if (t == NULL)
        return rc_set(e, RC_CONFLICT, "a response of another version was deleted");
    d->n++;
    tree_touch(d->touched, g->record_hash);
    return cells_count(&t->cells, g->codes, g->codes_len, d->sign, e);
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
        rc = cells_save(&d->tables[i].cells, t->db, d->which, &at, e);
    }
    return rc == RC_OK && d->n > 0 ? tree_note_touched(t->db, d->work->survey.survey_id, d->touched, e) : rc;
}

/* The end of a portion's transaction, whatever came of it. */
static enum rc end_portion(struct tally *t, struct deleted *d, const struct tally_counts *counts, enum rc rc,
                           struct rc_info *e)
{
    if (rc == RC_OK)
        rc = save_deleted(t, d, e);
    if (rc == RC_OK)
        rc = tally_run_add(t->db, t->run_id, counts, e);
    if (rc == RC_OK && d->sign < 0)
        fault_point("tally.before_take_out");
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    recount_tables_free(d->tables, d->n_tables);
    return rc;
}

/* One transaction. *n: responses deleted. */
static enum rc retire_portion(struct tally *t, const struct tally_work *w, const struct tally_form *f, int32_t before,
                              int64_t *n, struct rc_info *e)
{
    struct deleted d = {.work = w, .which = TALLY_RETIRED, .sign = 1};
    const struct opener_version *v = &f->open;
    enum rc rc = recount_tables_make(w, 1, &d.tables, &d.n_tables, e);
    if (rc == RC_OK)
        rc = db_begin(t->db, e);
    if (rc == RC_OK)
        rc = tally_delete_responses(t->db, v->survey_id, v->version_id, before, portion(v->form), count_deleted, &d, e);
    *n = d.n;
    return end_portion(t, &d, &(struct tally_counts){.retired = d.n}, rc, e);
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

/* As much as the version with the widest answers allows. */
static enum rc take_out_portion(struct tally *t, const struct tally_work *w, int64_t *n, struct rc_info *e)
{
    struct deleted d = {.work = w, .which = TALLY_CELL, .sign = -1};
    int64_t most = DELETE_AT_ONCE;
    for (size_t i = 0; i < w->n_forms; i++)
        if (portion(w->forms[i].open.form) < most)
            most = portion(w->forms[i].open.form);
    enum rc rc = recount_tables_make(w, 1, &d.tables, &d.n_tables, e);
    if (rc == RC_OK)
        rc = db_begin(t->db, e);
    if (rc == RC_OK)
        rc = tally_take_out(t->db, w->survey.survey_id, most, count_deleted, &d, e);
    *n = d.n;
    return end_portion(t, &d, &(struct tally_counts){.withdrawn = d.n}, rc, e);
}

enum rc tally_withdraw(struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    int64_t total = 0, n = 0;
    enum rc rc = RC_OK;
    do {
        rc = take_out_portion(t, w, &n, e);
        total += rc == RC_OK ? n : 0;
    } while (rc == RC_OK && n > 0);
    t->counts.withdrawn += total;
    fault_point("tally.after_take_out");
    return rc;
}
