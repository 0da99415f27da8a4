/* The way in, and the table of who may do what. */
#include "pages/desk.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "pages/desk_inner.h"
#include "pages/error.h"
#include "web/fcgi.h"

enum { CONFIRMED_S = 300 };

static const struct desk_route {
    struct web_route route;
    enum desk_right right;
    bool is_confirmed; /* wants a code of the last five minutes */
    desk_page *page;
} table[] = {
    {{WEB_GET, "/admin/sign-in", NULL}, DESK_ANYBODY, false, desk_sign_in_page},
    {{WEB_POST, "/admin/sign-in", NULL}, DESK_ANYBODY, false, desk_sign_in},
    {{WEB_POST, "/admin/sign-out", NULL}, DESK_HALF, false, desk_sign_out},
    {{WEB_GET, "/admin/enrol", NULL}, DESK_HALF, false, desk_enrol_page},
    {{WEB_POST, "/admin/enrol", NULL}, DESK_HALF, false, desk_enrol},
    {{WEB_GET, "/admin/confirm", NULL}, DESK_SIGNED_IN, false, desk_confirm_page},
    {{WEB_POST, "/admin/confirm", NULL}, DESK_SIGNED_IN, false, desk_confirm},
    {{WEB_GET, "/admin/", NULL}, DESK_SIGNED_IN, false, desk_home_page},
    {{WEB_POST, "/admin/count", NULL}, DESK_VIEW, false, desk_count_now},
    {{WEB_GET, "/admin/account", NULL}, DESK_SIGNED_IN, false, desk_account_page},
    {{WEB_POST, "/admin/account/end", NULL}, DESK_SIGNED_IN, false, desk_account_end},
    {{WEB_POST, "/admin/account/password", NULL}, DESK_SIGNED_IN, true, desk_account_password},
    {{WEB_GET, "/admin/surveys/%", NULL}, DESK_VIEW, false, desk_survey_page},
    {{WEB_GET, "/admin/surveys/%/paper-draft", NULL}, DESK_VIEW, false, desk_paper_draft},
    {{WEB_GET, "/admin/surveys/%/results", NULL}, DESK_VIEW, false, desk_results_page},
    {{WEB_GET, "/admin/surveys/%/cross", NULL}, DESK_VIEW, false, desk_cross_page},
    {{WEB_GET, "/admin/surveys/%/waves", NULL}, DESK_VIEW, false, desk_waves_page},
    {{WEB_POST, "/admin/surveys/%/state", NULL}, DESK_AUTHOR, false, desk_survey_state},
    {{WEB_GET, "/admin/surveys/%/export", NULL}, DESK_ANALYSE, true, desk_export_page},
    {{WEB_POST, "/admin/surveys/%/export", NULL}, DESK_ANALYSE, true, desk_export},
    {{WEB_POST, "/admin/surveys/%/sensitive", NULL}, DESK_ANALYSE, false, desk_mark_sensitive},
    {{WEB_POST, "/admin/surveys/%/ask", NULL}, DESK_ANALYSE, false, desk_ask_approval},
    {{WEB_GET, "/admin/surveys/%/form.xlsx", NULL}, DESK_AUTHOR, false, desk_sheet_xlsx},
    {{WEB_GET, "/admin/surveys/%/poster.svg", NULL}, DESK_AUTHOR, false, desk_sheet_poster},
    {{WEB_GET, "/admin/surveys/%/paper.html", NULL}, DESK_AUTHOR, false, desk_sheet_paper},
    {{WEB_GET, "/admin/surveys/%/settings", NULL}, DESK_AUTHOR, false, desk_settings_page},
    {{WEB_POST, "/admin/surveys/%/margins", NULL}, DESK_AUTHOR, false, desk_margins},
    {{WEB_POST, "/admin/surveys/%/invite", NULL}, DESK_AUTHOR, true, desk_invite},
    {{WEB_GET, "/admin/surveys/%/wording", NULL}, DESK_AUTHOR, false, desk_wording_page},
    {{WEB_POST, "/admin/surveys/%/wording", NULL}, DESK_AUTHOR, false, desk_wording},
    {{WEB_GET, "/admin/surveys/%/wave-settings", NULL}, DESK_AUTHOR, false, desk_wave_settings_page},
    {{WEB_POST, "/admin/surveys/%/wave-settings", NULL}, DESK_AUTHOR, false, desk_wave_settings},
    {{WEB_GET, "/admin/surveys/%/versions", NULL}, DESK_AUTHOR, false, desk_versions_page},
    {{WEB_POST, "/admin/surveys/%/comparable", NULL}, DESK_AUTHOR, false, desk_comparable},
    {{WEB_GET, "/admin/surveys/%/key", NULL}, DESK_AUTHOR, false, desk_key_page},
    {{WEB_POST, "/admin/surveys/%/key", NULL}, DESK_AUTHOR, false, desk_key},
    {{WEB_GET, "/admin/author", NULL}, DESK_AUTHOR, false, desk_author_page},
    {{WEB_POST, "/admin/author", NULL}, DESK_AUTHOR, false, desk_author_upload},
    {{WEB_GET, "/admin/template.xlsx", NULL}, DESK_AUTHOR, false, desk_template},
    {{WEB_GET, "/admin/drafts/%", NULL}, DESK_AUTHOR, false, desk_draft_page},
    {{WEB_GET, "/admin/drafts/%/preview", NULL}, DESK_AUTHOR, false, desk_draft_preview},
    {{WEB_POST, "/admin/drafts/%/preview", NULL}, DESK_AUTHOR, false, desk_draft_try},
    {{WEB_GET, "/admin/drafts/%/wording", NULL}, DESK_AUTHOR, false, desk_wording_page},
    {{WEB_POST, "/admin/drafts/%/wording", NULL}, DESK_AUTHOR, false, desk_wording},
    {{WEB_POST, "/admin/drafts/%/publish", NULL}, DESK_AUTHOR, true, desk_draft_publish},
    {{WEB_GET, "/admin/approvals", NULL}, DESK_SIGNED_IN, true, desk_approvals_page},
    {{WEB_POST, "/admin/approvals", NULL}, DESK_SIGNED_IN, true, desk_approve},
    {{WEB_GET, "/admin/people", NULL}, DESK_MANAGE, true, desk_people_page},
    {{WEB_POST, "/admin/people", NULL}, DESK_MANAGE, true, desk_people_add},
    {{WEB_GET, "/admin/people/%", NULL}, DESK_MANAGE, true, desk_person_page},
    {{WEB_POST, "/admin/people/%/set", NULL}, DESK_MANAGE, true, desk_person_set},
    {{WEB_POST, "/admin/people/%/role", NULL}, DESK_MANAGE, true, desk_person_role},
    {{WEB_GET, "/admin/units", NULL}, DESK_MANAGE, true, desk_units_page},
    {{WEB_POST, "/admin/units", NULL}, DESK_MANAGE, true, desk_unit_set},
    {{WEB_GET, "/admin/audit", NULL}, DESK_AUDIT, false, desk_audit_page},
};
enum { N_ROUTES = sizeof table / sizeof *table };

