#include "box/proof.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"

/* ---- making ---- */

static void fill_trie(struct merkle_trie *t, const struct stored_trie *from)
{
    size_t n = 0;
    memset(t, 0, sizeof *t);
    memcpy(t->held, from->held, MERKLE_HELD_BYTES);
    for (size_t i = 0; i < MERKLE_WIDTH; i++)
        if (merkle_holds(t->held, i) && n < from->n)
            memcpy(t->roots[i], from->roots + n++ * MERKLE_BYTES, MERKLE_BYTES);
}

enum rc proof_make(const struct stored_receipt *r, const unsigned char record_hash[KEY_HASH_BYTES],
                   const char *survey, struct proof_file *out)
{
    struct merkle_trie part, top;
    *out = (struct proof_file){.has_answers = false};
    if (r->root == NULL || r->n_leaves == 0 || r->n_before >= r->n_leaves || strlen(survey) >= sizeof out->survey)
        return RC_NOTFOUND;
    fill_trie(&part, &r->part);
    fill_trie(&top, &r->top);
    merkle_proof_bucket(&out->proof, r->leaves, r->n_leaves, r->n_before);
    if (merkle_proof_trie(&out->proof, &part, record_hash[1]) != RC_OK ||
        merkle_proof_trie(&out->proof, &top, record_hash[0]) != RC_OK ||
        memcmp(out->proof.root, r->root, MERKLE_BYTES) != 0)
        return RC_NOTFOUND;
    memcpy(out->survey, survey, strlen(survey) + 1);
    out->has_answers = r->codes != NULL && r->salt != NULL && r->codes_len <= sizeof out->codes;
    if (out->has_answers) {
        memcpy(out->salt, r->salt, MERKLE_SALT_BYTES);
        memcpy(out->record_hash, record_hash, KEY_HASH_BYTES);
        memcpy(out->codes, r->codes, r->codes_len);
        out->codes_len = r->codes_len;
    }
    return RC_OK;
}

/* ---- writing ---- */

static void put_hex(struct buf *out, const unsigned char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_printf(out, "%02x", p[i]);
}

static void put_member(struct buf *out, const char *name, const unsigned char *p, size_t len)
{
    buf_printf(out, ",\n \"%s\": \"", name);
    put_hex(out, p, len);
    buf_putc(out, '"');
}

enum rc proof_write(const struct proof_file *p, struct buf *out, struct rc_info *e)
{
    buf_printf(out, "{\"survey\": \"%s\"", p->survey); /* a slug: nothing to escape */
    put_member(out, "leaf", p->proof.leaf, MERKLE_BYTES);
    buf_puts(out, ",\n \"path\": [");
    for (size_t i = 0; i < p->proof.n_steps; i++) {
        const struct merkle_step *s = &p->proof.steps[i];
        buf_printf(out, "%s\n  {\"side\": \"%s\", \"hash\": \"", i == 0 ? "" : ",", s->is_left ? "left" : "right");
        put_hex(out, s->hash, MERKLE_BYTES);
        buf_puts(out, "\"}");
    }
    buf_puts(out, "]");
    put_member(out, "root", p->proof.root, MERKLE_BYTES);
    if (p->has_answers) {
        put_member(out, "salt", p->salt, MERKLE_SALT_BYTES);
        put_member(out, "record_hash", p->record_hash, KEY_HASH_BYTES);
        put_member(out, "codes", p->codes, p->codes_len);
    }
    buf_puts(out, "}\n");
    return buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a proof");
}

/* ---- reading ---- */

/* The hex digits of a member: `len` bytes where at least that many are asked for. */
static enum rc get_hex(const json_t *o, const char *name, unsigned char *out, size_t min, size_t max, size_t *len,
                       struct rc_info *e)
{
    const json_t *v = json_object_get(o, name);
    const char *hex = json_string_value(v), *end = NULL;
    size_t n = 0, chars = json_string_length(v);
    if (hex == NULL)
        return rc_set(e, RC_INPUT, "there is no \"%s\"", name);
    if (sodium_hex2bin(out, max, hex, chars, NULL, &n, &end) != 0 || end != hex + chars || n < min)
        return rc_set(e, RC_INPUT, "\"%s\" is not hexadecimal of %zu to %zu bytes", name, min, max);
    if (len != NULL)
        *len = n;
    return RC_OK;
}

