/* What a survey is weighted to, and the codes of a survey by invitation. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/settings.h"
#include "base/text.h"
#include "box/key.h"
#include "box/printed.h"
#include "form/sheet.h"
#include "pages/desk_inner.h"
#include "report/margins.h"
#include "store/draft_store.h"

enum { FORM_BYTES = 32 << 20, ROWS_MAX = 10000, BODY_MAX = 1 << 20, CODES_MAX = 500, SLIPS_MAX = 3 << 20, LIST_MAX = 64 << 10 };
enum { CSV, SOURCE, AS_OF, N_FIELDS };

/* The page with what was typed; `wrong`: the reader's own words about the table. */
struct typed {
    const char *csv, *source, *as_of, *problem, *field, *wrong;
};

static enum rc load(struct desk_call *x, struct arena *a, struct form **f, struct rc_info *e)
{
    const char *json = NULL;
    size_t len = 0;
    int64_t id = 0;
    enum rc rc = office_definition(x->db, x->slug, a, &json, &len, &id, e);
    return rc == RC_OK ? form_from_json(json, len, a, f, e) : rc;
}

static void put_margins(struct desk_call *x, const struct margins_row *rows, size_t n, const struct typed *t)
{
    char action[112];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/margins", x->slug);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.margins"));
    html_lit(&x->w, "</h2>\n");
    if (n > 0)
        html_lit(&x->w, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<li>");
        html_text(&x->w, rows[i].as_of);
        html_lit(&x->w, " ");
        html_text(&x->w, rows[i].is_none ? desk_text(x, "desk.margins_none") : rows[i].source);
        html_lit(&x->w, "</li>\n");
    }
    if (n > 0)
        html_lit(&x->w, "</ul>\n");
    desk_put_text(x, "desk.margins_text");
    desk_begin_form(x, action);
    html_lit(&x->w, "<p class=\"line\"><label for=\"csv\">");
    html_text(&x->w, desk_text(x, "desk.margins_csv"));
    html_lit(&x->w, "</label> <span class=\"hint\" id=\"csv-hint\">");
    html_text(&x->w, desk_text(x, "desk.margins_hint"));
    html_lit(&x->w, "</span><textarea id=\"csv\" name=\"csv\" rows=\"8\" spellcheck=\"false\" dir=\"ltr\" class=\"code\" aria-describedby=\"csv-hint\">\n");
    html_text(&x->w, t->csv);
    html_lit(&x->w, "</textarea></p>\n");
    desk_put_field(x, "source", "desk.margins_source", "desk.margins_source_hint", "text", t->source);
    desk_put_field(x, "as_of", "desk.margins_as_of", "desk.margins_as_of_hint", "text", t->as_of);
    desk_end_form(x, "desk.margins_save", true);
}

static void put_invitations(struct desk_call *x, int64_t n_left)
{
    char action[112], number[24];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/invite", x->slug);
    (void)snprintf(number, sizeof number, "%lld", (long long)n_left);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.invitations"));
    html_lit(&x->w, "</h2>\n<p>");
    html_tr(&x->w, x->desk->c, x->lang, "desk.invitations_left", "n", number, NULL);
    html_lit(&x->w, "</p>\n");
    desk_put_text(x, "desk.invite_text");
    desk_begin_form(x, action);
    desk_put_field(x, "count", "desk.invite_count", NULL, "text", "");
    desk_end_form(x, "desk.invite", true);
}

static void put_fact(struct desk_call *x, const char *key, const char *value)
{
    html_lit(&x->w, "<div><dt>");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, value);
    html_lit(&x->w, "</dd></div>\n");
}