static const char *const right_names[] = {"anybody", "half", "signed_in", "view", "analyse", "author", "audit", "manage"};

const char *desk_right_name(enum desk_right right)
{
    return right_names[right];
}

const struct web_route *desk_routes(size_t *n)
{
    static struct web_route routes[N_ROUTES + 2] = {{WEB_GET, "/readyz", desk_readyz}, {WEB_GET, "/metrics", desk_metrics}};
    for (size_t i = 0; i < N_ROUTES; i++)
        routes[2 + i] = (struct web_route){table[i].route.method, table[i].route.path, desk_handle};
    *n = N_ROUTES + 2;
    return routes;
}

void desk_print_routes(struct buf *out)
{
    for (size_t i = 0; i < N_ROUTES; i++)
        buf_printf(out, "%s %s %s%s\n", table[i].route.method == WEB_POST ? "POST" : "GET", table[i].route.path,
                   right_names[table[i].right], table[i].is_confirmed ? " confirmed" : "");
}

bool desk_takes_file(const char *path)
{
    return strcmp(path, "/admin/author") == 0;
}

size_t desk_lane(const struct request *rq)
{
    if (rq->method != WEB_POST)
        return 0;
    if (web_path_fits("/admin/surveys/%/export", rq->path, NULL, NULL) || desk_takes_file(rq->path))
        return 2;
    return strcmp(rq->path, "/admin/sign-in") == 0 || strcmp(rq->path, "/admin/people") == 0 ||
           strcmp(rq->path, "/admin/account/password") == 0;
}

