#include "box/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

_Static_assert(KEYRING_ESCROW_BYTES == crypto_box_SECRETKEYBYTES + crypto_box_SEALBYTES, "sealed secret");

static void file_name(char out[32], int64_t epoch_id)
{
    (void)snprintf(out, 32, "%lld.key", (long long)epoch_id);
}

static bool path_of(char *out, size_t size, const char *dir, int64_t epoch_id)
{
    int n = snprintf(out, size, "%s/%lld.key", dir, (long long)epoch_id);
    return n > 0 && (size_t)n < size;
}

enum rc keyring_make(const char *dir, int64_t epoch_id, const unsigned char recovery_pk[BATCH_PUBLIC_BYTES],
                     unsigned char pk[BATCH_PUBLIC_BYTES], unsigned char escrow[KEYRING_ESCROW_BYTES],
                     struct rc_info *e)
{
    char path[4096], name[32];
    unsigned char sk[BATCH_SECRET_BYTES];
    if (!path_of(path, sizeof path, dir, epoch_id))
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    if (access(path, F_OK) == 0)
        return rc_set(e, RC_CONFLICT, "the keyring has a key for epoch %lld already", (long long)epoch_id);
    file_name(name, epoch_id);
    enum rc rc = RC_OK;
    if (crypto_box_keypair(pk, sk) != 0 || crypto_box_seal(escrow, sk, sizeof sk, recovery_pk) != 0)
        rc = rc_set(e, RC_CRYPTO, "cannot seal the new key to the recovery key");
    else
        rc = file_write_durably(dir, name, sk, sizeof sk, 0600, e);
    sodium_memzero(sk, sizeof sk);
    return rc;
}

enum rc keyring_load(const char *dir, int64_t epoch_id, unsigned char sk[BATCH_SECRET_BYTES], struct rc_info *e)
{
    char path[4096];
    if (!path_of(path, sizeof path, dir, epoch_id))
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rc_set(e, errno == ENOENT ? RC_NOTFOUND : RC_IO, "cannot open \"%s\": %s", path, strerror(errno));
    unsigned char extra;
    ssize_t n = read(fd, sk, BATCH_SECRET_BYTES);
    bool is_exact = n == BATCH_SECRET_BYTES && read(fd, &extra, 1) == 0;
    (void)close(fd);
    if (!is_exact) {
        sodium_memzero(sk, BATCH_SECRET_BYTES);
        return rc_set(e, RC_IO, "\"%s\" is not a key of %d bytes", path, BATCH_SECRET_BYTES);
    }
    return RC_OK;
}

enum rc keyring_restore(const char *dir, int64_t epoch_id, const unsigned char *escrow, size_t escrow_len,
                        const unsigned char pk[BATCH_PUBLIC_BYTES],
                        const unsigned char recovery_sk[BATCH_SECRET_BYTES], struct rc_info *e)
{
    unsigned char sk[BATCH_SECRET_BYTES], recovery_pk[BATCH_PUBLIC_BYTES], check[BATCH_PUBLIC_BYTES];
    char name[32];
    if (escrow_len != KEYRING_ESCROW_BYTES)
        return rc_set(e, RC_CRYPTO, "the escrow of epoch %lld has %zu bytes", (long long)epoch_id, escrow_len);
    file_name(name, epoch_id);
    enum rc rc = RC_OK;
    if (crypto_scalarmult_base(recovery_pk, recovery_sk) != 0 ||
        crypto_box_seal_open(sk, escrow, escrow_len, recovery_pk, recovery_sk) != 0)
        rc = rc_set(e, RC_CRYPTO, "epoch %lld was not sealed to this recovery key", (long long)epoch_id);
    else if (crypto_scalarmult_base(check, sk) != 0 || sodium_memcmp(check, pk, sizeof check) != 0)
        rc = rc_set(e, RC_CRYPTO, "the escrow of epoch %lld holds another key", (long long)epoch_id);
    else
        rc = file_write_durably(dir, name, sk, sizeof sk, 0600, e);
    sodium_memzero(sk, sizeof sk);
    return rc;
}

enum rc keyring_destroy(const char *dir, int64_t epoch_id, struct rc_info *e)
{
    char path[4096];
    static const unsigned char zero[BATCH_SECRET_BYTES] = {0};
    if (!path_of(path, sizeof path, dir, epoch_id))
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? RC_OK : rc_set(e, RC_IO, "cannot open \"%s\": %s", path, strerror(errno));
    bool is_wiped = write(fd, zero, sizeof zero) == (ssize_t)sizeof zero && fsync(fd) == 0;
    (void)close(fd);
    if (!is_wiped || unlink(path) != 0)
        return rc_set(e, RC_IO, "cannot destroy \"%s\": %s", path, strerror(errno));
    return RC_OK;
}
