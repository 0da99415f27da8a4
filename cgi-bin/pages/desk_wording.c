/* The wording of a questionnaire, edited in the page: one question at a time, in every language. What is saved of a published one
 * is a draft of a new version, of a draft that draft; codes, rules and order stay as they are. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pages/desk_inner.h"
#include "store/draft_store.h"

enum { ID_BYTES = 48, FORM_BYTES = 64 << 20, JSON_MAX = 2 << 20, WORDS_MAX = 120, FIELDS_MAX = 200, TEXT_CHARS_MAX = 2000 };
static const char settings_name[] = "*"; /* no question is called so */

/* One text in all languages. */
struct word {
    const char *key;    /* of the catalogue: what it is */
    const char *code;   /* of a choice; NULL: not one */
    struct form_label *label;
    bool is_needed;     /* it cannot be empty */
};

struct wording {
    struct arena a;
    struct form *f;
    const char *definition; /* that f was read from */
    size_t definition_len;
    const char *name; /* of the question, settings_name, or NULL: none is chosen */
    size_t node;
    size_t n;
    struct word words[WORDS_MAX];
    bool has_more; /* choices that are too many for a page */
};

static void add(struct wording *x, const char *key, const char *code, struct form_label *label, bool is_needed)
{
    if (x->n < WORDS_MAX)
        x->words[x->n++] = (struct word){key, code, label, is_needed};
}