static const struct desk_route *find_route(const struct request *rq)
{
    enum web_method method = rq->method == WEB_HEAD ? WEB_GET : rq->method;
    for (size_t i = 0; i < N_ROUTES; i++)
        if (table[i].route.method == method && web_path_fits(table[i].route.path, rq->path, NULL, NULL))
            return &table[i];
    return NULL;
}

/* ---- rights ---- */

/* `roles` is "role:survey role:survey ...". */
bool desk_has_role(const struct desk_call *x, const char *role, const char *survey)
{
    size_t role_len = strlen(role);
    for (const char *p = x->who.roles != NULL ? x->who.roles : ""; *p != '\0';) {
        size_t len = strcspn(p, " ");
        if (len > role_len && memcmp(p, role, role_len) == 0 && p[role_len] == ':') {
            const char *scope = p + role_len + 1;
            size_t scope_len = len - role_len - 1;
            if (survey == NULL || (scope_len == 1 && *scope == '*') ||
                (scope_len == strlen(survey) && memcmp(scope, survey, scope_len) == 0))
                return true;
        }
        p += len;
        p += *p == ' ';
    }
    return false;
}

bool desk_may(const struct desk_call *x, enum desk_right right, const char *survey)
{
    const char *in = survey != NULL && *survey != '\0' ? survey : NULL;
    switch (right) {
    case DESK_ANYBODY: return true;
    case DESK_HALF: return x->who.person_id != 0;
    case DESK_SIGNED_IN: return x->who.person_id != 0 && x->who.is_enrolled;
    case DESK_VIEW:
        return desk_has_role(x, "viewer", in) || desk_has_role(x, "analyst", in) || desk_has_role(x, "author", in);
    case DESK_ANALYSE: return desk_has_role(x, "analyst", in);
    case DESK_AUTHOR: return desk_has_role(x, "author", in);
    case DESK_AUDIT: return desk_has_role(x, "auditor", NULL);
    case DESK_MANAGE: return desk_has_role(x, "administrator", NULL);
    }
    return false;
}

/* ---- the way in ---- */

/* Is there a page at this path, to come back to? */
static bool find_get(const char *path)
{
    for (size_t i = 0; i < N_ROUTES; i++)
        if (table[i].route.method == WEB_GET && web_path_fits(table[i].route.path, path, NULL, NULL))
            return true;
    return false;
}

static enum rc go_to_confirm(struct desk_call *x, const struct desk_route *r)
{
    char path[256];
    const char *back = r->route.method == WEB_GET || find_get(x->rq->path) ? x->rq->path
                       : strncmp(x->rq->path, "/admin/people", 13) == 0    ? "/admin/people"
                                                                           : "/admin/account";
    (void)snprintf(path, sizeof path, "/admin/confirm?then=%.160s", back);
    return desk_go(x, path);
}

static enum rc check_post(const struct desk_call *x, struct rc_info *e)
{
    const char *token = NULL;
    enum rc rc = web_single(x->rq->fields, x->rq->n_fields, "_token", &token, e);
    if (rc != RC_OK)
        return rc;
    if (!x->rq->is_same_origin)
        return rc_set_reason(e, RC_FORBIDDEN, "other_site", "the form came from another site");
    if (!session_is_form_token(&x->id, token))
        return rc_set_reason(e, RC_FORBIDDEN, "old_form", "the form's token is not of this session");
    return RC_OK;
}

static bool is_old_form(const struct rc_info *e)
{
    return e->reason != NULL && strcmp(e->reason, "old_form") == 0;
}

/* Does the part of the path name a survey? */
static bool is_of_survey(const struct desk_call *x)
{
    return strncmp(x->rq->path, "/admin/surveys/", 15) == 0;
}

