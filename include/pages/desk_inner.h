/* desk_inner: what the desk's pages share.  Layer: pages. For them alone. */
#ifndef MINYI_PAGES_DESK_INNER_H
#define MINYI_PAGES_DESK_INNER_H

#include "pages/desk.h"
#include "web/page.h"

/* One request on its way through the desk. */
struct desk_call {
    const struct desk *desk;
    struct db *db, *export_db;
    const struct request *rq;
    struct response *rs;
    size_t lang;
    struct session_id id;      /* of the cookie; id.text "" where there is none */
    struct office_session who; /* person_id 0: nobody */
    char slug[DESK_SLUG_MAX + 1]; /* what stands for '%' in the path, or "" */
    struct html w;
    struct page page;
    struct page_frame frame;
    char cookie[SESSION_COOKIE_BYTES];
    char location[256];
    char wait[24];
};

typedef enum rc desk_page(struct desk_call *x, struct rc_info *e);

/* Does the session's person have the role, in this survey (NULL: in any)? */
bool desk_has_role(const struct desk_call *x, const char *role, const char *survey);
bool desk_may(const struct desk_call *x, enum desk_right right, const char *survey);

/* ---- pages ---- */

/* Name of the page's language, as "?lang=" has it. */
const char *desk_lang(const struct desk_call *x);
/* The questionnaire's language that fits it, else its first. */
size_t desk_form_lang(const struct desk_call *x, const struct form *f);
const char *desk_text(const struct desk_call *x, const char *key);
/* Head, places, and <h1>; `title` NULL: the text of the key. */
void desk_begin(struct desk_call *x, const char *path, const char *title_key, const char *title, bool is_error);
enum rc desk_end(struct desk_call *x, struct rc_info *e);
void desk_put_text(struct desk_call *x, const char *key);
/* "There is a problem": the text of the key, with a link to the field of this id (NULL: none). */
void desk_put_problem(struct desk_call *x, const char *key, const char *field);
void desk_put_done(struct desk_call *x, const char *key);
/* A message of a reader of files, in the page's language where it is known (web/phrases.h). */
void desk_put_message(struct desk_call *x, const char *text, size_t len);
/* The same as a paragraph, with where it is wrong before ": ". */
void desk_put_reason(struct desk_call *x, const char *line);
void desk_put_heading(struct desk_call *x, const char *key);
/* What differs between two versions, question by question (desk_versions.c). */
enum rc desk_put_diff(struct desk_call *x, const struct form *before, const struct form *after, struct arena *a, struct rc_info *e);
/* What a page was made of, so that nothing else is changed or published by it: the SHA-256 of a definition, as a hidden field and
 * as it comes back (false: it is none). (desk_draft.c) */
enum { DESK_BASE_BYTES = 32 };
void desk_put_base(struct desk_call *x, const char *definition, size_t len);
bool desk_is_base(const char *sent, const char *definition, size_t len);
bool desk_take_base(const char *sent, unsigned char out[DESK_BASE_BYTES]);
/* Keep a questionnaire as a draft and go there (desk_author.c). */
enum rc desk_keep_draft(struct desk_call *x, const struct form *f, struct rc_info *e);
/* A path of the desk in the page's language, as the value of an attribute. */
void desk_put_href(struct desk_call *x, const char *path);

/* A form with token and language; `name`, where not NULL, is a hidden field of that value. */
void desk_begin_form(struct desk_call *x, const char *action);
void desk_put_hidden(struct desk_call *x, const char *name, const char *value);
/* A line of text to fill in. type: "text", "password", "code". */
void desk_put_field(struct desk_call *x, const char *name, const char *key, const char *hint_key, const char *type, const char *value);
void desk_end_form(struct desk_call *x, const char *button_key, bool is_second);

/* May a form whose session has ended be shown again, to be sent once more (desk_resend.c)? Only one that the browser says to come
 * from the desk's own page: nobody else is to have theirs sent by somebody signed in. */
bool desk_can_resend(const struct desk_call *x);
desk_page desk_resend_page;

/* ---- input ---- */

/* The values of the fields with these names, "" where one did not come; token and language are passed over.
 * RC_OK; RC_INPUT: a field of another name, or one twice. */
enum rc desk_fields(const struct desk_call *x, const char *const *names, size_t n, const char **values, struct rc_info *e) MUST_CHECK;

/* 303 to a path of the desk, in the page's language. */
enum rc desk_go(struct desk_call *x, const char *path);
void desk_set_cookie(struct desk_call *x, const struct session_id *id);

/* The keyed hashes under which tries are counted. */
void desk_try_of(const struct desk_call *x, const char *name, struct office_try *out);

/* Is this code of the second factor, or this recovery code, right for the person, and not used yet? *how: "code",
 * "recovery code". RC_OK; RC_CRYPTO (a seed does not open), RC_AWAY, RC_DB. */
enum rc desk_check_code(struct desk_call *x, const struct office_person *p, const char *code, bool *is_right, const char **how,
                        struct rc_info *e) MUST_CHECK;

/* The handlers, by file. */
desk_page desk_sign_in_page, desk_sign_in;                                                    /* desk_sign_in.c */
desk_page desk_enrol_page, desk_enrol, desk_confirm_page, desk_confirm;                       /* desk_factor.c */
desk_page desk_account_page, desk_account_end, desk_account_password, desk_sign_out;          /* desk_account.c */
desk_page desk_people_page, desk_people_add, desk_person_page, desk_person_set, desk_person_role; /* desk_people.c */
desk_page desk_units_page, desk_unit_set;                                                     /* desk_units.c */
desk_page desk_export_page, desk_export, desk_mark_sensitive, desk_ask_approval;              /* desk_export.c */
desk_page desk_approvals_page, desk_approve;                                                  /* desk_approvals.c */
desk_page desk_author_page, desk_author_upload;                                              /* desk_author.c */
desk_page desk_draft_page, desk_draft_preview, desk_draft_try, desk_draft_publish;           /* desk_draft.c */
desk_page desk_wording_page, desk_wording;                                                   /* desk_wording.c */
desk_page desk_wave_settings_page, desk_wave_settings;                                       /* desk_waves.c */
desk_page desk_versions_page, desk_comparable;                                               /* desk_versions.c */
desk_page desk_key_page, desk_key;                                                            /* desk_key.c */
desk_page desk_sheet_xlsx, desk_template, desk_sheet_poster, desk_sheet_paper;               /* desk_sheets.c */
desk_page desk_settings_page, desk_margins, desk_invite;                                     /* desk_settings.c */
desk_page desk_results_page;                                                                 /* desk_results.c */
desk_page desk_cross_page, desk_waves_page;                                                  /* desk_compare.c */
desk_page desk_audit_page;                                                                    /* desk_audit.c */
desk_page desk_home_page, desk_count_now, desk_survey_page, desk_survey_state, desk_paper_draft; /* desk_home.c */

#endif