/* What keeps single answers from being told: settings of the questionnaire, and what no setting changes. */
static void put_disclosure(struct desk_call *x, const struct form *f)
{
    static const char *const samples[] = {[FORM_RANDOM] = "desk.sample_random", [FORM_OPEN] = "desk.sample_open",
                                          [FORM_DEMONSTRATION] = "desk.sample_demonstration"};
    char number[24];
    desk_put_heading(x, "desk.disclosure");
    desk_put_text(x, f->sample == FORM_DEMONSTRATION ? "desk.disclosure_demo" : "desk.disclosure_text");
    html_lit(&x->w, "<dl class=\"facts\">\n");
    put_fact(x, "desk.sample", desk_text(x, samples[f->sample]));
    (void)snprintf(number, sizeof number, "%lld", (long long)f->min_opening);
    put_fact(x, "desk.min_opening", number);
    (void)snprintf(number, sizeof number, "%lld", (long long)f->retain_days);
    put_fact(x, "desk.retain_days", number);
    (void)snprintf(number, sizeof number, "%zu", f->n_crosses);
    put_fact(x, "desk.n_crosses", number);
    put_fact(x, "desk.read_back", desk_text(x, f->is_read_back ? "export.yes" : "export.no"));
    html_lit(&x->w, "</dl>\n");
}

static enum rc put_page(struct desk_call *x, const struct form *f, struct arena *a, const struct typed *t, const char *done, struct rc_info *e)
{
    struct margins_row *rows = NULL;
    size_t n = 0;
    int64_t n_left = 0;
    char path[112];
    enum rc rc = desk_margins_list(x->db, x->id.hash, x->slug, a, &rows, &n, e);
    if (rc == RC_OK && f->is_by_invitation)
        rc = desk_invitations_left(x->db, x->id.hash, x->slug, &n_left, e);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/settings", x->slug);
    desk_begin(x, path, "desk.settings", NULL, t->problem != NULL);
    html_lit(&x->w, "<p class=\"lead\">");
    html_text(&x->w, form_text(&f->title, desk_form_lang(x, f)));
    html_lit(&x->w, "</p>\n");
    if (t->problem != NULL)
        desk_put_problem(x, t->problem, t->field);
    if (t->wrong != NULL)
        desk_put_reason(x, t->wrong);
    if (done != NULL)
        desk_put_done(x, done);
    put_margins(x, rows, n, t);
    put_disclosure(x, f);
    if (f->is_by_invitation)
        put_invitations(x, n_left);
    return desk_end(x, e);
}

static const struct typed nothing = {.csv = "", .source = "", .as_of = ""};

enum rc desk_settings_page(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    arena_init(&a, FORM_BYTES);
    enum rc rc = load(x, &a, &f, e);
    if (rc == RC_OK)
        rc = put_page(x, f, &a, &nothing, NULL, e);
    arena_release(&a);
    return rc;
}

/* ---- margins ---- */

static enum rc read_table(const char *csv, const struct form *f, struct arena *a, struct buf *body, struct rc_info *why)
{
    struct sheet sheet;
    struct margins m;
    enum rc rc = sheet_read("table", csv, strlen(csv), ROWS_MAX, a, &sheet, why);
    if (rc == RC_OK)
        rc = margins_from_sheet(&sheet, f, a, &m, why);
    return rc == RC_OK ? margins_to_json(&m, f, body, why) : rc;
}

/* What is wrong with the source and the day; NULL: nothing. */
static void check_words(struct typed *t)
{
    bool is_none = t->csv[strspn(t->csv, " \r\n\t")] == '\0';
    bool is_day = strlen(t->as_of) == 10 && strspn(t->as_of, "0123456789-") == 10 && t->as_of[4] == '-' && t->as_of[7] == '-';
    if (!is_none && *t->source == '\0') {
        t->problem = "desk.margins_no_source";
        t->field = "source";
    } else if (!is_day) {
        t->problem = "desk.margins_no_day";
        t->field = "as_of";
    }
}

