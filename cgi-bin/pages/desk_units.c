/* Which unit a survey belongs to: a right in a unit is a right in all its surveys. */
#include "pages/desk_inner.h"

static void put_row(struct desk_call *x, const struct office_unit *u)
{
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, u->survey);
    html_lit(&x->w, "</th><td>");
    desk_begin_form(x, "/admin/units");
    desk_put_hidden(x, "survey", u->survey);
    html_lit(&x->w, "<span class=\"beside\"><input type=\"text\" name=\"unit\" maxlength=\"60\" autocapitalize=\"none\" "
                    "autocomplete=\"off\" spellcheck=\"false\" dir=\"ltr\" aria-label=\"");
    html_tr(&x->w, x->desk->c, x->lang, "desk.unit_of", "survey", u->survey, NULL);
    html_lit(&x->w, "\" value=\"");
    html_attr(&x->w, u->unit);
    html_lit(&x->w, "\"> <button type=\"submit\" class=\"second small\">");
    html_text(&x->w, desk_text(x, "desk.unit_save"));
    html_lit(&x->w, "</button></span></form></td></tr>\n");
}

static enum rc put_page(struct desk_call *x, const char *problem, const char *done, struct rc_info *e)
{
    struct office_unit *rows = NULL;
    size_t n = 0;
    enum rc rc = office_units(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/units", "desk.units", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, NULL);
    if (done != NULL)
        desk_put_done(x, done);
    desk_put_text(x, "desk.units_text");
    if (n == 0)
        desk_put_text(x, "desk.no_survey");
    else {
        html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
        html_attr(&x->w, desk_text(x, "desk.units"));
        html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr><th scope=\"col\">");
        html_text(&x->w, desk_text(x, "desk.survey"));
        html_lit(&x->w, "</th><th scope=\"col\">");
        html_text(&x->w, desk_text(x, "desk.unit"));
        html_lit(&x->w, "</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
            put_row(x, &rows[i]);
        html_lit(&x->w, "</tbody></table></div>\n");
    }
    html_lit(&x->w, "<p><a href=\"");
    desk_put_href(x, "/admin/people");
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.people"));
    html_lit(&x->w, "</a></p>\n");
    return desk_end(x, e);
}

enum rc desk_units_page(struct desk_call *x, struct rc_info *e)
{
    return put_page(x, NULL, NULL, e);
}

enum rc desk_unit_set(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"survey", "unit"};
    const char *v[2];
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 2, v, e);
    if (rc == RC_OK)
        rc = office_set_unit(x->db, x->id.hash, v[0], v[1], &o, e);
    if (rc != RC_OK)
        return rc;
    if (o != OFFICE_DONE)
        x->rs->status = 422;
    return put_page(x, o == OFFICE_DONE ? NULL : o == OFFICE_NO_SUCH ? "desk.bad_unit" : "desk.not_done", o == OFFICE_DONE ? "desk.done" : NULL, e);
}
