/* minyi invite: codes for a survey by invitation, on slips to be printed. The database gets their hashes
 * alone; the only copy of the codes is in the folder that this command makes. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/settings.h"
#include "base/text.h"
#include "box/key.h"
#include "box/printed.h"
#include "cmd/cmd.h"
#include "form/form.h"
#include "store/operator_store.h"
#include "web/catalogue.h"

enum { COUNT_MAX = 5000, SHEET_MAX = 64 << 20, LIST_MAX = 1 << 20 };

struct options {
    const char *slug, *lang, *base, *out;
    int64_t count; /* 0: only tell how many are left */
};

struct sheet_files {
    struct buf slips, codes;
    unsigned char *hashes;
};

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    *o = (struct options){.base = setting(SET_BASE_URL)};
    for (int i = 1; i < argc; i++) {
        const char **text = strcmp(argv[i], "--lang") == 0  ? &o->lang
                            : strcmp(argv[i], "--url") == 0 ? &o->base
                            : strcmp(argv[i], "--out") == 0 ? &o->out
                                                            : NULL;
        if (text != NULL && i + 1 < argc) {
            *text = argv[++i];
        } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
            if (text_to_i64(argv[i + 1], strlen(argv[i + 1]), 1, COUNT_MAX, &o->count) != RC_OK)
                return rc_set(e, RC_USAGE, "--count takes 1 to %d: for more, call it again with another folder", COUNT_MAX);
            i++;
        } else if (argv[i][0] == '-' || o->slug != NULL) {
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
        } else {
            o->slug = argv[i];
        }
    }
    if (o->slug == NULL)
        return rc_set(e, RC_USAGE, "say which survey");
    if (o->count > 0 && o->out == NULL)
        return rc_set(e, RC_USAGE, "say with --out which new folder takes the slips");
    if (o->count > 0 && strncmp(o->base, "https://", 8) != 0 && strncmp(o->base, "http://", 7) != 0)
        return rc_set(e, RC_USAGE, "say where the site is: --url https://survey.example.gov.cn, or MINYI_BASE_URL");
    return RC_OK;
}

/* The files first: a code that is in the database and on no slip would be of no use to anyone. */
static enum rc store(struct db *db, const struct options *o, int64_t survey_id, const struct sheet_files *files, struct rc_info *e)
{
    char path[4096];
    if (mkdir(o->out, 0700) != 0)
        return rc_set(e, errno == EEXIST ? RC_CONFLICT : RC_IO, "the folder \"%s\" cannot be made: %s", o->out, strerror(errno));
    enum rc rc = file_write_durably(o->out, "slips.html", files->slips.p, files->slips.len, 0600, e);
    if (rc == RC_OK)
        rc = file_write_durably(o->out, "codes.csv", files->codes.p, files->codes.len, 0600, e);
    if (rc == RC_OK)
        rc = operator_add_invitations(db, survey_id, files->hashes, (size_t)o->count, e);
    if (rc == RC_OK || rc == RC_AWAY) /* away: whether they were stored is unknown, and no harm is done */
        return rc;
    static const char *const names[] = {"slips.html", "codes.csv"};
    for (size_t i = 0; i < 2; i++)
        if (snprintf(path, sizeof path, "%s/%s", o->out, names[i]) < (int)sizeof path)
            (void)unlink(path);
    (void)rmdir(o->out);
    return rc;
}

static enum rc invite(struct db *db, const struct options *o, const struct operator_survey *s, struct arena *a, struct rc_info *e)
{
    struct form *f = NULL;
    struct catalogue *c = NULL;
    struct sheet_files files = {.hashes = arena_array(a, (size_t)o->count, KEY_HASH_BYTES)};
    buf_init(&files.slips, SHEET_MAX);
    buf_init(&files.codes, LIST_MAX);
    enum rc rc = files.hashes == NULL ? rc_set(e, RC_NOMEM, "no memory") : form_from_json(s->definition, s->definition_len, a, &f, e);
    if (rc == RC_OK && !f->is_by_invitation)
        rc = rc_set(e, RC_CONFLICT, "\"%s\" is open to everybody: access in settings.csv says invitation where codes are asked for",
                    o->slug);
    if (rc == RC_OK)
        rc = catalogue_load(setting(SET_HTML_DIR), a, &c, e);
    if (rc == RC_OK)
        rc = printed_slips(f, o->lang, o->base, c, (size_t)o->count, a, &files.slips, &files.codes, files.hashes, e);
    if (rc == RC_OK)
        rc = store(db, o, s->survey_id, &files, e);
    if (rc == RC_OK)
        (void)printf("%s: %lld codes in %s/slips.html and codes.csv. Nobody can make these again: keep the folder until they "
                     "are given out, then delete it\n", o->slug, (long long)o->count, o->out);
    buf_release(&files.slips);
    buf_release(&files.codes);
    return rc;
}

enum rc cmd_invite(int argc, char **argv, struct rc_info *e)
{
    struct options o = {0};
    struct operator_survey s = {0};
    struct arena a;
    int64_t left = 0;
    enum rc rc = read_options(argc, argv, &o, e);
    if (rc != RC_OK)
        return rc;
    struct db *db = operator_db();
    arena_init(&a, 64 << 20);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_survey(db, o.slug, &a, &s, e);
    if (rc == RC_OK && o.count > 0)
        rc = invite(db, &o, &s, &a, e);
    if (rc == RC_OK && o.count == 0) {
        rc = operator_invitations_left(db, s.survey_id, &left, e);
        if (rc == RC_OK)
            (void)printf("%s: %lld codes are not used yet\n", o.slug, (long long)left);
    }
    arena_release(&a);
    db_free(db);
    return rc;
}
