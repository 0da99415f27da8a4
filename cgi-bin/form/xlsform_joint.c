/* The setting cross_tables ("q_a*q_b q_c*q_d") and the grids, after the sheet survey was read. */
#include <string.h>

#include "form/joint.h"
#include "form/xlsform_inner.h"

static size_t find_question(struct xlsform_reader *r, const char *name, size_t len)
{
    size_t i = form_find(r->f, name, len);
    if (i == SIZE_MAX)
        xlsform_problem(r, &r->settings, 0, "cross_tables", "there is no question \"%.*s\"", (int)(len > 63 ? 63 : len), name);
    return i;
}

/* One crossing, "row*column". */
static void read_cross(struct xlsform_reader *r, const char *p, size_t len, struct form_cross *out)
{
    const char *star = memchr(p, '*', len);
    size_t n_row = star != NULL ? (size_t)(star - p) : 0;
    if (n_row == 0 || n_row + 1 == len) {
        xlsform_problem(r, &r->settings, 0, "cross_tables", "write a crossing as one question, *, and the other: age*q_trust");
        return;
    }
    out->row = find_question(r, p, n_row);
    out->column = find_question(r, star + 1, len - n_row - 1);
}

static size_t read_crosses(struct xlsform_reader *r, struct form_cross *out)
{
    static const char blank[] = " \t\n";
    size_t n = 0;
    const char *p = xlsform_cell(&r->settings, 0, "cross_tables");
    for (p += strspn(p, blank); *p != '\0'; p += strspn(p, blank)) {
        size_t len = strcspn(p, blank);
        if (n == FORM_CROSSES_MAX) {
            xlsform_problem(r, &r->settings, 0, "cross_tables", "more than %d crossings", FORM_CROSSES_MAX);
            break;
        }
        read_cross(r, p, len, &out[n++]);
        p += len;
    }
    return n;
}

void xlsform_read_joint(struct xlsform_reader *r)
{
    struct rc_info why;
    struct form *f = r->f;
    struct form_grid *grids = NULL;
    struct form_cross *crosses = arena_array(r->a, FORM_CROSSES_MAX, sizeof *crosses);
    if (crosses == NULL || joint_find_grids(f, r->a, &grids, &f->n_grids, &why) != RC_OK) {
        r->is_out = true;
        return;
    }
    f->n_crosses = read_crosses(r, crosses);
    if (r->n_problems == 0 && joint_layout(f, crosses, grids, &why) != RC_OK)
        xlsform_problem(r, &r->settings, 0, "cross_tables", "%s", why.msg);
}