static enum rc get_step(const json_t *o, struct merkle_step *s, struct rc_info *e)
{
    const char *side = json_string_value(json_object_get(o, "side"));
    if (side == NULL || (strcmp(side, "left") != 0 && strcmp(side, "right") != 0))
        return rc_set(e, RC_INPUT, "a step's \"side\" is neither left nor right");
    s->is_left = strcmp(side, "left") == 0;
    return get_hex(o, "hash", s->hash, MERKLE_BYTES, MERKLE_BYTES, NULL, e);
}

static enum rc get_path(const json_t *o, struct merkle_proof *p, struct rc_info *e)
{
    const json_t *path = json_object_get(o, "path");
    enum rc rc = RC_OK;
    if (!json_is_array(path) || json_array_size(path) > MERKLE_STEPS_MAX)
        return rc_set(e, RC_INPUT, "\"path\" is not a list of at most %d steps", MERKLE_STEPS_MAX);
    p->n_steps = json_array_size(path);
    for (size_t i = 0; rc == RC_OK && i < p->n_steps; i++)
        rc = get_step(json_array_get(path, i), &p->steps[i], e);
    return rc;
}

static enum rc get_answers(const json_t *o, struct proof_file *p, struct rc_info *e)
{
    p->has_answers = json_object_get(o, "salt") != NULL || json_object_get(o, "record_hash") != NULL ||
                     json_object_get(o, "codes") != NULL;
    if (!p->has_answers)
        return RC_OK;
    enum rc rc = get_hex(o, "salt", p->salt, MERKLE_SALT_BYTES, MERKLE_SALT_BYTES, NULL, e);
    if (rc == RC_OK)
        rc = get_hex(o, "record_hash", p->record_hash, KEY_HASH_BYTES, KEY_HASH_BYTES, NULL, e);
    return rc == RC_OK ? get_hex(o, "codes", p->codes, 0, sizeof p->codes, &p->codes_len, e) : rc;
}

static enum rc read_document(const json_t *o, struct proof_file *p, struct rc_info *e)
{
    const char *survey = json_string_value(json_object_get(o, "survey"));
    if (survey == NULL || !text_is_slug(survey, strlen(survey)))
        return rc_set(e, RC_INPUT, "there is no \"survey\"");
    memcpy(p->survey, survey, strlen(survey) + 1); /* at most 64 characters */
    enum rc rc = get_hex(o, "leaf", p->proof.leaf, MERKLE_BYTES, MERKLE_BYTES, NULL, e);
    if (rc == RC_OK)
        rc = get_hex(o, "root", p->proof.root, MERKLE_BYTES, MERKLE_BYTES, NULL, e);
    if (rc == RC_OK)
        rc = get_path(o, &p->proof, e);
    return rc == RC_OK ? get_answers(o, p, e) : rc;
}

enum rc proof_read(const char *json, size_t len, struct proof_file *out, struct rc_info *e)
{
    json_error_t why;
    if (len > PROOF_BYTES_MAX)
        return rc_set(e, RC_TOOBIG, "a proof has at most %d bytes", PROOF_BYTES_MAX);
    json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (o == NULL)
        return rc_set(e, RC_INPUT, "not JSON at line %d: %s", why.line, why.text);
    *out = (struct proof_file){.has_answers = false};
    enum rc rc = read_document(o, out, e);
    json_decref(o);
    return rc;
}

enum rc proof_check(const struct proof_file *p, struct rc_info *e)
{
    unsigned char leaf[MERKLE_BYTES];
    if (!merkle_proof_holds(&p->proof))
        return rc_set(e, RC_CONFLICT, "the path does not lead from the leaf to the root");
    if (!p->has_answers)
        return RC_OK;
    merkle_leaf(p->salt, p->record_hash, p->codes, p->codes_len, leaf);
    return memcmp(leaf, p->proof.leaf, MERKLE_BYTES) == 0
               ? RC_OK
               : rc_set(e, RC_CONFLICT, "the answers are not those of the leaf");
}
