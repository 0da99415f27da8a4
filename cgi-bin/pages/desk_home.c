/* The dashboard, and one survey. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pages/desk_inner.h"
#include "pages/results_inner.h"
#include "pages/whitepaper.h"

enum { DAYS_MAX = 60, RUNS_MAX = 5 };

static void put_number(struct desk_call *x, int64_t n)
{
    char text[32];
    html_lit(&x->w, "<td class=\"n\">");
    html_text(&x->w, results_grouped(n, text));
    html_lit(&x->w, "</td>");
}

/* The columns [first_number, first_number + n_numbers) are of numbers. */
static void put_heads(struct desk_call *x, const char *const *keys, size_t n, size_t first_number, size_t n_numbers, const char *name_key)
{
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, name_key));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr>");
    for (size_t i = 0; i < n; i++) {
        bool is_number = i >= first_number && i < first_number + n_numbers;
        if (is_number)
            html_lit(&x->w, "<th scope=\"col\" class=\"n\">");
        else
            html_lit(&x->w, "<th scope=\"col\">");
        html_text(&x->w, desk_text(x, keys[i]));
        html_lit(&x->w, "</th>");
    }
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
}

static const char *state_key(const char *state)
{
    return strcmp(state, "open") == 0 ? "desk.state_open" : strcmp(state, "closed") == 0 ? "desk.state_closed" : "desk.state_archived";
}

static void put_surveys(struct desk_call *x, const struct office_survey *s, size_t n)
{
    static const char *const heads[] = {"desk.survey", "desk.state", "desk.waiting", "desk.counted", "desk.tallied"};
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.surveys"));
    html_lit(&x->w, "</h2>\n");
    if (n == 0) {
        desk_put_text(x, "desk.no_survey");
        return;
    }
    put_heads(x, heads, 5, 2, 2, "desk.surveys");
    for (size_t i = 0; i < n; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s", s[i].slug);
        html_lit(&x->w, "<tr><th scope=\"row\"><a href=\"");
        desk_put_href(x, path);
        html_lit(&x->w, "\">");
        html_text(&x->w, s[i].title);
        html_lit(&x->w, "</a> <span class=\"quiet small\">");
        html_text(&x->w, s[i].slug);
        html_lit(&x->w, "</span></th><td>");
        html_text(&x->w, desk_text(x, state_key(s[i].state)));
        html_lit(&x->w, "</td>");
        put_number(x, s[i].waiting);
        put_number(x, s[i].counted);
        html_lit(&x->w, "<td>");
        html_text(&x->w, *s[i].tallied_at != '\0' ? s[i].tallied_at : desk_text(x, "desk.never"));
        html_lit(&x->w, "</td></tr>\n");
    }
    html_lit(&x->w, "</tbody></table></div>\n");
}

static const char *outcome_key(const char *outcome)
{
    static const char *const keys[][2] = {{"asked", "desk.run_asked"}, {"running", "desk.run_running"}, {"done", "desk.run_done"},
                                          {"failed", "desk.run_failed"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i][0], outcome) == 0)
            return keys[i][1];
    return "desk.run_killed";
}

/* "Last run: 3 hours ago: done." */
static void put_last_run(struct desk_call *x, const struct office_run *r)
{
    struct tm t = {.tm_hour = 0};
    char age[80];
    if (strptime(r->started_at, "%Y-%m-%d %H:%M:%S", &t) == NULL)
        return;
    const struct publication_head head = {.tallied_at_s = (int64_t)timegm(&t)};
    const struct results_view v = {.c = x->desk->c, .lang = x->lang, .head = &head, .now_s = (int64_t)time(NULL)};
    results_age(&v, age);
    html_lit(&x->w, "<p>");
    html_tr(&x->w, x->desk->c, x->lang, "desk.last_run", "age", age, "outcome", desk_text(x, outcome_key(r->outcome)), NULL);
    html_lit(&x->w, "</p>\n");
}

static void put_runs(struct desk_call *x, const struct office_run *r, size_t n)
{
    static const char *const heads[] = {"desk.run_started", "desk.run_kind", "desk.run_outcome", "desk.run_seconds", "desk.run_opened",
                                        "desk.waiting"};
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.runs"));
    html_lit(&x->w, "</h2>\n<div id=\"runs\">\n");
    if (n > 0)
        put_last_run(x, &r[0]);
    put_heads(x, heads, 6, 3, 3, "desk.runs");
    for (size_t i = 0; i < n; i++) {
        char seconds[32];
        (void)snprintf(seconds, sizeof seconds, "%.1f", r[i].seconds);
        html_lit(&x->w, "<tr><th scope=\"row\">");
        html_text(&x->w, r[i].started_at);
        html_lit(&x->w, "</th><td>");
        html_text(&x->w, desk_text(x, strcmp(r[i].kind, "tally") == 0 ? "desk.kind_tally" : "desk.kind_recount"));
        html_lit(&x->w, "</td><td>");
        html_text(&x->w, desk_text(x, outcome_key(r[i].outcome)));
        html_lit(&x->w, "</td><td class=\"n\">");
        html_text(&x->w, seconds);
        html_lit(&x->w, "</td>");
        put_number(x, r[i].opened);
        put_number(x, r[i].waiting);
        html_lit(&x->w, "</tr>\n");
    }
    html_lit(&x->w, "</tbody></table></div>\n</div>\n");
}