/* Choices that can be written to, in place of those of the list; every question of the list gets them. */
static enum rc own_choices(struct wording *x, struct form_node *nodes, struct rc_info *e)
{
    const struct form_choices *was = nodes[x->node].choices;
    struct form_choices *list = arena_alloc(&x->a, sizeof *list);
    struct form_choice *items = arena_array(&x->a, was->n, sizeof *items);
    if (list == NULL || items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for choices");
    memcpy(items, was->items, was->n * sizeof *items);
    *list = *was;
    list->items = items;
    for (size_t i = 0; i < x->f->n_nodes; i++)
        if (nodes[i].choices != NULL && strcmp(nodes[i].choices->list_name, was->list_name) == 0)
            nodes[i].choices = list;
    for (size_t i = 0; i < list->n; i++)
        add(x, "desk.word_choice", items[i].name, &items[i].label, true);
    return RC_OK;
}

static enum rc take_question(struct wording *x, struct rc_info *e)
{
    struct form_node *nodes = arena_array(&x->a, x->f->n_nodes, sizeof *nodes);
    x->node = form_find(x->f, x->name, strlen(x->name));
    if (x->node == SIZE_MAX)
        return rc_set(e, RC_NOTFOUND, "no such question");
    if (nodes == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the questions");
    memcpy(nodes, x->f->nodes, x->f->n_nodes * sizeof *nodes);
    x->f->nodes = nodes;
    struct form_node *n = &nodes[x->node];
    add(x, "desk.word_label", NULL, &n->label, true);
    if (n->type != FORM_GROUP_BEGIN && n->type != FORM_NOTE) {
        add(x, "desk.word_hint", NULL, &n->hint, false);
        add(x, "desk.word_required", NULL, &n->required_message, false);
        add(x, "desk.word_constraint", NULL, &n->constraint_message, false);
    }
    if (n->choices == NULL || n->is_range)
        return RC_OK;
    x->has_more = n->choices->n + x->n > WORDS_MAX || (n->choices->n + x->n) * x->f->n_langs > FIELDS_MAX;
    return x->has_more ? RC_OK : own_choices(x, nodes, e);
}

static void take_settings(struct wording *x)
{
    add(x, "desk.word_title", NULL, &x->f->title, true);
    add(x, "desk.word_description", NULL, &x->f->description, true);
    add(x, "desk.word_organiser", NULL, &x->f->organiser, true);
    add(x, "desk.word_handler", NULL, &x->f->handler, true);
    add(x, "desk.word_contact", NULL, &x->f->contact, true);
    add(x, "desk.word_basis", NULL, &x->f->legal_basis, true);
    add(x, "desk.word_population", NULL, &x->f->population, false);
}

static bool is_of_draft(const struct desk_call *x)
{
    return strncmp(x->rq->path, "/admin/drafts/", 14) == 0;
}

static enum rc read_definition(struct desk_call *x, struct wording *out, struct rc_info *e)
{
    struct draft d;
    int64_t id = 0;
    if (!is_of_draft(x))
        return office_definition(x->db, x->slug, &out->a, &out->definition, &out->definition_len, &id, e);
    if (text_to_i64(x->slug, strlen(x->slug), 1, INT64_MAX, &id) != RC_OK)
        return rc_set(e, RC_NOTFOUND, "there is no such draft");
    enum rc rc = draft_get(x->db, x->id.hash, id, &out->a, &d, e);
    if (rc == RC_OK) {
        out->definition = d.definition;
        out->definition_len = d.definition_len;
    }
    return rc;
}

static enum rc open_wording(struct desk_call *x, const char *name, struct wording *out, struct rc_info *e)
{
    *out = (struct wording){.name = name};
    arena_init(&out->a, FORM_BYTES);
    enum rc rc = read_definition(x, out, e);
    if (rc == RC_OK)
        rc = form_from_json(out->definition, out->definition_len, &out->a, &out->f, e);
    if (rc != RC_OK || name == NULL)
        return rc;
    if (strcmp(name, settings_name) != 0)
        return take_question(out, e);
    take_settings(out);
    return RC_OK;
}

/* ---- the page ---- */

static void put_question_link(struct desk_call *x, const char *name, const char *text)
{
    html_lit(&x->w, "<li><a href=\"/admin/");
    html_url(&x->w, is_of_draft(x) ? "drafts" : "surveys");
    html_lit(&x->w, "/");
    html_url(&x->w, x->slug);
    html_lit(&x->w, "/wording?question=");
    html_url(&x->w, name);
    html_lit(&x->w, "&amp;lang=");
    html_url(&x->w, desk_lang(x));
    html_lit(&x->w, "\">");
    html_text(&x->w, *text != '\0' ? text : name);
    html_lit(&x->w, "</a></li>\n");
}

static void put_list(struct desk_call *x, const struct wording *d)
{
    size_t lang = desk_form_lang(x, d->f);
    html_lit(&x->w, "<ul class=\"places\">\n");
    put_question_link(x, settings_name, desk_text(x, "desk.diff_settings"));
    for (size_t i = 0; i < d->f->n_nodes; i++) {
        const struct form_node *n = &d->f->nodes[i];
        if (n->type != FORM_GROUP_END && n->name != NULL && *n->name != '\0' && n->calculation == NULL)
            put_question_link(x, n->name, form_text(&n->label, lang));
    }
    html_lit(&x->w, "</ul>\n");
}

static void put_word(struct desk_call *x, const struct wording *d, size_t at)
{
    const struct word *word = &d->words[at];
    html_lit(&x->w, "<fieldset class=\"word\"><legend>");
    html_text(&x->w, desk_text(x, word->key));
    if (word->code != NULL) {
        html_lit(&x->w, " <span class=\"code quiet\">");
        html_text(&x->w, word->code);
        html_lit(&x->w, "</span>");
    }
    html_lit(&x->w, "</legend>\n");
    for (size_t l = 0; l < d->f->n_langs; l++) {
        char id[ID_BYTES];
        const char *text = word->label->t[l] != NULL ? word->label->t[l] : "";
        (void)snprintf(id, sizeof id, "w-%zu-%zu", at, l);
        html_lit(&x->w, "<p class=\"line\"><label for=\"");
        html_attr(&x->w, id);
        html_lit(&x->w, "\">");
        html_text(&x->w, d->f->langs[l]);
        html_lit(&x->w, "</label><textarea rows=\"2\" lang=\"");
        html_attr(&x->w, d->f->langs[l]);
        html_lit(&x->w, "\" id=\"");
        html_attr(&x->w, id);
        html_lit(&x->w, "\" name=\"");
        html_attr(&x->w, id);
        html_lit(&x->w, "\">\n");
        html_text(&x->w, text);
        html_lit(&x->w, "</textarea></p>\n");
    }
    html_lit(&x->w, "</fieldset>\n");
}

static enum rc put_page(struct desk_call *x, const struct wording *d, const char *problem, const char *field, struct rc_info *e)
{
    char path[112], up[96];
    (void)snprintf(up, sizeof up, "/admin/%s/%.64s", is_of_draft(x) ? "drafts" : "surveys", x->slug);
    (void)snprintf(path, sizeof path, "%s/wording", up);
    desk_begin(x, path, "desk.wording", NULL, problem != NULL);
    html_lit(&x->w, "<p class=\"lead\"><a href=\"");
    desk_put_href(x, d->name != NULL ? path : up);
    html_lit(&x->w, "\">");
    html_text(&x->w, form_text(&d->f->title, desk_form_lang(x, d->f)));
    html_lit(&x->w, "</a></p>\n");
    if (problem != NULL)
        desk_put_problem(x, problem, field);
    desk_put_text(x, is_of_draft(x) ? "desk.wording_of_draft" : "desk.wording_text");
    if (d->name == NULL) {
        put_list(x, d);
        return desk_end(x, e);
    }
    if (d->has_more)
        desk_put_text(x, "desk.wording_many");
    desk_begin_form(x, path);
    desk_put_base(x, d->definition, d->definition_len);
    desk_put_hidden(x, "question", d->name);
    for (size_t i = 0; i < d->n; i++)
        put_word(x, d, i);
    desk_end_form(x, "desk.wording_save", false);
    return desk_end(x, e);
}

enum rc desk_wording_page(struct desk_call *x, struct rc_info *e)
{
    struct wording d;
    const char *name = NULL;
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "question", &name, e);
    if (rc != RC_OK)
        return rc;
    rc = open_wording(x, name, &d, e);
    if (rc == RC_OK)
        rc = put_page(x, &d, NULL, NULL, e);
    arena_release(&d.a);
    return rc;
}

/* ---- saving ---- */

/* Line ends as one "\n", no white space at either end, in place; gives the length. */
static size_t tidy(char *text)
{
    size_t n = 0, from = strspn(text, " \t\r\n");
    for (size_t i = from; text[i] != '\0'; i++)
        if (text[i] != '\r')
            text[n++] = text[i];
    while (n > 0 && strchr(" \t\n", text[n - 1]) != NULL)
        n--;
    text[n] = '\0';
    return n;
}

/* The texts as they came; *bad: the id of the first field that is empty or too long, else "". Line ends become "\n". */
static enum rc take_texts(const struct desk_call *x, struct wording *d, char bad[ID_BYTES], struct rc_info *e)
{
    bad[0] = '\0';
    for (size_t i = 0; i < d->n; i++)
        for (size_t l = 0; l < d->f->n_langs; l++) {
            char id[ID_BYTES];
            const char *sent = NULL;
            (void)snprintf(id, sizeof id, "w-%zu-%zu", i, l);
            enum rc rc = web_single(x->rq->fields, x->rq->n_fields, id, &sent, e);
            if (rc != RC_OK)
                return rc;
            char *text = arena_strdup(&d->a, sent != NULL ? sent : "");
            if (text == NULL)
                return rc_set(e, RC_NOMEM, "no memory for the texts");
            size_t len = tidy(text);
            bool is_wrong = (len == 0 && d->words[i].is_needed) || text_length(text, len) > TEXT_CHARS_MAX;
            if (is_wrong && bad[0] == '\0')
                memcpy(bad, id, sizeof id);
            d->words[i].label->t[l] = len > 0 || d->words[i].is_needed ? text : NULL;
        }
    return RC_OK;
}

/* Are there as many texts as the page has? Each has its place, so that they are the same ones. */
static bool are_all_there(const struct desk_call *x, const struct wording *d)
{
    size_t n = 0;
    for (size_t i = 0; i < x->rq->n_fields; i++)
        n += strncmp(x->rq->fields[i].name, "w-", 2) == 0;
    return n == d->n * d->f->n_langs;
}

static enum rc keep_in_draft(struct desk_call *x, const struct wording *d, const char *base, enum office_outcome *out, struct rc_info *e)
{
    unsigned char hash[32], before[DESK_BASE_BYTES];
    struct buf json;
    buf_init(&json, JSON_MAX);
    enum rc rc = form_to_json(d->f, &json, e);
    if (rc == RC_OK && !desk_take_base(base, before))
        rc = rc_set(e, RC_INPUT, "the base is none");
    if (rc == RC_OK) {
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)json.p, json.len, NULL, 0);
        rc = draft_change(x->db, x->id.hash, strtoll(x->slug, NULL, 10), before, json.p, hash, out, e);
    }
    buf_release(&json);
    return rc;
}

