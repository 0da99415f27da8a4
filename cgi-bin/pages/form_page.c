/* The form page around its questions: what is wrong, who asks and what becomes of an answer. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pages/survey.h"

static void put_tr(struct html *w, const struct form_view *v, const char *key)
{
    html_tr(w, v->c, v->clang, key, NULL);
}

void form_problem_text(struct html *w, const struct form_view *v, const struct form_problem *p)
{
    const struct form_node *n = p->node < v->form->n_nodes ? &v->form->nodes[p->node] : NULL;
    bool is_missing = strcmp(p->code, "required") == 0 || strcmp(p->code, "must_agree") == 0;
    const char *own = n == NULL     ? ""
                      : is_missing ? form_text(&n->required_message, v->flang)
                                   : form_text(&n->constraint_message, v->flang);
    if (*own != '\0') { /* the author's words are better than ours */
        html_text(w, own);
        return;
    }
    char key[64], min[24], max[24];
    (void)snprintf(key, sizeof key, "form.problem.%s", p->code);
    (void)snprintf(min, sizeof min, "%lld", (long long)p->min);
    (void)snprintf(max, sizeof max, "%lld", (long long)p->max);
    html_tr(w, v->c, v->clang, key, "min", min, "max", max, NULL);
}

/* The error summary: first on the page, takes the focus, leads to the fields. */
void form_summary(struct html *w, const struct form_view *v)
{
    html_lit(w, "<div class=\"summary\" id=\"summary\" role=\"alert\" tabindex=\"-1\" autofocus>\n<h2>");
    put_tr(w, v, "form.problems");
    html_lit(w, "</h2>\n<ul>\n");
    if (v->code_problem != NULL) {
        html_lit(w, "<li><a href=\"#code\">");
        put_tr(w, v, v->code_problem);
        html_lit(w, "</a></li>\n");
    }
    for (size_t i = 0; v->answers != NULL && i < v->answers->n_problems; i++) {
        const struct form_problem *p = &v->answers->problems[i];
        html_lit(w, "<li>");
        if (p->node < v->form->n_nodes) {
            html_lit(w, "<a href=\"#a-");
            html_attr(w, v->form->nodes[p->node].name);
            html_lit(w, "\">");
            form_problem_text(w, v, p);
            html_lit(w, "</a>");
        } else {
            form_problem_text(w, v, p);
        }
        html_lit(w, "</li>\n");
    }
    html_lit(w, "</ul>\n<p>");
    put_tr(w, v, "form.kept");
    html_lit(w, "</p>\n</div>\n");
}

/* What happened to the page rather than to an answer: another version, a stale key, no cookies. */
static void put_notice(struct html *w, const struct form_view *v)
{
    char key[64];
    html_lit(w, "<div class=\"summary\" id=\"summary\" role=\"alert\" tabindex=\"-1\" autofocus>\n<h2>");
    (void)snprintf(key, sizeof key, "%s.title", v->notice);
    put_tr(w, v, key);
    html_lit(w, "</h2>\n<p>");
    (void)snprintf(key, sizeof key, "%s.text", v->notice);
    put_tr(w, v, key);
    html_lit(w, "</p>\n");
    html_lit(w, "</div>\n");
}

static void put_term(struct html *w, const struct form_view *v, const char *key, const char *text)
{
    if (*text == '\0')
        return;
    html_lit(w, "<dt>");
    put_tr(w, v, key);
    html_lit(w, "</dt><dd>");
    html_text(w, text);
    html_lit(w, "</dd>\n");
}

/* A term in our own words, with one number in it. */
static void put_told(struct html *w, const struct form_view *v, const char *key, const char *text_key, int64_t n)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)n);
    html_lit(w, "<dt>");
    put_tr(w, v, key);
    html_lit(w, "</dt><dd>");
    html_tr(w, v->c, v->clang, text_key, "n", number, NULL);
    html_lit(w, "</dd>\n");
}

/* The smallest age, and a kind way out for those under it. */
static void put_age(struct html *w, const struct form_view *v)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)v->form->smallest_age);
    html_lit(w, "<dt>");
    put_tr(w, v, "form.age");
    html_lit(w, "</dt><dd>");
    html_tr(w, v->c, v->clang, "form.age_text", "n", number, NULL);
    html_lit(w, " <a href=\"/survey/");
    html_url(w, v->slug);
    html_lit(w, "/younger?lang=");
    html_url(w, v->form->langs[v->flang]);
    html_lit(w, "\">");
    html_tr(w, v->c, v->clang, "form.age_younger", "n", number, NULL);
    html_lit(w, "</a></dd>\n");
}

/* Days are what is promised; nobody pictures 3650 of them. */
static void put_until(struct html *w, const struct form_view *v)
{
    char years[24], days[24];
    int64_t n = v->form->retain_days;
    (void)snprintf(days, sizeof days, "%lld", (long long)n);
    (void)snprintf(years, sizeof years, "%lld", (long long)((n + 182) / 365));
    html_lit(w, "<dt>");
    put_tr(w, v, "form.until");
    html_lit(w, "</dt><dd>");
    html_tr(w, v->c, v->clang, n >= 730 ? "form.until_years" : "form.until_text", "n", days, "years", years, NULL);
    html_lit(w, "</dd>\n");
}

