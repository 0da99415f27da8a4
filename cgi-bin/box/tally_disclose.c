/* See tally_disclose.h; the rules are in stats/disclosure.h. */
#include "box/tally_disclose.h"

#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "base/settings.h"

/* How long figures are kept that others have replaced. Whoever kept the tables of half a year learns nothing
 * by them: what a count was then, its later figures bound by themselves (stats/disclosure.h, rule 5). */
enum { KEEP_DAYS = 180 };

/* The store's 32-bit counts as the engine's. */
static enum rc widen(const struct tally_row_kept *rows, size_t n, struct arena *a, struct disclose_kept **out,
                     struct rc_info *e)
{
    struct disclose_kept *kept = arena_array(a, n + 1, sizeof *kept);
    if (kept == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu published rows", n);
    for (size_t i = 0; i < n; i++) {
        int64_t *shown = arena_array(a, rows[i].n_shown + 1, sizeof *shown);
        if (shown == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a published row");
        for (size_t k = 0; k < rows[i].n_shown; k++)
            shown[k] = rows[i].shown[k];
        kept[i] = (struct disclose_kept){rows[i].address, rows[i].day,     rows[i].is_shown,
                                         rows[i].last_n,  rows[i].n_shown, shown};
    }
    *out = kept;
    return RC_OK;
}

/* A clock that was set back must not stop the tally: then nothing is replaced until it has caught up. */
static int32_t latest_day(const struct disclose_input *in)
{
    int32_t day = in->today;
    for (size_t i = 0; i < in->n_kept; i++)
        day = in->kept[i].day > day ? in->kept[i].day : day;
    return day;
}

/* Made at the first publication; once figures stand that were rounded by it, another would round the
 * same counts anew, and two roundings tell more than one: then a lost secret is an error. */
static enum rc read_key(bool has_kept, struct arena *a, unsigned char key[DISCLOSURE_KEY_BYTES], struct rc_info *e)
{
    const char *dir = setting(SET_TALLY_SECRETS_DIR), *path = arena_printf(a, "%s/rounding", dir);
    if (path == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a path");
    if (has_kept && access(path, F_OK) != 0)
        return rc_set(e, RC_CRYPTO, "the rounding secret \"%s\" is gone: restore it from the backup", path);
    return file_secret(dir, "rounding", 0600, key, DISCLOSURE_KEY_BYTES, e);
}

enum rc tally_disclose(struct tally *t, const struct tally_form *f, const struct figures_input *in, bool is_replay,
                       struct arena *a, struct publication *p, struct tally_disclosed *out, struct rc_info *e)
{
    unsigned char key[DISCLOSURE_KEY_BYTES];
    struct tally_row_kept *rows = NULL;
    struct disclose_kept *kept = NULL;
    size_t n = 0;
    *out = (struct tally_disclosed){.n_fresh = 0};
    if (p->sample == FORM_DEMONSTRATION)
        return RC_OK;
    enum rc rc = tally_rows_kept(t->db, f->open.survey_id, a, &rows, &n, e);
    if (rc == RC_OK)
        rc = widen(rows, n, a, &kept, e);
    if (rc == RC_OK)
        rc = read_key(n > 0, a, key, e);
    if (rc != RC_OK)
        return rc;
    struct disclose_input d = {.figures = in, .key = key, .today = f->today, .is_replay = is_replay, .kept = kept,
                               .n_kept = n};
    d.is_replay = is_replay || latest_day(&d) > f->today;
    d.today = latest_day(&d);
    rc = publication_disclose(p, &d, a, &out->fresh, &out->n_fresh, e);
    sodium_memzero(key, sizeof key);
    out->kept = kept;
    return rc != RC_OK ? rc : disclose_outdated(kept, n, p->slug, p->version_no, d.today - KEEP_DAYS, a, &out->outdated,
                                                &out->n_outdated, e);
}

enum rc tally_keep_disclosed(struct tally *t, int64_t survey_id, const struct tally_disclosed *d, struct arena *a,
                             struct rc_info *e)
{
    const struct disclose_kept *fresh = d->fresh;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < d->n_outdated; i++)
        rc = tally_forget_row(t->db, survey_id, d->kept[d->outdated[i]].address, d->kept[d->outdated[i]].day, e);
    for (size_t i = 0; rc == RC_OK && i < d->n_fresh; i++) {
        int32_t *shown = arena_array(a, fresh[i].n_cells + 1, sizeof *shown);
        if (shown == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a published row");
        for (size_t k = 0; k < fresh[i].n_cells; k++) {
            if (fresh[i].shown[k] > INT32_MAX)
                return rc_set(e, RC_TOOBIG, "a count of \"%s\" is over 2^31", fresh[i].address);
            shown[k] = (int32_t)fresh[i].shown[k];
        }
        const struct tally_row_kept row = {fresh[i].address, fresh[i].day, fresh[i].is_shown,
                                           fresh[i].last_n,  shown,        fresh[i].n_cells};
        rc = tally_keep_row(t->db, survey_id, &row, e);
    }
    return rc;
}
