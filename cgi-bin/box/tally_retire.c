/* Retention: responses leave the record, their counts move to cell_retired, so that
 * responses + retired = cells, always. See tally.h. */
#include "base/log.h"
#include "box/cells.h"
#include "box/tally.h"

enum { DELETE_AT_ONCE = 100000 };

static enum rc count_deleted(void *ctx, int64_t version_id, const unsigned char *codes, size_t len, struct rc_info *e)
{
    (void)version_id;
    return cells_count(ctx, codes, len, 1, e);
}

/* How many responses to delete in one transaction: as many as one table of cells surely holds, should
 * each have a profile of its own. */
static int64_t portion(const struct form *f)
{
    size_t each = (f->n_slots + 1) * sizeof(int64_t) + f->codes_len + 8 * sizeof(struct cell);
    size_t n = CELLS_BYTES_MAX / 2 / each;
    return n > DELETE_AT_ONCE ? DELETE_AT_ONCE : (int64_t)n;
}

/* One transaction. *n: responses deleted. */
static enum rc retire_portion(struct tally *t, const struct tally_form *f, int32_t before, int64_t *n,
                              struct rc_info *e)
{
    struct cells cells;
    const struct opener_version *v = &f->open;
    *n = 0;
    enum rc rc = cells_init(&cells, v->form, e);
    if (rc == RC_OK)
        rc = db_begin(t->db, e);
    if (rc == RC_OK)
        rc = tally_delete_responses(t->db, v->survey_id, v->version_id, before, portion(v->form), count_deleted,
                                    &cells, e);
    for (size_t i = 0; rc == RC_OK && i < cells.n; i++)
        *n += cells.items[i].n;
    if (rc == RC_OK)
        rc = cells_save(&cells, t->db, TALLY_RETIRED, v->survey_id, v->version_id, e);
    if (rc == RC_OK)
        rc = tally_run_add(t->db, t->run_id, &(struct tally_counts){.retired = *n}, e);
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    cells_release(&cells);
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
            enum rc rc = retire_portion(t, f, f->today - (int32_t)keep, &n, e);
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