/* The survey's real settings in plain words: what a citizen agrees to. */
void form_terms(struct html *w, const struct form_view *v)
{
    const struct form *f = v->form;
    html_lit(w, "<dl class=\"terms\">\n");
    put_term(w, v, "form.organiser", form_text(&f->organiser, v->flang));
    put_term(w, v, "form.population", form_text(&f->population, v->flang));
    if (f->smallest_age > 0)
        put_age(w, v);
    put_term(w, v, "form.basis", form_text(&f->legal_basis, v->flang));
    put_told(w, v, "form.stored", f->fast_seconds > 0 ? "form.stored_fast" : "form.stored_text", f->fast_seconds);
    put_told(w, v, "form.seen", f->min_opening > 1 ? "form.seen_text" : "form.seen_demo", f->min_opening);
    put_until(w, v);
    put_told(w, v, "form.pseudonym", f->is_read_back ? "form.pseudonym_read_back" : "form.pseudonym_text", 0);
    put_told(w, v, "form.receipt", f->is_read_back ? "form.receipt_read_back" : "form.receipt_text", 0);
    put_term(w, v, "form.handler", form_text(&f->handler, v->flang));
    put_term(w, v, "form.contact", form_text(&f->contact, v->flang));
    html_lit(w, "</dl>\n");
}

static void put_hidden(struct html *w, const struct form_view *v)
{
    html_lit(w, "<div><input type=\"hidden\" name=\"_version\" value=\"");
    html_int(w, v->version_id);
    html_lit(w, "\"><input type=\"hidden\" name=\"_lang\" value=\"");
    html_attr(w, v->form->langs[v->flang]);
    html_lit(w, "\">");
    /* A trap for programs that fill in whatever they find; a person whose browser did so can undo it. */
    html_lit(w, "<label class=\"trap\" aria-hidden=\"true\">");
    put_tr(w, v, "form.trap");
    html_lit(w, " <input type=\"text\" name=\"_website\" tabindex=\"-1\" autocomplete=\"off\"></label>");
    if (v->form_token != NULL) {
        html_lit(w, "<input type=\"hidden\" name=\"_token\" value=\"");
        html_attr(w, v->form_token);
        html_lit(w, "\">");
    }
    if (v->token != NULL) {
        html_lit(w, "<input type=\"hidden\" name=\"_ballot\" value=\"");
        html_attr(w, v->token);
        html_lit(w, "\">");
    }
    html_lit(w, "</div>\n");
}

static const char *typed_code(const struct form_view *v)
{
    for (size_t i = 0; i < v->n_fields; i++)
        if (text_equal("_code", v->fields[i].name, v->fields[i].name_len))
            return v->fields[i].value;
    return "";
}

/* The invitation's code: a question of the page's own, before all others. */
static void put_code(struct html *w, const struct form_view *v)
{
    html_lit(w, "<div class=\"q");
    if (v->code_problem != NULL)
        html_lit(w, " has-error");
    html_lit(w, "\" data-need=\"");
    put_tr(w, v, "form.code_problem.missing");
    html_lit(w, "\"><label class=\"legend\" for=\"code\">");
    put_tr(w, v, "form.code");
    html_lit(w, " <span class=\"need\">");
    put_tr(w, v, "form.required");
    html_lit(w, "</span></label>\n<p class=\"hint\" id=\"code-hint\">");
    put_tr(w, v, "form.code_hint");
    html_lit(w, "</p>\n");
    if (v->code_problem != NULL) {
        html_lit(w, "<p class=\"error\" id=\"code-error\">");
        put_tr(w, v, v->code_problem);
        html_lit(w, "</p>\n");
    }
    html_lit(w, "<input type=\"text\" class=\"code\" id=\"code\" name=\"_code\" dir=\"ltr\" autocomplete=\"off\" autocapitalize=\"characters\" "
                "spellcheck=\"false\" maxlength=\"40\" aria-required=\"true\" value=\"");
    html_attr(w, typed_code(v));
    if (v->code_problem != NULL)
        html_lit(w, "\" aria-invalid=\"true\" aria-describedby=\"code-error code-hint\"></div>\n");
    else
        html_lit(w, "\" aria-describedby=\"code-hint\"></div>\n");
}

