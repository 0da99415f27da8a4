/* People and what they may do. Every page here wants a code of the last five minutes, and nobody changes their own rights. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pages/desk_inner.h"
#include "web/password.h"

enum { FIRST_PASSWORD_CHARS = 20, NAME_MAX_BYTES = 63 };
static const char *const roles[] = {"viewer", "analyst", "author", "auditor", "administrator"};
enum { N_ROLES = sizeof roles / sizeof *roles };
static const char *const role_keys[N_ROLES] = {"desk.role.viewer", "desk.role.analyst", "desk.role.author", "desk.role.auditor",
                                               "desk.role.administrator"};

static const char *outcome_key(enum office_outcome o)
{
    static const char *const keys[] = {[OFFICE_DONE] = "desk.done", [OFFICE_NOT_ALLOWED] = "desk.not_done",
                                       [OFFICE_NO_SUCH] = "desk.no_such", [OFFICE_LAST_ONE] = "desk.last_one",
                                       [OFFICE_ONESELF] = "desk.oneself"};
    return keys[o];
}

static void put_unit(struct desk_call *x, const char *code, size_t len)
{
    char unit[DESK_SLUG_MAX + 1];
    (void)snprintf(unit, sizeof unit, "%.*s", (int)len, code);
    html_tr(&x->w, x->desk->c, x->lang, "desk.in_unit", "unit", unit, NULL);
}

/* "viewer: all surveys, analyst: hall" from "viewer:* analyst:hall". */
static void put_roles(struct desk_call *x, const char *text)
{
    if (*text == '\0')
        html_text(&x->w, desk_text(x, "desk.no_role"));
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, " "), role_len = strcspn(p, ":");
        for (size_t i = 0; i < N_ROLES; i++)
            if (text_equal(roles[i], p, role_len))
                html_text(&x->w, desk_text(x, role_keys[i]));
        html_lit(&x->w, " <span class=\"quiet\">");
        if (len == role_len + 2 && p[role_len + 1] == '*')
            html_text(&x->w, desk_text(x, "desk.all_surveys"));
        else if (len > role_len + 2 && p[role_len + 1] == '@')
            put_unit(x, p + role_len + 2, len - role_len - 2);
        else if (len > role_len)
            html_text_n(&x->w, p + role_len + 1, len - role_len - 1);
        html_lit(&x->w, "</span><br>");
        p += len;
        p += *p == ' ';
    }
}

static const char *state_key(const struct office_people_row *p)
{
    return !p->is_active ? "desk.is_disabled" : p->is_enrolled ? "desk.is_active" : "desk.is_not_enrolled";
}

static void put_person_row(struct desk_call *x, const struct office_people_row *p)
{
    char path[96];
    (void)snprintf(path, sizeof path, "/admin/people/%.63s", p->name);
    html_lit(&x->w, "<tr><th scope=\"row\"><a href=\"");
    desk_put_href(x, path);
    html_lit(&x->w, "\">");
    html_text(&x->w, p->name);
    html_lit(&x->w, "</a></th><td>");
    put_roles(x, p->roles);
    html_lit(&x->w, "</td><td>");
    html_text(&x->w, desk_text(x, state_key(p)));
    html_lit(&x->w, "</td></tr>\n");
}

static void put_list(struct desk_call *x, const struct office_people_row *rows, size_t n)
{
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.people"));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.name"));
    html_lit(&x->w, "</th><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.roles"));
    html_lit(&x->w, "</th><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.state"));
    html_lit(&x->w, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++)
        put_person_row(x, &rows[i]);
    html_lit(&x->w, "</tbody></table></div>\n");
}

static enum rc put_people(struct desk_call *x, const char *problem, const char *name, struct rc_info *e)
{
    struct office_people_row *rows = NULL;
    size_t n = 0;
    enum rc rc = office_people(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/people", "desk.people", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, "name");
    put_list(x, rows, n);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.add_person"));
    html_lit(&x->w, "</h2>\n");
    desk_begin_form(x, "/admin/people");
    desk_put_field(x, "name", "desk.name", "desk.name_hint", "text", name);
    desk_end_form(x, "desk.add_person", false);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.units"));
    html_lit(&x->w, "</h2>\n<p><a href=\"");
    desk_put_href(x, "/admin/units");
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.units_link"));
    html_lit(&x->w, "</a></p>\n");
    return desk_end(x, e);
}

enum rc desk_people_page(struct desk_call *x, struct rc_info *e)
{
    return put_people(x, NULL, "", e);
}

static bool is_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789", others[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_BYTES && strchr(first, *name) != NULL && strspn(name, others) == len;
}

