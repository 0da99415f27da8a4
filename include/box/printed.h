/* printed: what of a questionnaire goes on paper: the poster that asks people to it, the form to fill in with a pen; shared by
 * the command and the desk.  Layer: box. */
#ifndef MINYI_BOX_PRINTED_H
#define MINYI_BOX_PRINTED_H

#include "form/form.h"
#include "web/catalogue.h"

/* `lang` NULL: the survey's first language. RC_OK; RC_INPUT (the survey has no texts in it; the poster's limits); RC_NOMEM. */
enum rc printed_poster(const struct form *f, const char *lang, const char *base_url, const struct catalogue *c, struct arena *a,
                       struct buf *out, struct rc_info *e) MUST_CHECK;
enum rc printed_paper(const struct form *f, const char *lang, int64_t version_id, const struct catalogue *c, struct buf *out,
                      struct rc_info *e) MUST_CHECK;

/* `n` new codes for a survey by invitation: slips to cut, a CSV of the codes, their hashes (KEY_HASH_BYTES each). Nobody can
 * make them again. RC_TOOBIG as well: the address does not fit into a QR code. */
enum rc printed_slips(const struct form *f, const char *lang, const char *base_url, const struct catalogue *c, size_t n, struct arena *a,
                      struct buf *slips, struct buf *codes, unsigned char *hashes, struct rc_info *e) MUST_CHECK;

/* What is to be said of a column of the template (form/template.h); NULL: nothing. */
const char *printed_template_note(const struct catalogue *c, size_t lang, const char *sheet, const char *head);

#endif
