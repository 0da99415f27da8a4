/* minyi import: from rows to ballots, or to a list of what is wrong with them. */
#include "cmd/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"

enum { FIELDS_MAX = 4096, ERRORS_SHOWN = 20 };

/* A box that has to be ticked: the consent. The option --consent stands for it. */
static bool is_consent(const struct form_node *n)
{
    return n->type == FORM_ACKNOWLEDGE && n->is_required;
}

static enum rc map_column(struct import *im, size_t c, struct rc_info *e)
{
    const char *head = im->sheet.head[c];
    size_t node = form_find(im->form, head, strlen(head));
    im->node_of_col[c] = node;
    if (strcmp(head, "response_id") == 0)
        im->id_col = c;
    else if (node == SIZE_MAX || im->form->nodes[node].width == 0)
        return rc_set(e, RC_INPUT, "%s:1:%s: the questionnaire has no such question", im->sheet.name, head);
    else if (is_consent(&im->form->nodes[node]))
        return rc_set(e, RC_INPUT, "%s:1:%s: --consent answers this for every row: remove the column", im->sheet.name, head);
    else if (im->is_present[node])
        return rc_set(e, RC_INPUT, "%s:1:%s: this column is there twice", im->sheet.name, head);
    else
        im->is_present[node] = true;
    return RC_OK;
}