/* A first password of 100 random bits, shown once; no letters that look like others. */
static void make_password(char out[FIRST_PASSWORD_CHARS + 1])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    for (size_t i = 0; i < FIRST_PASSWORD_CHARS; i++)
        out[i] = letters[randombytes_uniform(sizeof letters - 1)];
    out[FIRST_PASSWORD_CHARS] = '\0';
}

static enum rc put_added(struct desk_call *x, const char *name, const char *password, struct rc_info *e)
{
    char path[96];
    desk_begin(x, NULL, "desk.added", NULL, false);
    desk_put_text(x, "desk.added_text");
    html_lit(&x->w, "<dl class=\"facts\">\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.name"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, name);
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.first_password"));
    html_lit(&x->w, "</dt><dd class=\"code\" id=\"first-password\" translate=\"no\" dir=\"ltr\">");
    html_text(&x->w, password);
    html_lit(&x->w, "</dd></div>\n</dl>\n<p><a class=\"button\" href=\"");
    (void)snprintf(path, sizeof path, "/admin/people/%.63s", name);
    desk_put_href(x, path);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.give_roles"));
    html_lit(&x->w, "</a></p>\n");
    return desk_end(x, e);
}

enum rc desk_people_add(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"name"};
    const char *name;
    char password[FIRST_PASSWORD_CHARS + 1], hash[PASSWORD_HASH_BYTES];
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 1, &name, e);
    if (rc == RC_OK && !is_name(name)) {
        x->rs->status = 422;
        return put_people(x, "desk.bad_name", name, e);
    }
    make_password(password);
    if (rc == RC_OK)
        rc = password_hash(password, hash, e);
    if (rc == RC_OK)
        rc = office_add_person(x->db, x->id.hash, name, hash, &o, e);
    if (rc == RC_OK && o != OFFICE_DONE) {
        x->rs->status = 422;
        rc = put_people(x, o == OFFICE_NO_SUCH ? "desk.name_taken" : outcome_key(o), name, e);
    } else if (rc == RC_OK) {
        rc = put_added(x, name, password, e);
    }
    sodium_memzero(password, sizeof password);
    return rc;
}

/* ---- one person ---- */

static void put_role_form(struct desk_call *x, const struct office_survey *surveys, size_t n)
{
    char action[96];
    (void)snprintf(action, sizeof action, "/admin/people/%.63s/role", x->slug);
    desk_begin_form(x, action);
    desk_put_hidden(x, "what", "give");
    html_lit(&x->w, "<p class=\"line\"><label for=\"role\">");
    html_text(&x->w, desk_text(x, "desk.role_name"));
    html_lit(&x->w, "</label><select id=\"role\" name=\"role\">\n");
    for (size_t i = 0; i < N_ROLES; i++) {
        html_lit(&x->w, "<option value=\"");
        html_attr(&x->w, roles[i]);
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, role_keys[i]));
        html_lit(&x->w, "</option>\n");
    }
    html_lit(&x->w, "</select></p>\n<p class=\"line\"><label for=\"survey\">");
    html_text(&x->w, desk_text(x, "desk.in_survey"));
    html_lit(&x->w, "</label><select id=\"survey\" name=\"survey\">\n<option value=\"*\">");
    html_text(&x->w, desk_text(x, "desk.all_surveys"));
    html_lit(&x->w, "</option>\n");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<option>");
        html_text(&x->w, surveys[i].slug);
        html_lit(&x->w, "</option>\n");
    }
    html_lit(&x->w, "</select></p>\n");
    desk_put_field(x, "unit", "desk.or_unit", "desk.or_unit_hint", "text", "");
    desk_end_form(x, "desk.give_role", false);
}

