/* proof: a proof of inclusion as a file: JSON that the receipt page shows, and its reader.  Layer: box.
 *
 *   {"survey": "slug", "leaf": HEX, "path": [{"side": "left"|"right", "hash": HEX}, ...], "root": HEX,
 *    and where answers may be read back: "salt": HEX, "record_hash": HEX, "codes": HEX}
 *
 * The path leads from the leaf to the root; `side` is where the neighbour stands. How hashes are made:
 * merkle.h. Any tool that knows SHA-256 can check it. */
#ifndef MINYI_BOX_PROOF_H
#define MINYI_BOX_PROOF_H

#include "base/buf.h"
#include "box/merkle.h"
#include "form/form.h"
#include "store/receipt_store.h"

enum { PROOF_BYTES_MAX = 64 * 1024 };

struct proof_file {
    struct merkle_proof proof;
    char survey[65];
    bool has_answers; /* salt, record hash and codes are there: */
    unsigned char salt[MERKLE_SALT_BYTES], record_hash[KEY_HASH_BYTES], codes[FORM_CODES_MAX];
    size_t codes_len;
};

/* The proof of a counted ballot under the root that is published. RC_OK; RC_NOTFOUND: the tree is not that
 * of what is stored now, for a tally is at work or failed, or there is none yet. */
enum rc proof_make(const struct stored_receipt *r, const unsigned char record_hash[KEY_HASH_BYTES],
                   const char *survey, struct proof_file *out) MUST_CHECK;

/* Append it, a member a line. RC_OK, RC_NOMEM. */
enum rc proof_write(const struct proof_file *p, struct buf *out, struct rc_info *e) MUST_CHECK;

/* Read one. RC_OK; RC_INPUT (not such a document, says why); RC_TOOBIG. Whether it holds is another matter. */
enum rc proof_read(const char *json, size_t len, struct proof_file *out, struct rc_info *e) MUST_CHECK;

/* RC_OK: the leaf is included under the root, and the answers, where they are there, are the leaf's.
 * RC_CONFLICT: not so, with the reason. */
enum rc proof_check(const struct proof_file *p, struct rc_info *e) MUST_CHECK;

#endif
