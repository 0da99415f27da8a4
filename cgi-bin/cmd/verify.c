/* minyi verify: does a proof of inclusion hold?  Needs no database: an auditor or a citizen can run it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "box/proof.h"
#include "cmd/cmd.h"

static enum rc read_all(const char *path, struct buf *out, struct rc_info *e)
{
    char piece[4096];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (f == NULL)
        return rc_set(e, RC_IO, "cannot open \"%s\": %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_put(out, piece, n);
    enum rc rc = ferror(f) != 0 ? rc_set(e, RC_IO, "cannot read \"%s\"", path) : RC_OK;
    if (f != stdin)
        (void)fclose(f);
    return rc == RC_OK && !buf_ok(out) ? rc_set(e, RC_TOOBIG, "\"%s\" has more than %d bytes", path, PROOF_BYTES_MAX) : rc;
}

static void hex_root(const struct proof_file *p, char out[2 * MERKLE_BYTES + 1])
{
    for (size_t i = 0; i < MERKLE_BYTES; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", p->proof.root[i]);
}

static enum rc verify(const char *path, const char *root, struct rc_info *e)
{
    struct buf text;
    struct proof_file p;
    char found[2 * MERKLE_BYTES + 1];
    buf_init(&text, PROOF_BYTES_MAX);
    enum rc rc = read_all(path, &text, e);
    if (rc == RC_OK && text.len == 0)
        rc = rc_set(e, RC_INPUT, "\"%s\" is empty", path);
    if (rc == RC_OK)
        rc = proof_read(text.p, text.len, &p, e);
    if (rc == RC_OK)
        rc = proof_check(&p, e);
    buf_release(&text);
    if (rc != RC_OK)
        return rc;
    hex_root(&p, found);
    if (root != NULL && strcmp(root, found) != 0)
        return rc_set(e, RC_CONFLICT, "the proof leads to the root %s, not to %s", found, root);
    (void)printf("%s: included under %s%s\n", p.survey, found,
                 p.has_answers ? ", with these answers" : "; which answers, the proof does not say");
    return RC_OK;
}

enum rc cmd_verify(int argc, char **argv, struct rc_info *e)
{
    const char *root = NULL;
    if (argc == 4 && strcmp(argv[2], "--root") == 0)
        root = argv[3];
    else if (argc != 2)
        return rc_set(e, RC_USAGE, "which proof?");
    return verify(argv[1], root, e);
}
