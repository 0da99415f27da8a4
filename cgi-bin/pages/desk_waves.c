/* Waves: named ranges of the days on which ballots are opened, as a table to edit. */
#include <stdio.h>
#include <string.h>

#include "box/wave_sheet.h"
#include "pages/desk_inner.h"
#include "store/draft_store.h"

enum { READ_BYTES = 8 << 20, TEXT_MAX = 64 << 10 };

/* A cell of CSV: in quotes where it needs them. */
static void put_cell(struct buf *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        buf_puts(out, text);
        return;
    }
    buf_puts(out, "\"");
    for (const char *c = text; *c != '\0'; c++)
        buf_printf(out, *c == '"' ? "\"\"" : "%c", *c);
    buf_puts(out, "\"");
}

static enum rc load(struct desk_call *x, struct arena *a, struct buf *out, struct rc_info *e)
{
    struct wave *w = NULL;
    size_t n = 0;
    enum rc rc = desk_waves_list(x->db, x->id.hash, x->slug, a, &w, &n, e);
    if (rc != RC_OK)
        return rc;
    buf_puts(out, "name,first_day,last_day\n");
    for (size_t i = 0; i < n; i++) {
        put_cell(out, w[i].name);
        buf_printf(out, ",%s,%s\n", w[i].first_day, w[i].last_day);
    }
    return buf_ok(out) ? RC_OK : rc_set(e, RC_TOOBIG, "too many waves");
}

static enum rc put_page(struct desk_call *x, const char *csv, const char *problem, const char *wrong, const char *done, struct rc_info *e)
{
    char path[112], up[96];
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/wave-settings", x->slug);
    (void)snprintf(up, sizeof up, "/admin/surveys/%.64s", x->slug);
    desk_begin(x, path, "desk.wave_settings", NULL, problem != NULL);
    html_lit(&x->w, "<p class=\"lead\"><a href=\"");
    desk_put_href(x, up);
    html_lit(&x->w, "\">");
    html_text(&x->w, x->slug);
    html_lit(&x->w, "</a></p>\n");
    if (problem != NULL)
        desk_put_problem(x, problem, "csv");
    if (wrong != NULL)
        desk_put_reason(x, wrong);
    if (done != NULL)
        desk_put_done(x, done);
    desk_put_text(x, "desk.wave_settings_text");
    desk_begin_form(x, path);
    html_lit(&x->w, "<p class=\"line\"><label for=\"csv\">");
    html_text(&x->w, desk_text(x, "desk.margins_csv"));
    html_lit(&x->w, "</label> <span class=\"hint\" id=\"csv-hint\">");
    html_text(&x->w, desk_text(x, "desk.wave_settings_hint"));
    html_lit(&x->w, "</span><textarea id=\"csv\" name=\"csv\" rows=\"8\" spellcheck=\"false\" dir=\"ltr\" class=\"code\" aria-describedby=\"csv-hint\">\n");
    html_text(&x->w, csv);
    html_lit(&x->w, "</textarea></p>\n");
    desk_end_form(x, "desk.margins_save", false);
    return desk_end(x, e);
}

enum rc desk_wave_settings_page(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct buf csv;
    arena_init(&a, READ_BYTES);
    buf_init(&csv, TEXT_MAX);
    enum rc rc = load(x, &a, &csv, e);
    if (rc == RC_OK)
        rc = put_page(x, csv.p, NULL, NULL, NULL, e);
    buf_release(&csv);
    arena_release(&a);
    return rc;
}

/* Read what was typed; RC_INPUT with the reason in `why`. Nothing but the line of heads, or less, is no wave at all. */
static enum rc read_table(const char *csv, struct arena *a, struct wave **w, size_t *n, struct rc_info *why)
{
    struct sheet s;
    *n = 0;
    if (csv[strspn(csv, " \r\n\t")] == '\0')
        return RC_OK;
    enum rc rc = sheet_read("table", csv, strlen(csv), WAVES_MAX, a, &s, why);
    return rc == RC_OK ? waves_from_sheet(&s, a, w, n, why) : rc;
}

enum rc desk_wave_settings(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"csv"};
    static const char *const problems[] = {[OFFICE_NOT_ALLOWED] = "desk.not_done", [OFFICE_NO_SUCH] = "desk.waves_overlap",
                                           [OFFICE_LAST_ONE] = "desk.waves_too_late", [OFFICE_ONESELF] = "desk.not_done"};
    const char *csv;
    struct arena a;
    struct rc_info why = {0};
    struct wave *w = NULL;
    size_t n = 0;
    enum office_outcome o = OFFICE_DONE;
    arena_init(&a, READ_BYTES);
    enum rc rc = desk_fields(x, names, 1, &csv, e);
    enum rc read = rc == RC_OK ? read_table(csv, &a, &w, &n, &why) : RC_OK;
    if (read == RC_INPUT || read == RC_TOOBIG) {
        x->rs->status = 422;
        rc = put_page(x, csv, "desk.waves_wrong", why.msg, NULL, e);
        arena_release(&a);
        return rc;
    }
    if (rc == RC_OK && read != RC_OK)
        rc = rc_set(e, read, "%s", why.msg);
    if (rc == RC_OK)
        rc = desk_waves_set(x->db, x->id.hash, x->slug, w, n, &a, &o, e);
    if (rc == RC_OK && o != OFFICE_DONE)
        x->rs->status = 422;
    if (rc == RC_OK)
        rc = put_page(x, csv, o == OFFICE_DONE ? NULL : problems[o], NULL, o == OFFICE_DONE ? "desk.waves_done" : NULL, e);
    arena_release(&a);
    return rc;
}
