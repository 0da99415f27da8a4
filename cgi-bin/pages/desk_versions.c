/* The versions of a survey: what differs between two, and which questions may stand in one trend across them. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "form/form_diff.h"
#include "pages/desk_inner.h"
#include "store/draft_store.h"

enum { READ_BYTES = 64 << 20, LIST_MAX = 64 << 10 };

/* ---- what differs ---- */

static void put_kinds(struct desk_call *x, unsigned what)
{
    static const struct {
        unsigned bit;
        const char *key;
    } kinds[] = {{FORM_DIFF_ADDED, "desk.diff_added"}, {FORM_DIFF_REMOVED, "desk.diff_removed"}, {FORM_DIFF_RECODED, "desk.diff_recoded"},
                 {FORM_DIFF_REWORDED, "desk.diff_reworded"}, {FORM_DIFF_RULES, "desk.diff_rules"}};
    bool is_first = true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if ((what & kinds[i].bit) == 0)
            continue;
        if (!is_first)
            html_lit(&x->w, "<br>");
        html_text(&x->w, desk_text(x, kinds[i].key));
        is_first = false;
    }
}

static void put_cells(struct desk_call *x, const struct form_diff_row *r)
{
    for (size_t i = 0; i < r->n_cells; i++) {
        const struct form_diff_cell *c = &r->cells[i];
        html_lit(&x->w, "<p><span class=\"code small\">");
        html_text(&x->w, c->column);
        html_lit(&x->w, "</span><br><del>");
        html_text(&x->w, c->before);
        html_lit(&x->w, "</del> <ins>");
        html_text(&x->w, c->after);
        html_lit(&x->w, "</ins></p>\n");
    }
}

static void put_row(struct desk_call *x, const struct form_diff_row *r)
{
    html_lit(&x->w, "<tr><th scope=\"row\">");
    if (*r->name == '\0') {
        html_text(&x->w, desk_text(x, "desk.diff_settings"));
    } else {
        html_lit(&x->w, "<span class=\"code\">");
        html_text(&x->w, r->name);
        html_lit(&x->w, "</span>");
    }
    html_lit(&x->w, "</th><td>");
    put_kinds(x, r->what);
    html_lit(&x->w, "</td><td>");
    if (r->can_compare)
        html_text(&x->w, desk_text(x, "desk.diff_can_compare"));
    else if ((r->what & FORM_DIFF_RECODED) != 0)
        html_text(&x->w, desk_text(x, "desk.diff_cannot_compare"));
    html_lit(&x->w, "</td><td class=\"diff\">");
    put_cells(x, r);
    html_lit(&x->w, "</td></tr>\n");
}

enum rc desk_put_diff(struct desk_call *x, const struct form *before, const struct form *after, struct arena *a, struct rc_info *e)
{
    static const char *const heads[] = {"results.question", "desk.diff_what", "desk.diff_compare", "desk.diff_how"};
    struct form_diff_row *rows = NULL;
    size_t n = 0;
    enum rc rc = form_diff(before, after, a, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    if (n == 0) {
        desk_put_text(x, "desk.diff_none");
        return RC_OK;
    }
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.changes"));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        html_lit(&x->w, "<th scope=\"col\">");
        html_text(&x->w, desk_text(x, heads[i]));
        html_lit(&x->w, "</th>");
    }
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++)
        put_row(x, &rows[i]);
    html_lit(&x->w, "</tbody></table></div>\n");
    return RC_OK;
}

/* ---- the page ---- */

struct two {
    int64_t from, to; /* version numbers, from < to; 0: there is one alone */
    struct form *before, *after;
    const char *declared;
};

static enum rc read_version(struct desk_call *x, int64_t no, struct arena *a, struct form **out, struct rc_info *e)
{
    const char *json = NULL;
    size_t len = 0;
    enum rc rc = version_definition(x->db, x->slug, no, a, &json, &len, e);
    return rc == RC_OK ? form_from_json(json, len, a, out, e) : rc;
}

static enum rc number_of(const char *text, int64_t otherwise, int64_t *out, struct rc_info *e)
{
    *out = otherwise;
    return text == NULL || *text == '\0' || text_to_i64(text, strlen(text), 1, INT32_MAX, out) == RC_OK
               ? RC_OK
               : rc_set(e, RC_NOTFOUND, "not a version");
}