/* Refuse, and enter it in the log. Of a survey that is not theirs people do not even learn that it is there. */
static enum rc refuse(struct desk_call *x, struct rc_info *e)
{
    enum rc rc = office_note_forbidden(x->db, x->id.hash, x->rq->path, e);
    if (rc != RC_OK)
        return rc;
    return is_of_survey(x)
               ? rc_set(e, RC_NOTFOUND, "not their survey")
               : rc_set_reason(e, RC_FORBIDDEN, "not_your_role", "not their role");
}

static enum rc enter(struct desk_call *x, const struct desk_route *r, struct rc_info *e)
{
    if (r->right == DESK_ANYBODY && r->route.method == WEB_GET)
        return r->page(x, e);
    if (r->right != DESK_ANYBODY && !desk_may(x, DESK_HALF, NULL))
        return desk_can_resend(x) ? desk_resend_page(x, e) : desk_go(x, "/admin/sign-in");
    if (r->route.method == WEB_POST) {
        enum rc rc = check_post(x, e);
        if (rc != RC_OK)
            return is_old_form(e) && desk_can_resend(x) ? desk_resend_page(x, e) : rc;
    }
    if (r->right > DESK_HALF && !x->who.is_enrolled)
        return desk_go(x, "/admin/enrol");
    if (!desk_may(x, r->right, is_of_survey(x) ? x->slug : NULL))
        return refuse(x, e);
    if (r->is_confirmed && x->who.confirmed_s > CONFIRMED_S)
        return go_to_confirm(x, r);
    return r->page(x, e);
}

enum rc desk_handle(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    const struct desk_worker *worker = app;
    const struct desk_route *r = find_route(rq);
    const char *part = "", *const *langs;
    size_t len = 0, n = catalogue_langs(worker->desk->c, &langs);
    if (r == NULL)
        return rc_set(e, RC_NOTFOUND, "no such page");
    struct desk_call x = {.desk = worker->desk, .db = worker->db, .export_db = worker->export_db, .rq = rq, .rs = rs, .lang = web_language(rq, langs, n)};
    x.w = (struct html){&rs->body};
    rs->is_https = x.desk->is_tls;
    if (!web_path_fits(r->route.path, rq->path, &part, &len) || len > DESK_SLUG_MAX)
        return rc_set(e, RC_NOTFOUND, "no such page");
    memcpy(x.slug, part, len);
    enum rc rc = RC_OK;
    if (session_read(rq, x.desk->is_tls, &x.id))
        rc = office_use_session(x.db, x.id.hash, rq->arena, &x.who, e);
    if (rc == RC_OK)
        rc = enter(&x, r, e);
    /* what the response points to must outlive this call */
    if (rc == RC_OK && rs->location != NULL && (rs->location = arena_strdup(rq->arena, rs->location)) == NULL)
        return rc_set(e, RC_NOMEM, "no memory for an address");
    if (rc == RC_OK && rs->set_cookie != NULL && (rs->set_cookie = arena_strdup(rq->arena, rs->set_cookie)) == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a cookie");
    if (rc == RC_OK && rs->retry_after != NULL && (rs->retry_after = arena_strdup(rq->arena, rs->retry_after)) == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    return rc;
}

/* ---- for the host ---- */

enum rc desk_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    const struct desk_worker *worker = app;
    (void)rq;
    rs->type = "text/plain; charset=utf-8";
    enum rc rc = db_connect(worker->db, e);
    if (rc == RC_OK)
        buf_puts(&rs->body, "ready\n");
    return rc;
}

enum rc desk_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)app, (void)rq, (void)e;
    rs->type = "text/plain; version=0.0.4; charset=utf-8";
    fcgi_metrics(&rs->body, "admin");
    return RC_OK;
}

void desk_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why, struct response *rs)
{
    static const struct page_frame frame = {.home = "/admin/"};
    const struct desk_worker *worker = app;
    rs->is_https = worker->desk->is_tls;
    error_page_in(worker->desk->c, &frame, rq, rc, why, rs);
}