static enum rc keep_margins(struct desk_call *x, const struct form *f, struct arena *a, struct typed *t, struct rc_info *e)
{
    struct rc_info why = {0};
    struct buf body;
    enum office_outcome o = OFFICE_DONE;
    bool is_none = t->csv[strspn(t->csv, " \r\n\t")] == '\0';
    buf_init(&body, BODY_MAX);
    check_words(t);
    enum rc rc = t->problem != NULL || is_none ? RC_OK : read_table(t->csv, f, a, &body, &why);
    if (rc == RC_INPUT || rc == RC_TOOBIG) {
        t->problem = "desk.margins_wrong";
        t->field = "csv";
        t->wrong = why.msg;
        rc = RC_OK;
    } else if (rc != RC_OK) {
        rc = rc_set(e, rc, "%s", why.msg);
    }
    if (rc == RC_OK && t->problem == NULL)
        rc = desk_margins_add(x->db, x->id.hash, x->slug, t->as_of, is_none ? "" : t->source, is_none ? "" : body.p, &o, e);
    if (rc == RC_OK && o != OFFICE_DONE) {
        t->problem = "desk.margins_no_day";
        t->field = "as_of";
    }
    buf_release(&body);
    if (rc != RC_OK)
        return rc;
    if (t->problem != NULL)
        x->rs->status = 422;
    return put_page(x, f, a, t->problem != NULL ? t : &nothing, t->problem != NULL ? NULL : "desk.done", e);
}

enum rc desk_margins(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[N_FIELDS] = {"csv", "source", "as_of"};
    const char *v[N_FIELDS];
    struct arena a;
    struct form *f = NULL;
    arena_init(&a, FORM_BYTES);
    enum rc rc = desk_fields(x, names, N_FIELDS, v, e);
    if (rc == RC_OK)
        rc = load(x, &a, &f, e);
    if (rc == RC_OK) {
        struct typed t = {.csv = v[CSV], .source = v[SOURCE], .as_of = v[AS_OF]};
        rc = keep_margins(x, f, &a, &t, e);
    }
    arena_release(&a);
    return rc;
}

/* ---- invitations ---- */

/* The slips go out with the reply that says that their hashes are kept; where it is lost, the codes are of no use to anyone. */
static enum rc make_slips(struct desk_call *x, const struct form *f, size_t n, struct arena *a, struct rc_info *e)
{
    struct buf codes;
    enum office_outcome o = OFFICE_DONE;
    unsigned char *hashes = arena_array(a, n, KEY_HASH_BYTES);
    if (hashes == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu codes", n);
    buf_init(&codes, LIST_MAX);
    enum rc rc = printed_slips(f, form_lang(f, desk_lang(x)) != SIZE_MAX ? desk_lang(x) : NULL, setting(SET_BASE_URL), x->desk->c, n, a,
                               &x->rs->body, &codes, hashes, e);
    buf_release(&codes);
    if (rc == RC_OK)
        rc = desk_invitations_add(x->db, x->id.hash, x->slug, hashes, n, &o, e);
    if (rc == RC_OK && o != OFFICE_DONE)
        return rc_set_reason(e, RC_FORBIDDEN, "not_your_role", "no codes for this survey");
    if (rc != RC_OK)
        return rc;
    x->rs->disposition = arena_printf(x->rq->arena, "attachment; filename=\"%s-slips.html\"", x->slug);
    return x->rs->disposition != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a name");
}

enum rc desk_invite(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"count"};
    const char *text;
    int64_t n = 0;
    struct arena a;
    struct form *f = NULL;
    arena_init(&a, FORM_BYTES);
    enum rc rc = desk_fields(x, names, 1, &text, e);
    if (rc == RC_OK)
        rc = load(x, &a, &f, e);
    if (rc == RC_OK && text_to_i64(text, strlen(text), 1, CODES_MAX, &n) != RC_OK) {
        const struct typed t = {.csv = "", .source = "", .as_of = "", .problem = "desk.invite_bad_count", .field = "count"};
        x->rs->status = 422;
        rc = put_page(x, f, &a, &t, NULL, e);
    } else if (rc == RC_OK && *setting(SET_BASE_URL) == '\0') {
        rc = rc_set_reason(e, RC_CONFLICT, "no_address", "MINYI_BASE_URL is not set");
    } else if (rc == RC_OK) {
        rc = make_slips(x, f, (size_t)n, &a, e);
    }
    arena_release(&a);
    return rc;
}
