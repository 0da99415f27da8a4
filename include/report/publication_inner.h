/* publication_inner: what the files of publication share.  Layer: report. For them alone. */
#ifndef MINYI_REPORT_PUBLICATION_INNER_H
#define MINYI_REPORT_PUBLICATION_INNER_H

#include <jansson.h>

#include "report/publication.h"

/* A tree under construction: one failure spoils it all, asked for once. */
struct pub_writer {
    const struct publication *p;
    bool has_failed;
};

void pub_put(struct pub_writer *w, json_t *object, const char *key, json_t *value);
void pub_append(struct pub_writer *w, json_t *array, json_t *value);
/* Add the numbers of a share of `n` to an object. */
void pub_put_share(struct pub_writer *w, json_t *o, const struct pub_share *s, int64_t n);
json_t *pub_label_json(struct pub_writer *w, const struct form_label *l);
json_t *pub_weights_json(struct pub_writer *w, const struct pub_weights *x);
json_t *pub_groups_json(struct pub_writer *w);
/* Crossings, grids, waves and trends; a key is absent where there is none. */
void pub_put_tables(struct pub_writer *w, json_t *document);

void pub_put_fast(struct pub_writer *w, json_t *document);
/* A row of a table with so many columns, if it is not of boxes. */
void pub_put_row(struct pub_writer *w, json_t *o, const struct pub_row *r, size_t n_columns);

/* Reading: the first fault is kept with its place, everything after it reads as 0 or "". */
struct pub_reader {
    struct arena *a;
    struct rc_info *e;
    enum rc rc;
    size_t n_langs;
    const char *const *langs;
    const char *at; /* name of the question being read, "" outside */
};

void pub_fail(struct pub_reader *r, enum rc rc, const char *key);
const char *pub_read_text(struct pub_reader *r, const json_t *o, const char *key);
struct form_label pub_read_label(struct pub_reader *r, const json_t *o, const char *key);
int64_t pub_read_count(struct pub_reader *r, const json_t *o, const char *key);
bool pub_read_bool(struct pub_reader *r, const json_t *o, const char *key);
size_t pub_read_size(struct pub_reader *r, const json_t *o, const char *key, size_t max);
struct pub_share pub_read_share(struct pub_reader *r, const json_t *o, int64_t n);
/* `o` NULL: a publication from before there were weights. After the questions. */
void pub_read_weights(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_weights *x);
void pub_read_groups(struct pub_reader *r, const json_t *document, struct publication *p);
void pub_read_tables(struct pub_reader *r, const json_t *document, struct publication *p);
void pub_read_fast(struct pub_reader *r, const json_t *document, struct publication *p);
struct pub_row pub_read_row(struct pub_reader *r, const json_t *o, size_t n_columns, bool can_collapse);
size_t pub_read_question_name(struct pub_reader *r, const json_t *name, const struct publication *p);
double pub_read_share_of_1(struct pub_reader *r, const json_t *o, const char *key);

#endif