/* "Count now", and what became of the last time that somebody asked. Where there is script, the parts with an id follow it
 * (html/script/tables.js). */
static void put_count(struct desk_call *x, const struct office_count *c)
{
    bool is_waiting = strcmp(c->outcome, "asked") == 0 || strcmp(c->outcome, "running") == 0;
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.count_now"));
    html_lit(&x->w, "</h2>\n");
    if (*c->asked_by != '\0') {
        html_lit(&x->w, "<p class=\"measure\" id=\"count-said\" role=\"status\">");
        html_tr(&x->w, x->desk->c, x->lang, "desk.count_last", "who", c->asked_by, "at", c->asked_at, "outcome",
                desk_text(x, outcome_key(c->outcome)), NULL);
        html_lit(&x->w, "</p>\n");
    }
    html_lit(&x->w, "<div id=\"count-do\"");
    if (is_waiting) {
        html_lit(&x->w, " data-again=\"3\">\n<p><a class=\"button second\" href=\"");
        desk_put_href(x, "/admin/");
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.look_again"));
        html_lit(&x->w, "</a></p>\n");
    } else {
        html_lit(&x->w, ">\n");
        desk_put_text(x, "desk.count_text");
        desk_begin_form(x, "/admin/count");
        desk_end_form(x, "desk.count_now", true);
    }
    html_lit(&x->w, "</div>\n");
}

enum rc desk_home_page(struct desk_call *x, struct rc_info *e)
{
    struct office_survey *surveys = NULL;
    struct office_run *runs = NULL;
    struct office_count count;
    size_t n = 0, n_runs = 0;
    bool may_view = desk_may(x, DESK_VIEW, NULL);
    enum rc rc = office_surveys(x->db, x->id.hash, desk_lang(x), x->rq->arena, &surveys, &n, e);
    if (rc == RC_OK)
        rc = office_runs(x->db, x->id.hash, RUNS_MAX, x->rq->arena, &runs, &n_runs, e);
    if (rc == RC_OK)
        rc = office_last_count(x->db, x->id.hash, x->rq->arena, &count, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/", "desk.home", NULL, false);
    if (may_view)
        put_surveys(x, surveys, n);
    else
        desk_put_text(x, "desk.no_survey_role");
    put_runs(x, runs, n_runs);
    if (may_view)
        put_count(x, &count);
    return desk_end(x, e);
}

enum rc desk_count_now(struct desk_call *x, struct rc_info *e)
{
    enum office_outcome o = OFFICE_DONE;
    const char *unused[1];
    enum rc rc = desk_fields(x, NULL, 0, unused, e);
    if (rc == RC_OK)
        rc = office_ask_count(x->db, x->id.hash, &o, e);
    return rc == RC_OK ? desk_go(x, "/admin/") : rc;
}

/* ---- one survey ---- */

static void put_link(struct desk_call *x, const char *before, const char *after, const char *key)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s%.64s%s", before, x->slug, after);
    html_lit(&x->w, "<li><a href=\"");
    desk_put_href(x, path);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</a></li>\n");
}

/* Ballots by the day of their opening: bars against the fullest day, and numbers. */
static void put_days(struct desk_call *x, const struct office_day *d, size_t n)
{
    int64_t most = 1;
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.by_day"));
    html_lit(&x->w, "</h2>\n");
    if (n == 0) {
        desk_put_text(x, "desk.nothing_counted");
        return;
    }
    for (size_t i = 0; i < n; i++)
        most = d[i].n > most ? d[i].n : most;
    static const char *const heads[] = {"desk.day", "desk.counted"};
    put_heads(x, heads, 2, 1, 1, "desk.by_day");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<tr><th scope=\"row\">");
        html_text(&x->w, d[i].day);
        html_lit(&x->w, " <meter min=\"0\" max=\"");
        html_int(&x->w, most);
        html_lit(&x->w, "\" value=\"");
        html_int(&x->w, d[i].n);
        html_lit(&x->w, "\" aria-hidden=\"true\"></meter></th>");
        put_number(x, d[i].n);
        html_lit(&x->w, "</tr>\n");
    }
    html_lit(&x->w, "</tbody></table></div>\n");
}

static void put_state(struct desk_call *x, const struct office_survey *s)
{
    static const char *const others[][3] = {{"open", "desk.open_text", "desk.open"}, {"closed", "desk.close_text", "desk.close"},
                                            {"archived", "desk.archive_text", "desk.archive"}};
    char action[112];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/state", x->slug);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.change_state"));
    html_lit(&x->w, "</h2>\n");
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(others[i][0], s->state) == 0)
            continue;
        desk_put_text(x, others[i][1]);
        desk_begin_form(x, action);
        desk_put_hidden(x, "state", others[i][0]);
        desk_end_form(x, others[i][2], true);
    }
}

