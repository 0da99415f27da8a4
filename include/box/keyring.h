/* keyring: the secret epoch keys, one file each, in a folder that only the tally's user can enter.
 * Layer: box.  File "<epoch_id>.key": 32 bytes secret, mode 0600. */
#ifndef MINYI_BOX_KEYRING_H
#define MINYI_BOX_KEYRING_H

#include <stdint.h>

#include "base/rc.h"
#include "box/batch.h"

enum { KEYRING_ESCROW_BYTES = 32 + 48 /* crypto_box_SEALBYTES */ };

/* Make a pair, store the secret half durably as epoch `epoch_id`, give the public half, and the
 * secret sealed to the operator's recovery key. RC_OK, RC_IO, RC_CRYPTO, RC_CONFLICT (exists). */
enum rc keyring_make(const char *dir, int64_t epoch_id, const unsigned char recovery_pk[BATCH_PUBLIC_BYTES],
                     unsigned char pk[BATCH_PUBLIC_BYTES], unsigned char escrow[KEYRING_ESCROW_BYTES],
                     struct rc_info *e) MUST_CHECK;

/* Read the secret of an epoch. RC_OK, RC_NOTFOUND, RC_IO. Wipe it with sodium_memzero after use. */
enum rc keyring_load(const char *dir, int64_t epoch_id, unsigned char sk[BATCH_SECRET_BYTES],
                     struct rc_info *e) MUST_CHECK;

/* Put a secret back from its escrow, checking that it belongs to `pk`. RC_OK, RC_CRYPTO, RC_IO. */
enum rc keyring_restore(const char *dir, int64_t epoch_id, const unsigned char *escrow, size_t escrow_len,
                        const unsigned char pk[BATCH_PUBLIC_BYTES],
                        const unsigned char recovery_sk[BATCH_SECRET_BYTES], struct rc_info *e) MUST_CHECK;

/* Overwrite and remove. RC_OK also when there was none. */
enum rc keyring_destroy(const char *dir, int64_t epoch_id, struct rc_info *e) MUST_CHECK;

#endif