static enum rc put_problem(struct desk_call *x, const struct wording *d, int status, const char *problem, const char *field, struct rc_info *e)
{
    x->rs->status = status;
    return put_page(x, d, problem, field, e);
}

static enum rc save(struct desk_call *x, struct wording *d, const char *base, struct rc_info *e)
{
    char bad[ID_BYTES] = "", path[64];
    enum office_outcome outcome = OFFICE_DONE;
    bool is_base = desk_is_base(base, d->definition, d->definition_len);
    enum rc rc = is_base || are_all_there(x, d) ? take_texts(x, d, bad, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    if (!is_base)
        return put_problem(x, d, 409, "desk.wording_meanwhile", NULL, e);
    if (bad[0] != '\0')
        return put_problem(x, d, 422, "desk.wording_empty", bad, e);
    if (!is_of_draft(x))
        return desk_keep_draft(x, d->f, e);
    rc = keep_in_draft(x, d, base, &outcome, e);
    if (rc != RC_OK)
        return rc;
    if (outcome != OFFICE_DONE) /* in the moment since it was read */
        return put_problem(x, d, 409, "desk.wording_meanwhile", NULL, e);
    (void)snprintf(path, sizeof path, "/admin/drafts/%.32s", x->slug);
    return desk_go(x, path);
}

enum rc desk_wording(struct desk_call *x, struct rc_info *e)
{
    struct wording d;
    const char *name = NULL, *base = NULL;
    enum rc rc = web_single(x->rq->fields, x->rq->n_fields, "question", &name, e);
    if (rc == RC_OK)
        rc = web_single(x->rq->fields, x->rq->n_fields, "base", &base, e);
    if (rc == RC_OK && name == NULL)
        rc = rc_set_reason(e, RC_INPUT, "unknown_field", "no question is named");
    if (rc != RC_OK)
        return rc;
    rc = open_wording(x, name, &d, e);
    if (rc == RC_OK)
        rc = save(x, &d, base, e);
    arena_release(&d.a);
    return rc;
}
