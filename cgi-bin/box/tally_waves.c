/* Filing a survey's cells by the waves that the operator wants. See tally.h. */
#include <string.h>

#include "base/log.h"
#include "box/recount.h"
#include "box/tally.h"

static bool are_equal(const struct wave *a, size_t n_a, const struct wave *b, size_t n_b)
{
    bool is_equal = n_a == n_b;
    for (size_t i = 0; is_equal && i < n_a; i++)
        is_equal = a[i].wave == b[i].wave && a[i].first == b[i].first && a[i].last == b[i].last &&
                   strcmp(a[i].name, b[i].name) == 0;
    return is_equal;
}

static enum rc save_all(struct tally *t, struct recount_table *tables, size_t n, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct opener_version *v = &tables[i].form->open;
        const struct tally_place at = {v->survey_id, v->version_id, tables[i].wave};
        rc = cells_save(&tables[i].cells, t->db, TALLY_CELL, &at, e);
    }
    return rc;
}

/* Responses are read by connections of their own: nothing but this run writes them. */
static enum rc file_anew(struct tally *t, struct tally_work *w, struct rc_info *e)
{
    struct recount_table *tables = NULL;
    struct recount_scan *scan = NULL;
    size_t n = 0;
    enum rc rc = waves_adopt(t->db, w->survey.survey_id, e);
    if (rc == RC_OK)
        rc = waves_read(t->db, w->survey.survey_id, true, &w->a, &w->waves, &w->n_waves, e);
    if (rc == RC_OK)
        rc = recount_tables_make(w, 1, &tables, &n, e);
    if (rc == RC_OK)
        rc = recount_begin(tables, n, false, &scan, e);
    if (rc == RC_OK)
        rc = recount_end(scan, e);
    if (rc == RC_OK)
        rc = recount_add_stored(tables, n, t->db, TALLY_RETIRED, 1, e);
    if (rc == RC_OK)
        rc = save_all(t, tables, n, e);
    recount_tables_free(tables, n);
    return rc;
}

enum rc tally_file_waves(struct tally *t, struct tally_work *w, struct rc_info *e)
{
    struct wave *wanted = NULL;
    size_t n = 0;
    enum rc rc = waves_read(t->db, w->survey.survey_id, false, &w->a, &wanted, &n, e);
    if (rc != RC_OK || are_equal(wanted, n, w->waves, w->n_waves))
        return rc;
    rc = db_begin(t->db, e);
    if (rc == RC_OK)
        rc = file_anew(t, w, e);
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    else
        log_info("waves_filed", kv_s("survey", w->survey.slug), kv_i("waves", (int64_t)w->n_waves));
    return rc;
}
