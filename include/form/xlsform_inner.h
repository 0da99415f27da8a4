/* xlsform_inner: what the two halves of the XLSForm reader share.  Layer: form.  Not for others. */
#ifndef MINYI_FORM_XLSFORM_INNER_H
#define MINYI_FORM_XLSFORM_INNER_H

#include "form/form.h"
#include "form/sheet.h"

enum { XLSFORM_LISTS_MAX = 200 };

struct xlsform_reader {
    struct arena *a;
    struct form *f;
    struct sheet survey, choices, settings;
    struct form_choices lists[XLSFORM_LISTS_MAX];
    size_t list_row[XLSFORM_LISTS_MAX]; /* of its first choice */
    bool is_used[XLSFORM_LISTS_MAX];
    size_t n_lists;
    const char *columns[FORM_COLUMNS_MAX]; /* of the sheet choices, for filters */
    bool is_column_used[FORM_COLUMNS_MAX];
    size_t n_columns;
    struct buf *problems;
    size_t n_problems;
    bool is_out; /* of memory */
};

/* Note a problem: "survey.csv:12:relevant: ...". `row` counts from 0, a spreadsheet shows it as
 * row + 2; SIZE_MAX is the header. */
void xlsform_problem(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
    PRINTF(5, 6);

/* The same for what may stay as it is: it is told, and does not count. */
void xlsform_warning(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
    PRINTF(5, 6);

/* The cell of the column `col`, "" where there is none. */
const char *xlsform_cell(const struct sheet *s, size_t row, const char *col);

/* Collect base and base::Language (code) of a row. With `must`, every language has to have a text;
 * without, all or none. */
struct form_label xlsform_label(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *base, bool must);

/* A cell that says yes or no; empty is no. */
bool xlsform_yes_no(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col);

/* Read the sheet choices into r->lists, and the sheet survey into r->f->nodes with its layout.
 * What is wrong is noted; r->is_out tells of a lack of memory. */
void xlsform_read_choices(struct xlsform_reader *r);
void xlsform_read_survey(struct xlsform_reader *r);
/* After the lists: the column collapse. items[i] are the choices of r->lists[i], NULL where they were refused. */
void xlsform_read_collapse(struct xlsform_reader *r, struct form_choice *const *items);

/* The columns relevant, constraint, calculation and choice_filter, once every question is known: row_of[node] is
 * its row, SIZE_MAX for a question that has none of its own. */
void xlsform_read_expressions(struct xlsform_reader *r, struct form_node *nodes, const size_t *row_of);

/* An expression of a cell; NULL: it was noted. `columns`: what a choice_filter may name. */
const struct expr *xlsform_expression(struct xlsform_reader *r, size_t row, const char *col, const char *text, size_t self,
                                      const char *const *columns, size_t n_columns);

/* What there is beside the type (xlsform_types.c): parameters, default, read_only; the text question of or_other, false:
 * there is none; calculation, before any other expression; whether the default is an answer, after all. */
void xlsform_read_kind(struct xlsform_reader *r, size_t row, struct form_node *n);
bool xlsform_make_other(struct xlsform_reader *r, size_t row, size_t node, struct form_node *out);
void xlsform_read_calculation(struct xlsform_reader *r, size_t row, struct form_node *n);
void xlsform_check_preset(struct xlsform_reader *r, size_t row, size_t node);

/* After both, where there was no problem: the crossings and the grids. */
void xlsform_read_joint(struct xlsform_reader *r);

#endif