static enum rc read_two(struct desk_call *x, const char *from, const char *to, const struct version_row *rows, size_t n, struct arena *a,
                        struct two *t, struct rc_info *e)
{
    *t = (struct two){.declared = ""};
    if (n < 2)
        return RC_OK;
    enum rc rc = number_of(from, rows[1].version_no, &t->from, e);
    if (rc == RC_OK)
        rc = number_of(to, rows[0].version_no, &t->to, e);
    if (rc == RC_OK && t->from > t->to) {
        int64_t was = t->from;
        t->from = t->to;
        t->to = was;
    }
    if (rc == RC_OK)
        rc = read_version(x, t->from, a, &t->before, e);
    if (rc == RC_OK)
        rc = read_version(x, t->to, a, &t->after, e);
    return rc == RC_OK ? comparable_get(x->db, x->id.hash, x->slug, t->from, t->to, a, &t->declared, e) : rc;
}

static void put_select(struct desk_call *x, const char *name, const char *key, const struct version_row *rows, size_t n, int64_t chosen)
{
    html_lit(&x->w, "<p class=\"line\"><label for=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</label><select id=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" name=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\">\n");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<option value=\"");
        html_int(&x->w, rows[i].version_no);
        if (rows[i].version_no == chosen)
            html_lit(&x->w, "\" selected>");
        else
            html_lit(&x->w, "\">");
        html_int(&x->w, rows[i].version_no);
        html_lit(&x->w, " – ");
        html_text(&x->w, rows[i].published_at);
        html_lit(&x->w, "</option>\n");
    }
    html_lit(&x->w, "</select></p>\n");
}

static void put_choice(struct desk_call *x, const struct version_row *rows, size_t n, const struct two *t)
{
    char action[112];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/versions", x->slug);
    html_lit(&x->w, "<form method=\"get\" class=\"choice\" action=\"");
    html_attr(&x->w, action);
    html_lit(&x->w, "\">");
    desk_put_hidden(x, "lang", desk_lang(x));
    put_select(x, "from", "desk.wave_from", rows, n, t->from);
    put_select(x, "to", "desk.wave_to", rows, n, t->to);
    html_lit(&x->w, "<p><button type=\"submit\" class=\"second\">");
    html_text(&x->w, desk_text(x, "desk.compare"));
    html_lit(&x->w, "</button></p></form>\n");
}

static bool is_declared(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = list; *p != '\0';) {
        size_t n = strcspn(p, ",");
        if (n == len && memcmp(p, name, len) == 0)
            return true;
        p += n;
        p += *p == ',';
    }
    return false;
}

static void put_hidden_number(struct desk_call *x, const char *name, int64_t n)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)n);
    desk_put_hidden(x, name, text);
}

static bool can_compare(const struct two *t, size_t i)
{
    const struct form_node *y = &t->after->nodes[i];
    size_t k = y->name != NULL && y->width > 0 ? form_find(t->before, y->name, strlen(y->name)) : SIZE_MAX;
    return k != SIZE_MAX && form_is_alike(&t->before->nodes[k], y);
}

static void put_comparable(struct desk_call *x, const struct two *t)
{
    char action[112];
    size_t lang = desk_form_lang(x, t->after);
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/comparable", x->slug);
    desk_put_heading(x, "desk.comparable");
    desk_put_text(x, "desk.comparable_text");
    desk_begin_form(x, action);
    put_hidden_number(x, "from", t->from);
    put_hidden_number(x, "to", t->to);
    html_lit(&x->w, "<fieldset class=\"ticks\"><legend>");
    html_text(&x->w, desk_text(x, "desk.comparable_legend"));
    html_lit(&x->w, "</legend>\n");
    for (size_t i = 0; i < t->after->n_nodes; i++) {
        const struct form_node *y = &t->after->nodes[i];
        if (!can_compare(t, i))
            continue;
        html_lit(&x->w, "<label><input type=\"checkbox\" name=\"q\" value=\"");
        html_attr(&x->w, y->name);
        if (is_declared(t->declared, y->name))
            html_lit(&x->w, "\" checked> ");
        else
            html_lit(&x->w, "\"> ");
        html_text(&x->w, form_text(&y->label, lang));
        html_lit(&x->w, " <span class=\"code small quiet\">");
        html_text(&x->w, y->name);
        html_lit(&x->w, "</span></label>\n");
    }
    html_lit(&x->w, "</fieldset>\n");
    desk_end_form(x, "desk.comparable_save", true);
}

