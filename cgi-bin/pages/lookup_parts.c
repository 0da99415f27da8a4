/* What a counted ballot's receipt shows: its answers, where the survey allows it, and its proof. */
#include <stdio.h>
#include <string.h>

#include "form/expr.h"
#include "pages/lookup.h"

/* ---- reading back ---- */

static void put_choice(struct lookup_view *v, const struct form_node *n, size_t choice)
{
    html_text(&v->w, form_text(&n->choices->items[choice].label, v->flang));
}

static void put_many(struct lookup_view *v, const struct form_node *n, const struct answer *x)
{
    bool is_first = true;
    for (size_t i = 0; i < n->choices->n; i++) {
        if ((x->bits[i / 8] >> i % 8 & 1) == 0)
            continue;
        if (!is_first)
            html_lit(&v->w, "<br>");
        put_choice(v, n, i);
        is_first = false;
    }
}

static void put_rank(struct lookup_view *v, const struct form_node *n, const struct answer *x)
{
    for (size_t place = 1; place <= n->choices->n; place++)
        for (size_t i = 0; i < n->choices->n; i++) {
            if (x->places[i] != place)
                continue;
            if (place > 1)
                html_lit(&v->w, "<br>");
            html_int(&v->w, (int64_t)place);
            html_lit(&v->w, ". ");
            put_choice(v, n, i);
        }
}

/* A number with a point, a day or a time, as expressions write it. */
static void put_typed(struct lookup_view *v, const struct form_node *n, const struct answer *x)
{
    struct arena a;
    bool is_out = false;
    struct expr_value value = n->type == FORM_DECIMAL ? expr_number(x->decimal)
                                                      : (struct expr_value){.kind = n->type == FORM_DATE ? EXPR_DATE : EXPR_TIME,
                                                                            .number = (double)x->number};
    arena_init(&a, 4096);
    value = expr_to_string(&value, &a, &is_out);
    char *text = is_out ? NULL : arena_memdup(&a, value.text, value.len);
    html_text(&v->w, text != NULL ? text : "?");
    arena_release(&a);
}

static void put_words(struct lookup_view *v, size_t node, const struct receipt_word *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (words[i].node == node)
            html_lines(&v->w, words[i].text);
}

static void put_given(struct lookup_view *v, size_t node, const struct answer *x, const struct receipt_word *words,
                      size_t n_words)
{
    const struct form_node *n = &v->version->form->nodes[node];
    switch (n->type) {
    case FORM_SELECT_ONE:
        if (x->choice < n->choices->n)
            put_choice(v, n, x->choice);
        break;
    case FORM_SELECT_MULTIPLE:
        put_many(v, n, x);
        break;
    case FORM_ACKNOWLEDGE:
        lookup_tr(v, "receipt.answers_agreed");
        break;
    case FORM_INTEGER:
        html_int(&v->w, x->number);
        break;
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME:
        put_typed(v, n, x);
        break;
    case FORM_TEXT:
        put_words(v, node, words, n_words);
        break;
    case FORM_RANK:
        put_rank(v, n, x);
        break;
    default:
        break;
    }
}

enum rc lookup_answers(struct lookup_view *v, const struct receipt_word *words, size_t n_words, struct arena *a,
                       struct rc_info *e)
{
    const struct form *f = v->version->form;
    struct answers given;
    enum rc rc = answers_decode(f, v->receipt->codes, v->receipt->codes_len, a, &given, e);
    if (rc != RC_OK)
        return rc;
    html_lit(&v->w, "<h2>");
    lookup_tr(v, "receipt.answers_title");
    html_lit(&v->w, "</h2>\n<dl class=\"terms answers\">\n");
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct answer *x = &given.items[i];
        if (f->nodes[i].width == 0 || x->state == ANSWER_NOT_ASKED)
            continue;
        html_lit(&v->w, "<dt>");
        html_text(&v->w, form_text(&f->nodes[i].label, v->flang));
        html_lit(&v->w, "</dt><dd>");
        if (x->state == ANSWER_SKIPPED)
            lookup_tr(v, "receipt.answers_skipped");
        else
            put_given(v, i, x, words, n_words);
        html_lit(&v->w, "</dd>\n");
    }
    html_lit(&v->w, "</dl>\n");
    return RC_OK;
}