/* The sentences that the script says; their {places} are for it to fill. */
static void put_sentences(struct html *w, const struct form_view *v)
{
    static const char *const said[][2] = {
        {"step", "form.step"}, {"next", "form.next"}, {"tocheck", "form.to_check"}, {"change", "form.change"},
        {"none", "form.none"}, {"ticked", "form.ticked"}, {"problems", "form.problems"},
        {"need", "form.problem.required"}, {"agree", "form.problem.must_agree"}, {"error", "frame.error_title"},
        {"save", "form.save"}, {"forget", "form.forget"}, {"saved", "form.saved"}, {"forgotten", "form.forgotten"},
        {"unsaved", "form.unsaved"}, {"restored", "form.restored"}, {"sending", "form.sending"},
        {"waiting", "form.waiting"}, {"arrived", "form.arrived"}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        html_lit(w, " data-");
        html_attr(w, said[i][0]);
        html_lit(w, "=\"");
        put_tr(w, v, said[i][1]);
        html_lit(w, "\"");
    }
}

/* What the script puts around the sections. Without script a template is nothing at all. */
static void put_steps(struct html *w, const struct form_view *v)
{
    html_lit(w, "<template id=\"steps\"");
    put_sentences(w, v);
    html_lit(w, ">\n<div class=\"progress\"><p tabindex=\"-1\"></p><progress aria-label=\"");
    put_tr(w, v, "form.progress");
    html_lit(w, "\"></progress></div>\n<section class=\"check off\">\n<h2>");
    put_tr(w, v, "form.check");
    html_lit(w, "</h2>\n<p>");
    put_tr(w, v, "form.check_text");
    html_lit(w, "</p>\n<dl></dl>\n</section>\n<p class=\"steps\"><button type=\"button\" data-do=\"next\">");
    put_tr(w, v, "form.next");
    html_lit(w, "</button> <button type=\"button\" class=\"second\" data-do=\"back\">");
    put_tr(w, v, "form.back");
    html_lit(w, "</button></p>\n<p class=\"told\" role=\"status\"></p>\n<div class=\"keep\"><p class=\"hint\">");
    put_tr(w, v, "form.save_text");
    html_lit(w, "</p>\n<button type=\"button\" class=\"second\" data-do=\"save\"></button></div>\n</template>\n");
}

static void put_form(struct html *w, const struct form_view *v, const char *path)
{
    html_lit(w, "<form id=\"ballot\" method=\"post\" action=\"");
    html_attr(w, path);
    html_lit(w, "\" novalidate>\n");
    put_hidden(w, v);
    if (v->form->is_by_invitation)
        put_code(w, v);
    if (v->form->n_nodes > 0 && v->form->nodes[0].type != FORM_GROUP_BEGIN)
        form_terms(w, v);
    form_questions(w, v);
    html_lit(w, "<div class=\"finish\">\n<p class=\"measure\">");
    put_tr(w, v, "form.before_send");
    html_lit(w, "</p>\n<p><button type=\"submit\">");
    put_tr(w, v, "form.send");
    html_lit(w, "</button></p>\n</div>\n</form>\n");
    put_steps(w, v);
}

/* On top of a preview, whatever else is there. */
static void put_preview_note(struct html *w, const struct form_view *v)
{
    html_lit(w, "<div class=\"warning\" role=\"note\"><p><strong>");
    put_tr(w, v, "desk.preview_notice.title");
    html_lit(w, "</strong> ");
    put_tr(w, v, "desk.preview_notice.text");
    html_lit(w, "</p></div>\n");
}

static bool has_expressions(const struct form *f)
{
    for (size_t i = 0; i < f->n_nodes; i++)
        if (f->nodes[i].relevant.op == FORM_EXPRESSION || f->nodes[i].constraint != NULL || f->nodes[i].filter != NULL)
            return true;
    return false;
}

void form_page(struct html *w, const struct form_view *v)
{
    char path[8 + 64 + 1];
    bool has_problems = (v->answers != NULL && v->answers->n_problems > 0) || v->code_problem != NULL;
    bool is_preview = v->path != NULL;
    const char *description = form_text(&v->form->description, v->flang);
    (void)snprintf(path, sizeof path, "/survey/%.64s", v->slug);
    const struct page p = {.c = v->c,
                           .lang = v->clang,
                           .title = form_text(&v->form->title, v->flang),
                           .description = *description != '\0' ? description : NULL,
                           .path = v->path != NULL ? v->path : path,
                           .langs = v->form->langs,
                           .n_langs = v->form->n_langs,
                           .is_error = has_problems || (v->notice != NULL && !is_preview),
                           .is_demonstration = v->form->sample == FORM_DEMONSTRATION,
                           .has_script = !v->is_script_off,
                           .script = has_expressions(v->form) && !v->is_script_off ? "expr.js" : NULL,
                           .is_indexable = !is_preview};
    page_begin(w, &p);
    if (is_preview)
        put_preview_note(w, v);
    if (has_problems)
        form_summary(w, v);
    else if (v->notice != NULL && !is_preview)
        put_notice(w, v);
    html_lit(w, "<h1>");
    html_text(w, p.title);
    html_lit(w, "</h1>\n<p class=\"lead\">");
    html_text(w, description);
    html_lit(w, "</p>\n<p class=\"optional quiet\">");
    put_tr(w, v, "form.optional");
    html_lit(w, "</p>\n");
    put_form(w, v, p.path);
    page_end(w, &p);
}