static enum rc put_page(struct desk_call *x, const char *from, const char *to, const char *done, struct rc_info *e)
{
    struct arena a;
    struct version_row *rows = NULL;
    struct two t;
    size_t n = 0;
    char path[112], up[96];
    arena_init(&a, READ_BYTES);
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/versions", x->slug);
    (void)snprintf(up, sizeof up, "/admin/surveys/%.64s", x->slug);
    enum rc rc = versions_list(x->db, x->slug, &a, &rows, &n, e);
    if (rc == RC_OK)
        rc = read_two(x, from, to, rows, n, &a, &t, e);
    if (rc == RC_OK) {
        desk_begin(x, path, "desk.versions", NULL, false);
        html_lit(&x->w, "<p class=\"lead\"><a href=\"");
        desk_put_href(x, up);
        html_lit(&x->w, "\">");
        html_text(&x->w, t.after != NULL ? form_text(&t.after->title, desk_form_lang(x, t.after)) : x->slug);
        html_lit(&x->w, "</a></p>\n");
        if (done != NULL)
            desk_put_done(x, done);
        if (t.after == NULL)
            desk_put_text(x, "desk.one_version");
    }
    if (rc == RC_OK && t.after != NULL) {
        put_choice(x, rows, n, &t);
        desk_put_heading(x, "desk.diff_heading");
        rc = desk_put_diff(x, t.before, t.after, &a, e);
        if (t.from != t.to)
            put_comparable(x, &t);
    }
    if (rc == RC_OK)
        rc = desk_end(x, e);
    arena_release(&a);
    return rc;
}

enum rc desk_versions_page(struct desk_call *x, struct rc_info *e)
{
    const char *from = NULL, *to = NULL;
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "from", &from, e);
    if (rc == RC_OK)
        rc = web_single(x->rq->query, x->rq->n_query, "to", &to, e);
    return rc == RC_OK ? put_page(x, from, to, NULL, e) : rc;
}

/* ---- what compares ---- */

/* The ticked questions, each looked at again: what is sent need not have been on the page. */
static enum rc collect(const struct desk_call *x, const struct two *t, struct buf *out, struct rc_info *e)
{
    for (size_t i = 0; i < x->rq->n_fields; i++) {
        const struct web_field *f = &x->rq->fields[i];
        size_t node = strcmp(f->name, "q") == 0 ? form_find(t->after, f->value, f->value_len) : SIZE_MAX;
        if (strcmp(f->name, "q") != 0)
            continue;
        if (node == SIZE_MAX || !can_compare(t, node))
            return rc_set_reason(e, RC_INPUT, "unknown_field", "these two questions cannot be compared");
        buf_printf(out, "%s%s", out->len > 0 ? "," : "", f->value);
    }
    return buf_ok(out) ? RC_OK : rc_set(e, RC_TOOBIG, "too many questions");
}

enum rc desk_comparable(struct desk_call *x, struct rc_info *e)
{
    const char *from = NULL, *to = NULL;
    struct arena a;
    struct buf list;
    struct version_row *rows = NULL;
    struct two t;
    size_t n = 0;
    enum office_outcome o = OFFICE_DONE;
    arena_init(&a, READ_BYTES);
    buf_init(&list, LIST_MAX);
    enum rc rc = web_single(x->rq->fields, x->rq->n_fields, "from", &from, e);
    if (rc == RC_OK)
        rc = web_single(x->rq->fields, x->rq->n_fields, "to", &to, e);
    if (rc == RC_OK)
        rc = versions_list(x->db, x->slug, &a, &rows, &n, e);
    if (rc == RC_OK)
        rc = read_two(x, from, to, rows, n, &a, &t, e);
    if (rc == RC_OK && (t.after == NULL || t.from == t.to))
        rc = rc_set(e, RC_NOTFOUND, "no two versions");
    if (rc == RC_OK)
        rc = collect(x, &t, &list, e);
    if (rc == RC_OK)
        rc = comparable_set(x->db, x->id.hash, x->slug, t.from, t.to, list.len > 0 ? list.p : "", &o, e);
    if (rc == RC_OK && o != OFFICE_DONE)
        x->rs->status = 422;
    if (rc == RC_OK)
        rc = put_page(x, from, to, o == OFFICE_DONE ? "desk.done" : "desk.not_done", e);
    buf_release(&list);
    arena_release(&a);
    return rc;
}