static void put_facts(struct desk_call *x, const struct office_survey *s)
{
    char number[32];
    html_lit(&x->w, "<dl class=\"facts\">\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.state"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, desk_text(x, state_key(s->state)));
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.waiting"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, results_grouped(s->waiting, number));
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.counted"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, results_grouped(s->counted, number));
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.tallied"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, *s->tallied_at != '\0' ? s->tallied_at : desk_text(x, "desk.never"));
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.version"));
    html_lit(&x->w, "</dt><dd>");
    html_int(&x->w, s->version_no);
    html_lit(&x->w, "</dd></div>\n</dl>\n");
}

static enum rc put_survey(struct desk_call *x, const char *done, struct rc_info *e)
{
    struct office_survey *surveys = NULL, *s = NULL;
    struct office_day *days = NULL;
    size_t n = 0, n_days = 0;
    char path[112];
    enum rc rc = office_surveys(x->db, x->id.hash, desk_lang(x), x->rq->arena, &surveys, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        s = strcmp(surveys[i].slug, x->slug) == 0 ? &surveys[i] : s;
    if (rc == RC_OK && s == NULL)
        return rc_set(e, RC_NOTFOUND, "no such survey");
    if (rc == RC_OK)
        rc = office_days(x->db, x->id.hash, x->slug, DAYS_MAX, x->rq->arena, &days, &n_days, e);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s", x->slug);
    desk_begin(x, path, NULL, s->title, false);
    if (done != NULL)
        desk_put_done(x, done);
    put_facts(x, s);
    if (*s->tallied_at != '\0') {
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.figures"));
        html_lit(&x->w, "</h2>\n<ul class=\"places\">\n");
        put_link(x, "/admin/surveys/", "/results", "desk.figures_questions");
        put_link(x, "/results/", "", "desk.public_page");
        put_link(x, "/whitepaper/", "", "desk.figures_paper");
        if (whitepaper_has_draft(x->rq, x->slug))
            put_link(x, "/admin/surveys/", "/paper-draft", "desk.paper_draft");
        html_lit(&x->w, "</ul>\n");
    }
    if (desk_may(x, DESK_ANALYSE, x->slug) || desk_has_role(x, "viewer", x->slug))
        put_days(x, days, n_days);
    if (desk_may(x, DESK_ANALYSE, x->slug)) {
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/export", x->slug);
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.export"));
        html_lit(&x->w, "</h2>\n");
        desk_put_text(x, "desk.export_lead");
        html_lit(&x->w, "<p><a class=\"button second\" href=\"");
        desk_put_href(x, path);
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.export"));
        html_lit(&x->w, "</a></p>\n");
    }
    if (desk_may(x, DESK_AUTHOR, x->slug)) {
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.sheets"));
        html_lit(&x->w, "</h2>\n<ul class=\"places\">\n");
        put_link(x, "/admin/surveys/", "/settings", "desk.settings");
        put_link(x, "/admin/surveys/", "/wording", "desk.wording");
        put_link(x, "/admin/surveys/", "/wave-settings", "desk.wave_settings");
        put_link(x, "/admin/surveys/", "/versions", "desk.versions");
        put_link(x, "/admin/surveys/", "/form.xlsx", "desk.sheet_xlsx");
        put_link(x, "/admin/surveys/", "/poster.svg", "desk.sheet_poster");
        put_link(x, "/admin/surveys/", "/paper.html", "desk.sheet_paper");
        html_lit(&x->w, "</ul>\n");
    }
    if (desk_may(x, DESK_AUTHOR, x->slug) && strcmp(s->state, "open") == 0) {
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/key", x->slug);
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.key"));
        html_lit(&x->w, "</h2>\n");
        desk_put_text(x, "desk.key_lead");
        html_lit(&x->w, "<p><a class=\"button second\" href=\"");
        desk_put_href(x, path);
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.key"));
        html_lit(&x->w, "</a></p>\n");
    }
    if (desk_may(x, DESK_AUTHOR, x->slug))
        put_state(x, s);
    return desk_end(x, e);
}

enum rc desk_survey_page(struct desk_call *x, struct rc_info *e)
{
    return put_survey(x, NULL, e);
}

enum rc desk_survey_state(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"state"};
    const char *state;
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 1, &state, e);
    if (rc == RC_OK)
        rc = office_set_state(x->db, x->id.hash, x->slug, state, &o, e);
    return rc == RC_OK ? put_survey(x, o == OFFICE_DONE ? "desk.done" : "desk.not_done", e) : rc;
}

enum rc desk_paper_draft(struct desk_call *x, struct rc_info *e)
{
    return whitepaper_draft(x->desk->c, x->rq, x->slug, x->rs, e);
}
