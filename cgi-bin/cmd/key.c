/* minyi key init: the recovery key, whose secret half is shown once and stored nowhere.
 * minyi key restore: put a lost keyring back from the escrows, with that secret on standard input. */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "box/keyring.h"
#include "cmd/cmd.h"
#include "store/operator_store.h"
#include "store/user_store.h"

/* 64 hex digits in groups of eight: what is to be written down. */
static bool print_secret(const unsigned char sk[BATCH_SECRET_BYTES])
{
    bool is_out = true;
    char hex[2 * BATCH_SECRET_BYTES + 1];
    (void)sodium_bin2hex(hex, sizeof hex, sk, BATCH_SECRET_BYTES);
    for (int i = 0; i < 2 * BATCH_SECRET_BYTES; i += 8)
        is_out = printf("%.8s%s", hex + i, i + 8 < 2 * BATCH_SECRET_BYTES ? "-" : "\n") > 0 && is_out;
    sodium_memzero(hex, sizeof hex);
    return fflush(stdout) == 0 && is_out;
}

static enum rc init(bool replace, struct rc_info *e)
{
    unsigned char pk[BATCH_PUBLIC_BYTES], sk[BATCH_SECRET_BYTES];
    struct db *db = operator_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = crypto_box_keypair(pk, sk) == 0 ? operator_put_recovery_key(db, pk, replace, e)
                                                 : rc_set(e, RC_CRYPTO, "cannot make a key pair");
    if (rc == RC_OK) {
        (void)fprintf(stderr, "The recovery key, shown this once. Write it down and keep it off this machine:\n"
                              "with it, and only with it, ballots can be counted after the keyring was lost\n"
                              "(\"minyi key restore\"). Whoever holds it and a copy of the box can open the box.\n");
        if (!print_secret(sk))
            rc = rc_set(e, RC_IO, "the secret could not be shown and is lost: run \"minyi key init --replace\"");
    }
    sodium_memzero(sk, sizeof sk);
    db_free(db);
    return rc;
}

static enum rc read_secret(unsigned char sk[BATCH_SECRET_BYTES], struct rc_info *e)
{
    char line[256], hex[2 * BATCH_SECRET_BYTES + 1];
    size_t n = 0, got = 0;
    if (fgets(line, sizeof line, stdin) == NULL)
        return rc_set(e, RC_INPUT, "give the recovery secret on standard input");
    for (const char *c = line; *c != '\0'; c++) {
        if (isxdigit((unsigned char)*c) && n < sizeof hex - 1)
            hex[n++] = *c;
        else if (*c != '-' && !isspace((unsigned char)*c))
            n = sizeof hex; /* not a secret */
        if (n == sizeof hex)
            break;
    }
    bool is_good = n == sizeof hex - 1 &&
                   sodium_hex2bin(sk, BATCH_SECRET_BYTES, hex, n, NULL, &got, NULL) == 0 && got == BATCH_SECRET_BYTES;
    sodium_memzero(line, sizeof line);
    sodium_memzero(hex, sizeof hex);
    return is_good ? RC_OK : rc_set(e, RC_INPUT, "the recovery secret is 64 hex digits, in groups of eight");
}

static enum rc restore_all(struct db *db, const unsigned char sk[BATCH_SECRET_BYTES], struct rc_info *e)
{
    struct arena a;
    struct escrow *keys = NULL;
    size_t n = 0, restored = 0;
    arena_init(&a, 16 << 20);
    enum rc rc = operator_escrows(db, &a, &keys, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        unsigned char had[BATCH_SECRET_BYTES];
        enum rc there = keyring_load(setting(SET_KEYRING_DIR), keys[i].epoch_id, had, NULL);
        sodium_memzero(had, sizeof had);
        if (there == RC_OK)
            continue;
        rc = keyring_restore(setting(SET_KEYRING_DIR), keys[i].epoch_id, keys[i].escrow, keys[i].escrow_len,
                             keys[i].public_key, sk, e);
        restored += rc == RC_OK;
    }
    if (rc == RC_OK)
        (void)printf("restored %zu of %zu keys, the others were there\n", restored, n);
    arena_release(&a);
    return rc;
}

enum rc cmd_key(int argc, char **argv, struct rc_info *e)
{
    if (argc >= 2 && strcmp(argv[1], "init") == 0 && (argc == 2 || (argc == 3 && strcmp(argv[2], "--replace") == 0)))
        return init(argc == 3, e);
    if (argc != 2 || strcmp(argv[1], "restore") != 0)
        return rc_set(e, RC_USAGE, "say init or restore");
    unsigned char sk[BATCH_SECRET_BYTES];
    enum rc rc = read_secret(sk, e);
    struct db *db = rc == RC_OK ? operator_keys_db() : NULL;
    if (rc == RC_OK)
        rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : audit_note("keys_restored", "", "minyi key restore", e);
    if (rc == RC_OK)
        rc = restore_all(db, sk, e);
    sodium_memzero(sk, sizeof sk);
    db_free(db);
    return rc;
}
