/* lookup: the parts of the pages about one receipt.  Layer: pages. */
#ifndef MINYI_PAGES_LOOKUP_H
#define MINYI_PAGES_LOOKUP_H

#include "box/proof.h"
#include "pages/survey.h"
#include "store/receipt_store.h"

/* A page about one receipt, in the making. */
struct lookup_view {
    const struct survey_site *site;
    struct html w;
    size_t lang; /* in the catalogue */
    const struct ballot_key *key;
    const struct stored_receipt *receipt;
    /* of a counted one; NULL where this program has not loaded it */
    const struct survey *survey;
    const struct survey_version *version;
    size_t flang;
};

void lookup_tr(struct lookup_view *v, const char *key);
/* A form of this page's with the code in it, and one button. */
void lookup_button(struct lookup_view *v, const char *wish, const char *key, bool is_second);
/* The proof, for the page's script and for `minyi verify`; or that there is none now. RC_OK, RC_NOMEM. */
enum rc lookup_proof(struct lookup_view *v, struct arena *a, struct rc_info *e) MUST_CHECK;
/* Every question and its answer. `words`: the texts. RC_OK, RC_NOMEM; RC_INPUT: not codes of the version. */
enum rc lookup_answers(struct lookup_view *v, const struct receipt_word *words, size_t n_words, struct arena *a,
                       struct rc_info *e) MUST_CHECK;

#endif
