/* The code lists of the census. */
#include <stdio.h>
#include <string.h>

#include "form/sheet.h"
#include "report/census_make.h"

const char *census_list_name(enum census_list_id id)
{
    static const char *const names[CENSUS_LISTS] = {"levels",  "functions",     "provinces", "region4",
                                                    "region3", "organisations", "kinds"};
    return names[id];
}

uint8_t census_code_find(const struct census_list *l, const char *code)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->items[i].code, code) == 0)
            return (uint8_t)i;
    return CENSUS_UNKNOWN;
}

static bool is_label_column(const char *head)
{
    static const char *const others[] = {"code", "region4", "region3", "listed_at"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(head, others[i]) == 0)
            return false;
    return true;
}

/* The first list says which languages there are; the others have the same. */
static enum rc check_langs(struct census_codes *c, const struct sheet *s, struct rc_info *e)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_cols; i++) {
        if (!is_label_column(s->head[i]))
            continue;
        bool is_known = n < c->n_langs && strcmp(c->langs[n], s->head[i]) == 0;
        if (!is_known && (c->lists[CENSUS_LEVELS].n > 0 || n >= FORM_LANGS_MAX))
            return rc_set(e, RC_INPUT, "%s:1:%s: the languages are not those of levels.csv", s->name, s->head[i]);
        if (!is_known)
            c->langs[c->n_langs++] = s->head[i];
        n++;
    }
    if (n == 0 || n != c->n_langs)
        return rc_set(e, RC_INPUT, "%s:1: a label column is missing", s->name);
    return RC_OK;
}

/* The cell of a column that names a code of another list, or nothing. */
static enum rc check_link(const struct census_codes *c, const struct sheet *s, size_t row, const char *head,
                          enum census_list_id list, const char **out, struct rc_info *e)
{
    *out = sheet_at(s, row, sheet_col(s, head));
    if (**out != '\0' && census_code_find(&c->lists[list], *out) == CENSUS_UNKNOWN)
        return rc_set(e, RC_INPUT, "%s:%zu:%s: \"%s\" is not in %s.csv", s->name, row + 2, head, *out,
                      census_list_name(list));
    return RC_OK;
}

static enum rc read_code(const struct census_codes *c, const struct sheet *s, size_t row, struct census_code *items,
                         struct rc_info *e)
{
    struct census_code *x = &items[row];
    const struct census_list before = {row, items};
    x->code = sheet_at(s, row, sheet_col(s, "code"));
    if (*x->code == '\0' || strlen(x->code) > 32 || strspn(x->code, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(x->code))
        return rc_set(e, RC_INPUT, "%s:%zu:code: a code is 1 to 32 of a-z, 0-9, _ and -", s->name, row + 2);
    if (census_code_find(&before, x->code) != CENSUS_UNKNOWN)
        return rc_set(e, RC_INPUT, "%s:%zu:code: \"%s\" is there twice", s->name, row + 2, x->code);
    for (size_t l = 0; l < c->n_langs; l++) {
        x->label.t[l] = sheet_at(s, row, sheet_col(s, c->langs[l]));
        if (*x->label.t[l] == '\0')
            return rc_set(e, RC_INPUT, "%s:%zu:%s: a label is missing", s->name, row + 2, c->langs[l]);
    }
    enum rc rc = check_link(c, s, row, "region4", CENSUS_REGION4, &x->region4, e);
    if (rc == RC_OK)
        rc = check_link(c, s, row, "region3", CENSUS_REGION3, &x->region3, e);
    if (rc == RC_OK && (*x->region4 == '\0') != (*x->region3 == '\0'))
        rc = rc_set(e, RC_INPUT, "%s:%zu:region3: a division is in both splits or in none", s->name, row + 2);
    if (rc == RC_OK)
        rc = check_link(c, s, row, "listed_at", CENSUS_LEVELS, &x->listed_at, e);
    return rc;
}

enum rc census_codes_read(struct census_codes *c, enum census_list_id id, const char *csv, size_t len,
                          struct arena *a, struct rc_info *e)
{
    struct sheet s;
    const char *name = arena_printf(a, "%s.csv", census_list_name(id));
    if (name == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the code lists");
    enum rc rc = sheet_read(name, csv, len, CENSUS_CODES_MAX, a, &s, e);
    if (rc == RC_OK && sheet_col(&s, "code") == SIZE_MAX)
        rc = rc_set(e, RC_INPUT, "%s:1: the column \"code\" is missing", name);
    if (rc == RC_OK && s.n_rows == 0)
        rc = rc_set(e, RC_INPUT, "%s: the list is empty", name);
    if (rc == RC_OK)
        rc = check_langs(c, &s, e);
    struct census_code *items = rc == RC_OK ? arena_array(a, s.n_rows, sizeof *items) : NULL;
    if (rc == RC_OK && items == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for the code lists");
    for (size_t row = 0; rc == RC_OK && row < s.n_rows; row++)
        rc = read_code(c, &s, row, items, e);
    if (rc == RC_OK)
        c->lists[id] = (struct census_list){s.n_rows, items};
    return rc;
}