static void put_taking(struct desk_call *x, const char *text)
{
    char action[96], role[32], survey[DESK_SLUG_MAX + 1];
    (void)snprintf(action, sizeof action, "/admin/people/%.63s/role", x->slug);
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, " "), role_len = strcspn(p, ":");
        if (role_len < sizeof role && len > role_len && len - role_len - 1 < sizeof survey) {
            (void)snprintf(role, sizeof role, "%.*s", (int)role_len, p);
            (void)snprintf(survey, sizeof survey, "%.*s", (int)(len - role_len - 1), p + role_len + 1);
            html_lit(&x->w, "<div class=\"held\"><p>");
            char one[32 + DESK_SLUG_MAX + 2];
            (void)snprintf(one, sizeof one, "%s:%s", role, survey);
            put_roles(x, one);
            html_lit(&x->w, "</p>");
            desk_begin_form(x, action);
            desk_put_hidden(x, "what", "take");
            desk_put_hidden(x, "role", role);
            desk_put_hidden(x, "survey", survey);
            desk_end_form(x, "desk.take_role", true);
            html_lit(&x->w, "</div>\n");
        }
        p += len;
        p += *p == ' ';
    }
}

static void put_switch(struct desk_call *x, const char *what, const char *text_key, const char *button_key)
{
    char action[96];
    (void)snprintf(action, sizeof action, "/admin/people/%.63s/set", x->slug);
    desk_put_text(x, text_key);
    desk_begin_form(x, action);
    desk_put_hidden(x, "what", what);
    desk_end_form(x, button_key, true);
}

static enum rc put_person(struct desk_call *x, const char *problem, const char *done, struct rc_info *e)
{
    struct office_people_row *rows = NULL, *found = NULL;
    struct office_survey *surveys = NULL;
    size_t n = 0, n_surveys = 0;
    enum rc rc = office_people(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        found = strcmp(rows[i].name, x->slug) == 0 ? &rows[i] : found;
    if (rc == RC_OK && found == NULL)
        return rc_set(e, RC_NOTFOUND, "no such person");
    if (rc == RC_OK)
        rc = office_survey_names(x->db, x->rq->arena, &surveys, &n_surveys, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/people", NULL, found->name, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, NULL);
    if (done != NULL)
        desk_put_done(x, done);
    html_lit(&x->w, "<p>");
    html_text(&x->w, desk_text(x, state_key(found)));
    html_lit(&x->w, "</p>\n<h2>");
    html_text(&x->w, desk_text(x, "desk.roles"));
    html_lit(&x->w, "</h2>\n");
    put_taking(x, found->roles);
    put_role_form(x, surveys, n_surveys);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.access"));
    html_lit(&x->w, "</h2>\n");
    put_switch(x, "reset_factor", "desk.reset_factor_text", "desk.reset_factor");
    if (found->is_active)
        put_switch(x, "disable", "desk.disable_text", "desk.disable");
    else
        put_switch(x, "enable", "desk.enable_text", "desk.enable");
    return desk_end(x, e);
}

enum rc desk_person_page(struct desk_call *x, struct rc_info *e)
{
    return put_person(x, NULL, NULL, e);
}

static enum rc tell(struct desk_call *x, enum office_outcome o, struct rc_info *e)
{
    if (o != OFFICE_DONE)
        x->rs->status = 422;
    return put_person(x, o == OFFICE_DONE ? NULL : outcome_key(o), o == OFFICE_DONE ? "desk.done" : NULL, e);
}

enum rc desk_person_set(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"what"};
    const char *what;
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 1, &what, e);
    if (rc == RC_OK)
        rc = office_set_person(x->db, x->id.hash, x->slug, what, &o, e);
    return rc == RC_OK ? tell(x, o, e) : rc;
}

enum rc desk_person_role(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"what", "role", "survey", "unit"};
    const char *v[4];
    char scope[DESK_SLUG_MAX + 2];
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 4, v, e);
    if (rc == RC_OK && strcmp(v[0], "give") != 0 && strcmp(v[0], "take") != 0)
        return rc_set_reason(e, RC_INPUT, "unknown_field", "neither give nor take");
    if (rc != RC_OK)
        return rc;
    /* a unit, where one is given, instead of the survey */
    (void)snprintf(scope, sizeof scope, "%s%.*s", *v[3] != '\0' ? "@" : "", DESK_SLUG_MAX, *v[3] != '\0' ? v[3] : v[2]);
    rc = office_set_role(x->db, x->id.hash, x->slug, v[1], scope, strcmp(v[0], "give") == 0, &o, e);
    return rc == RC_OK ? tell(x, o, e) : rc;
}