/* ---- the proof ---- */

static void put_data(struct lookup_view *v, const char *name, const char *key)
{
    html_lit(&v->w, " data-");
    html_attr(&v->w, name);
    html_lit(&v->w, "=\"");
    lookup_tr(v, key);
    html_lit(&v->w, "\"");
}

/* What the script may have to say stands in attributes: texts are the catalogue's alone. */
static void put_result(struct lookup_view *v)
{
    html_lit(&v->w, "<p class=\"measure\" id=\"proof-result\" role=\"status\"");
    put_data(v, "ok", "receipt.proof_ok");
    put_data(v, "alone", "receipt.proof_alone");
    put_data(v, "other", "receipt.proof_other");
    put_data(v, "bad", "receipt.proof_bad");
    put_data(v, "none", "receipt.proof_none");
    put_data(v, "busy", "receipt.proof_busy");
    html_lit(&v->w, "></p>\n");
}

static void put_proof(struct lookup_view *v, const char *json)
{
    const char *const *langs;
    (void)catalogue_langs(v->site->c, &langs);
    html_lit(&v->w, "<p><button type=\"button\" class=\"second\" id=\"proof-check\" hidden>");
    lookup_tr(v, "receipt.proof_button");
    html_lit(&v->w, "</button></p>\n");
    put_result(v);
    html_lit(&v->w, "<details>\n<summary>");
    lookup_tr(v, "receipt.proof_show");
    html_lit(&v->w, "</summary>\n<p class=\"measure\">");
    lookup_tr(v, v->receipt->codes != NULL ? "receipt.proof_how_answers" : "receipt.proof_how");
    html_lit(&v->w, "</p>\n<p><label for=\"proof\">");
    lookup_tr(v, "receipt.proof_label");
    html_lit(&v->w, "</label></p>\n<textarea id=\"proof\" class=\"code small\" rows=\"12\" spellcheck=\"false\" "
                    "autocomplete=\"off\" translate=\"no\" dir=\"ltr\">");
    html_text(&v->w, json);
    html_lit(&v->w, "</textarea>\n<p><a href=\"/results/");
    html_url(&v->w, v->survey->slug);
    html_lit(&v->w, "?lang=");
    html_url(&v->w, langs[v->lang]);
    html_lit(&v->w, "#merkle-root\">");
    lookup_tr(v, "receipt.proof_results");
    html_lit(&v->w, "</a></p>\n</details>\n");
}

enum rc lookup_proof(struct lookup_view *v, struct arena *a, struct rc_info *e)
{
    unsigned char record[KEY_HASH_BYTES];
    struct proof_file *p = arena_alloc(a, sizeof *p);
    struct buf json;
    if (p == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a proof");
    key_record_hash(v->key, record);
    html_lit(&v->w, "<h2>");
    lookup_tr(v, "receipt.proof_title");
    html_lit(&v->w, "</h2>\n<p class=\"measure\">");
    if (v->survey == NULL || proof_make(v->receipt, record, v->survey->slug, p) != RC_OK) {
        lookup_tr(v, "receipt.proof_later");
        html_lit(&v->w, "</p>\n");
        return RC_OK;
    }
    lookup_tr(v, "receipt.proof_text");
    html_lit(&v->w, "</p>\n");
    buf_init(&json, PROOF_BYTES_MAX);
    enum rc rc = proof_write(p, &json, e);
    if (rc == RC_OK)
        put_proof(v, json.p);
    buf_release(&json);
    return rc;
}
