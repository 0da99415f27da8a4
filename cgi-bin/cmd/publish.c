/* minyi check, minyi publish: a questionnaire from the author's sheets to a frozen version. */
#include <sodium.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "form/xlsform.h"
#include "store/operator_store.h"

enum { ARENA_BYTES = 64 << 20, JSON_MAX = 16 << 20, PROBLEMS_MAX = 1 << 20 };

/* Read the folder; problems go to stderr, one line each. */
static enum rc read_form(const char *dir, struct arena *a, struct form **out, struct rc_info *e)
{
    struct buf problems;
    buf_init(&problems, PROBLEMS_MAX);
    enum rc rc = xlsform_read_dir(dir, a, out, &problems, e);
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
        return rc_set(e, RC_USAGE, "name the folder of the questionnaire");
    arena_init(&a, ARENA_BYTES);
    enum rc rc = read_form(argv[1], &a, &f, e);
    if (rc == RC_OK)
        (void)printf("%s: %zu rows, %zu languages, %zu bytes a ballot: no problem found\n", f->slug, f->n_nodes, f->n_langs,
                     f->codes_len);
    arena_release(&a);
    return rc;
}

static enum rc publish(const struct form *f, struct rc_info *e)
{
    static const char *const samples[] = {"random", "open", "demonstration"};
    struct buf json;
    unsigned char hash[32];
    struct published p;
    buf_init(&json, JSON_MAX);
    enum rc rc = form_to_json(f, &json, e);
    struct db *db = operator_db();
    if (rc == RC_OK && db == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory");
    if (rc == RC_OK)
        rc = operator_check_zone(db, f->time_zone, e);
    if (rc == RC_OK) {
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)json.p, json.len, NULL, 0);
        rc = operator_publish(db, f->slug, samples[f->sample], json.p, hash, &p, e);
    }
    if (rc == RC_OK)
        (void)printf(p.is_new ? "%s: version %lld is published\n" : "%s: version %lld was published before, nothing changed\n",
                     f->slug, (long long)p.version_no);
    db_free(db);
    buf_release(&json);
    return rc;
}

enum rc cmd_publish(int argc, char **argv, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    if (argc != 2)
        return rc_set(e, RC_USAGE, "name the folder of the questionnaire");
    arena_init(&a, ARENA_BYTES);
    enum rc rc = read_form(argv[1], &a, &f, e);
    if (rc == RC_OK)
        rc = publish(f, e);
    arena_release(&a);
    return rc;
}