static enum rc map_columns(struct import *im, struct rc_info *e)
{
    im->node_of_col = arena_array(&im->file, im->sheet.n_cols, sizeof *im->node_of_col);
    im->is_present = arena_array(&im->file, im->form->n_nodes + 1, sizeof *im->is_present);
    if (im->node_of_col == NULL || im->is_present == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu columns", im->sheet.n_cols);
    im->id_col = SIZE_MAX;
    for (size_t c = 0; c < im->sheet.n_cols; c++) {
        enum rc rc = map_column(im, c, e);
        if (rc != RC_OK)
            return rc;
    }
    if (im->id_col == SIZE_MAX)
        return rc_set(e, RC_INPUT, "%s:1:response_id: this column is missing: it makes a second import count once",
                      im->sheet.name);
    for (size_t i = 0; i < im->form->n_nodes; i++)
        if (is_consent(&im->form->nodes[i]))
            im->is_present[i] = true;
    return RC_OK;
}

/* ---- what is wrong with a row ---- */

static void row_error(struct import *im, size_t row, const char *col, const char *fmt, ...) PRINTF(4, 5);

static void row_error(struct import *im, size_t row, const char *col, const char *fmt, ...)
{
    if (im->n_errors++ >= ERRORS_SHOWN)
        return;
    va_list ap;
    va_start(ap, fmt);
    (void)fprintf(stderr, "%s:%zu:%s: ", im->sheet.name, row + 2, col);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
}

static void answer_error(struct import *im, size_t row, const struct form_problem *p)
{
    const char *col = im->form->nodes[p->node].name;
    if (strcmp(p->code, "required") == 0)
        row_error(im, row, col, "an answer is required");
    else if (strcmp(p->code, "not_a_number") == 0)
        row_error(im, row, col, "this is not a whole number");
    else if (strcmp(p->code, "out_of_range") == 0)
        row_error(im, row, col, "the number is not within %lld..%lld", (long long)p->min, (long long)p->max);
    else if (strcmp(p->code, "too_long") == 0)
        row_error(im, row, col, "the text is longer than %lld characters", (long long)p->max);
    else if (strcmp(p->code, "rank_all") == 0 || strcmp(p->code, "rank_twice") == 0)
        row_error(im, row, col, "write every choice once, from the first place to the last");
    else if (strcmp(p->code, "not_offered") == 0)
        row_error(im, row, col, "this choice is not offered with the other answers");
    else if (strcmp(p->code, "exclusive") == 0)
        row_error(im, row, col, "one of these choices excludes the others");
    else if (strcmp(p->code, "constraint") == 0)
        row_error(im, row, col, "the answer does not fit the question's constraint");
    else
        row_error(im, row, col, "%s", p->code);
}

/* ---- rows ---- */

/* The choices from the first place to the last, as a page sends them: "choice place". */
static size_t rank_fields(struct import *im, const struct form_node *n, const char *value, struct form_field *out, size_t cap)
{
    size_t count = 0;
    for (value += strspn(value, " "); *value != '\0' && count < cap; value += strspn(value, " ")) {
        size_t len = strcspn(value, " ");
        char *v = arena_printf(&im->row, "%.*s %zu", (int)(len < SHEET_CELL_MAX ? len : SHEET_CELL_MAX), value, count + 1);
        if (v == NULL)
            break; /* an incomplete order is refused */
        out[count++] = (struct form_field){n->name, strlen(n->name), v, strlen(v)};
        value += len;
    }
    return count;
}

/* The fields of one cell. Several answers are codes separated by spaces, as XLSForm tools write them;
 * more than there is room for repeat one, which the check refuses. */
static size_t cell_fields(struct import *im, size_t row, size_t col, struct form_field *out, size_t cap)
{
    const struct form_node *n = &im->form->nodes[im->node_of_col[col]];
    const char *value = sheet_at(&im->sheet, row, col);
    size_t count = 0;
    if (n->type == FORM_RANK)
        return rank_fields(im, n, value, out, cap);
    while (*value != '\0' && count < cap) {
        size_t len = n->type == FORM_SELECT_MULTIPLE ? strcspn(value, " ") : strlen(value);
        if (len > 0)
            out[count++] = (struct form_field){n->name, strlen(n->name), value, len};
        value += len + (value[len] == ' ' ? 1 : 0);
    }
    return count;
}

static size_t row_fields(struct import *im, size_t row)
{
    size_t n = 0;
    for (size_t i = 0; i < im->form->n_nodes && n < FIELDS_MAX; i++)
        if (is_consent(&im->form->nodes[i]))
            im->fields[n++] = (struct form_field){im->form->nodes[i].name, strlen(im->form->nodes[i].name), "1", 1};
    for (size_t c = 0; c < im->sheet.n_cols; c++)
        if (c != im->id_col)
            n += cell_fields(im, row, c, im->fields + n, FIELDS_MAX - n);
    return n;
}

/* The row holds something that no page sends: find the column by trying each alone. */
static void refused_row(struct import *im, size_t row, const char *why)
{
    struct answers one;
    struct rc_info e;
    for (size_t c = 0; c < im->sheet.n_cols; c++) {
        size_t n = c == im->id_col ? 0 : cell_fields(im, row, c, im->fields, FIELDS_MAX);
        if (n > 0 && answers_check_row(im->form, im->fields, n, im->is_present, &im->row, &one, &e) == RC_INPUT) {
            row_error(im, row, im->sheet.head[c], "%s", e.msg);
            return;
        }
    }
    row_error(im, row, "row", "%s", why);
}

/* The texts, which are sealed beside the codes. */
static bool keep_comments(struct import *im, const struct answers *a, struct batch_ballot *b)
{
    struct batch_comment *c = NULL;
    for (size_t i = 0; i < im->form->n_nodes; i++) {
        const struct answer *x = &a->items[i];
        if (im->form->nodes[i].type != FORM_TEXT || x->state != ANSWER_GIVEN || b->n_comments == BATCH_COMMENTS_MAX)
            continue;
        if (c == NULL && (c = arena_array(&im->file, BATCH_COMMENTS_MAX, sizeof *c)) == NULL)
            return false;
        c[b->n_comments] = (struct batch_comment){(uint16_t)i, arena_memdup(&im->file, x->text, x->text_len), x->text_len};
        if (c[b->n_comments++].text == NULL)
            return false;
    }
    b->comments = c;
    return true;
}

static enum rc keep_ballot(struct import *im, size_t row, const char *id, const struct answers *a, struct rc_info *e)
{
    struct batch_ballot *b = &im->ballots[im->n_ballots];
    unsigned char *codes = arena_alloc(&im->file, im->form->codes_len);
    struct ballot_key key;
    *b = (struct batch_ballot){.codes = codes, .codes_len = im->form->codes_len};
    if (codes == NULL || !keep_comments(im, a, b))
        return rc_set(e, RC_NOMEM, "no memory for row %zu", row + 2);
    answers_encode(im->form, a, codes);
    key_derive(&key, im->form->slug, id, strlen(id));
    key_box_hash(&key, b->box_hash);
    key_record_hash(&key, b->record_hash);
    im->row_of[im->n_ballots++] = row;
    return RC_OK;
}

static enum rc take_row(struct import *im, size_t row, struct rc_info *e)
{
    const char *id = sheet_at(&im->sheet, row, im->id_col);
    struct answers answers;
    struct rc_info why;
    size_t n = row_fields(im, row);
    enum rc rc = answers_check_row(im->form, im->fields, n, im->is_present, &im->row, &answers, &why);
    if (rc == RC_NOMEM)
        return rc_set(e, rc, "row %zu: %s", row + 2, why.msg);
    if (*id == '\0')
        row_error(im, row, "response_id", "every row needs an id");
    if (rc != RC_OK) {
        refused_row(im, row, why.msg);
        return RC_OK;
    }
    for (size_t i = 0; i < answers.n_problems; i++)
        answer_error(im, row, &answers.problems[i]);
    return answers.n_problems == 0 && *id != '\0' ? keep_ballot(im, row, id, &answers, e) : RC_OK;
}

/* ---- the same id twice would silently count once ---- */

struct id_row {
    const unsigned char *hash;
    size_t row;
};

static int by_hash(const void *a, const void *b)
{
    const struct id_row *x = a, *y = b;
    int order = memcmp(x->hash, y->hash, KEY_HASH_BYTES);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_row(const void *a, const void *b)
{
    const struct id_row *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static enum rc check_ids(struct import *im, struct rc_info *e)
{
    struct id_row *ids = arena_array(&im->file, im->n_ballots + 1, sizeof *ids);
    size_t n_twice = 0;
    if (ids == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu ids", im->n_ballots);
    for (size_t i = 0; i < im->n_ballots; i++)
        ids[i] = (struct id_row){im->ballots[i].box_hash, im->row_of[i]};
    qsort(ids, im->n_ballots, sizeof *ids, by_hash);
    for (size_t i = 1; i < im->n_ballots; i++)
        if (memcmp(ids[i - 1].hash, ids[i].hash, KEY_HASH_BYTES) == 0)
            ids[n_twice++] = ids[i]; /* n_twice < i: what is overwritten was looked at */
    qsort(ids, n_twice, sizeof *ids, by_row);
    for (size_t i = 0; i < n_twice; i++)
        row_error(im, ids[i].row, "response_id", "the id \"%s\" is there twice",
                  sheet_at(&im->sheet, ids[i].row, im->id_col));
    return RC_OK;
}

enum rc import_rows(struct import *im, struct rc_info *e)
{
    struct progress bar;
    enum rc rc = map_columns(im, e);
    if (rc != RC_OK)
        return rc;
    im->fields = arena_array(&im->file, FIELDS_MAX, sizeof *im->fields);
    im->ballots = arena_array(&im->file, im->sheet.n_rows + 1, sizeof *im->ballots);
    im->row_of = arena_array(&im->file, im->sheet.n_rows + 1, sizeof *im->row_of);
    if (im->fields == NULL || im->ballots == NULL || im->row_of == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", im->sheet.n_rows);
    progress_begin(&bar, "checking", (int64_t)im->sheet.n_rows);
    for (size_t row = 0; row < im->sheet.n_rows && rc == RC_OK; row++) {
        arena_reset(&im->row);
        rc = take_row(im, row, e);
        progress_add(&bar, 1);
    }
    progress_end(&bar);
    if (rc == RC_OK)
        rc = check_ids(im, e);
    if (rc != RC_OK)
        return rc;
    if (im->n_errors > ERRORS_SHOWN)
        (void)fprintf(stderr, "... and %zu more\n", im->n_errors - ERRORS_SHOWN);
    return im->n_errors > 0 ? rc_set(e, RC_INPUT, "%s: %zu wrong answers or ids: nothing was imported", im->sheet.name,
                                     im->n_errors) : RC_OK;
}
