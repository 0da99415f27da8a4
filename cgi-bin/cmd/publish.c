/* minyi check, minyi publish: a questionnaire from the author's sheets to a frozen version. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "form/xlsform.h"
#include "store/operator_store.h"

enum { ARENA_BYTES = 64 << 20, JSON_MAX = 16 << 20, PROBLEMS_MAX = 1 << 20 };

/* Read the workbook or folder; problems go to stderr, one line each. */
static enum rc read_form(const char *path, struct arena *a, struct form **out, struct rc_info *e)
{
    struct buf problems;
    buf_init(&problems, PROBLEMS_MAX);
    enum rc rc = xlsform_read_path(path, a, out, &problems, e);
    if (problems.len > 0)
        (void)fputs(problems.p, stderr);
    buf_release(&problems);
    return rc;
}

enum rc cmd_check(int argc, char **argv, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    if (argc != 2)
        return rc_set(e, RC_USAGE, "name the questionnaire: an Excel workbook, or a folder of CSV files");
    arena_init(&a, ARENA_BYTES);
    enum rc rc = read_form(argv[1], &a, &f, e);
    if (rc == RC_OK)
        (void)printf("%s: %zu rows, %zu languages, %zu bytes a ballot: no problem found\n", f->slug, f->n_nodes, f->n_langs,
                     f->codes_len);
    arena_release(&a);
    return rc;
}

/* Print the names of the questions of `a` that `b` has not. Gives their number. */
static size_t print_missing(const char *what, const struct form *a, const struct form *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_nodes; i++) {
        const char *name = a->nodes[i].name;
        if (a->nodes[i].width > 0 && form_find(b, name, strlen(name)) == SIZE_MAX)
            (void)printf("%s%s", n++ == 0 ? what : ", ", name);
    }
    if (n > 0)
        (void)fputc('\n', stdout);
    return n;
}

static void print_news(const struct form *f, const struct form *before, const struct published *p)
{
    if (!p->is_new) {
        (void)printf("%s: version %lld was published before, nothing changed\n", f->slug, (long long)p->version_no);
        return;
    }
    (void)printf("%s: version %lld is published\n", f->slug, (long long)p->version_no);
    if (before == NULL)
        return;
    if (print_missing("  new questions: ", f, before) + print_missing("  questions that are gone: ", before, f) == 0)
        (void)printf("  the same questions: only texts, choices, order, rules or settings changed\n");
}

/* The version that is current before this publication; NULL for the first. */
static enum rc current_form(struct db *db, const char *slug, struct arena *a, struct form **out, struct rc_info *e)
{
    struct operator_survey s;
    *out = NULL;
    enum rc rc = operator_survey(db, slug, a, &s, e);
    if (rc == RC_NOTFOUND)
        return RC_OK;
    return rc == RC_OK ? form_from_json(s.definition, s.definition_len, a, out, e) : rc;
}

static enum rc freeze(struct db *db, const struct form *f, const struct buf *json, struct published *p, struct rc_info *e)
{
    static const char *const samples[] = {[FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};
    unsigned char hash[32];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)json->p, json->len, NULL, 0);
    return operator_publish(db, f->slug, samples[f->sample], json->p, hash, p, e);
}

static enum rc publish(const struct form *f, struct arena *a, struct rc_info *e)
{
    struct buf json;
    struct published p;
    struct form *before = NULL;
    struct db *db = operator_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    buf_init(&json, JSON_MAX);
    enum rc rc = form_to_json(f, &json, e);
    if (rc == RC_OK)
        rc = operator_check_zone(db, f->time_zone, e);
    if (rc == RC_OK)
        rc = current_form(db, f->slug, a, &before, e);
    if (rc == RC_OK)
        rc = freeze(db, f, &json, &p, e);
    if (rc == RC_OK)
        print_news(f, before, &p);
    db_free(db);
    buf_release(&json);
    return rc;
}

enum rc cmd_publish(int argc, char **argv, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    if (argc != 2)
        return rc_set(e, RC_USAGE, "name the questionnaire: an Excel workbook, or a folder of CSV files");
    arena_init(&a, ARENA_BYTES);
    enum rc rc = read_form(argv[1], &a, &f, e);
    if (rc == RC_OK)
        rc = publish(f, &a, e);
    arena_release(&a);
    return rc;
}
