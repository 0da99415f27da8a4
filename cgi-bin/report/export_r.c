/* The lines in R that read the CSV of an export and set up the survey's design. */
#include <string.h>

#include "report/export_inner.h"

/* A string of R; control characters cannot be in labels. */
static void put_string(struct buf *b, const char *s)
{
    buf_putc(b, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(b, '\\');
        if ((unsigned char)*s < 0x20)
            buf_printf(b, "\\%03o", (unsigned)(unsigned char)*s);
        else
            buf_putc(b, *s);
    }
    buf_putc(b, '"');
}

/* A choice's name as the CSV has it. */
static void put_name(struct buf *b, const char *name)
{
    if (!export_is_disarmed(name)) {
        put_string(b, name);
        return;
    }
    buf_puts(b, "paste0(\"'\", ");
    put_string(b, name);
    buf_putc(b, ')');
}

static void put_choices(struct buf *b, const struct form_choices *c, size_t lang, bool are_labels)
{
    buf_puts(b, "c(");
    for (size_t k = 0; k < c->n; k++) {
        buf_puts(b, k > 0 ? ", " : "");
        if (are_labels)
            put_string(b, form_text(&c->items[k].label, lang));
        else
            put_name(b, c->items[k].name);
    }
    buf_puts(b, ")");
}

static void put_column(struct buf *b, const struct export_table *t, const struct export_column *c)
{
    if (c->kind == EXPORT_TEXT || c->kind == EXPORT_TIME)
        return;
    buf_puts(b, "d[[");
    put_string(b, c->name);
    buf_puts(b, "]] <- ");
    if (c->kind == EXPORT_CHOICE)
        buf_puts(b, "factor(d[[");
    else
        buf_puts(b, c->kind == EXPORT_DATE ? "as.Date(d[[" : "as.numeric(d[[");
    put_string(b, c->name);
    buf_puts(b, "]]");
    if (c->kind == EXPORT_CHOICE) {
        buf_puts(b, ", levels = ");
        put_choices(b, c->choices, t->lang, false);
    }
    buf_puts(b, ")\nattr(d[[");
    put_string(b, c->name);
    buf_puts(b, "]], \"label\") <- ");
    put_string(b, c->label);
    buf_putc(b, '\n');
    if (c->kind == EXPORT_CHOICE) {
        buf_puts(b, "attr(d[[");
        put_string(b, c->name);
        buf_puts(b, "]], \"value.labels\") <- ");
        put_choices(b, c->choices, t->lang, true);
        buf_putc(b, '\n');
    }
}

/* The population of a margin's categories: those that have one. */
static void put_margin(struct buf *b, const struct export_table *t, const struct margin_of *m)
{
    const struct form_node *n = &t->form->nodes[m->node];
    const char *comma = "";
    buf_printf(b, "data.frame(`%s` = c(", n->name);
    for (size_t k = 0; k < n->choices->n; k++)
        if (m->population[k] > 0) {
            buf_puts(b, comma);
            put_name(b, n->choices->items[k].name);
            comma = ", ";
        }
    buf_puts(b, "), Freq = c(");
    comma = "";
    for (size_t k = 0; k < n->choices->n; k++)
        if (m->population[k] > 0) {
            buf_printf(b, "%s%.17g", comma, m->population[k]);
            comma = ", ";
        }
    buf_puts(b, "), check.names = FALSE)");
}

static void put_raking(struct buf *b, const struct export_table *t, const struct margins *m)
{
    buf_puts(b, "\n# The population: ");
    for (const char *s = m->source; *s != '\0'; s++)
        buf_putc(b, (unsigned char)*s < 0x20 ? ' ' : *s);
    buf_printf(b, ", as of %s. Raking needs an answer to every margin: the others are left out here.\n", m->as_of);
    buf_puts(b, "population <- list(");
    for (size_t i = 0; i < m->n; i++) {
        buf_puts(b, i > 0 ? ",\n                   " : "");
        put_margin(b, t, &m->items[i]);
    }
    buf_puts(b, ")\nfor (p in population) d <- d[d[[names(p)[1]]] %in% p[[1]], , drop = FALSE]\n"
                "for (p in population) d[[names(p)[1]]] <- factor(d[[names(p)[1]]], levels = p[[1]])\n"
                "design <- survey::svydesign(ids = ~1, weights = ~1, data = d)\n"
                "design <- survey::rake(design, list(");
    for (size_t i = 0; i < m->n; i++)
        buf_printf(b, "%s~`%s`", i > 0 ? ", " : "", t->form->nodes[m->items[i].node].name);
    buf_puts(b, "), population,\n                       control = list(maxit = 1000, epsilon = 1e-6, verbose = FALSE))\n");
}

/* Why an answer is missing goes into the data frame `missing`, and NA in its place. */
static void put_missing(struct buf *b, const struct export_table *t)
{
    const char *comma = "";
    buf_printf(b, "# Missing: %d not asked, %d skipped; in columns where an answer can be as small, `far`:\n", EXPORT_NOT_ASKED,
               EXPORT_SKIPPED);
    buf_puts(b, "far <- c(");
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].has_far_names) {
            buf_puts(b, comma);
            put_string(b, t->columns[i].name);
            comma = ", ";
        }
    buf_printf(b, ")\nmissing <- d\nfor (n in names(d)) {\n    codes <- if (n %%in%% far) c(\"%lld\", \"%lld\") else c(\"%d\", \"%d\")\n",
               (long long)EXPORT_FAR_NOT_ASKED, (long long)EXPORT_FAR_SKIPPED, EXPORT_NOT_ASKED, EXPORT_SKIPPED);
    buf_puts(b, "    missing[[n]] <- factor(match(d[[n]], codes), levels = 1:2, labels = c(");
    put_string(b, t->words.not_asked);
    buf_puts(b, ", ");
    put_string(b, t->words.skipped);
    buf_puts(b, "))\n    d[[n]][d[[n]] %in% codes] <- NA\n}\n");
}

void export_r(const struct export_table *t, const struct margins *m, const char *csv, struct buf *out)
{
    buf_puts(out, "# Reads the export of ");
    buf_puts(out, t->form->slug);
    buf_printf(out, " (CSV without --labels, %s --missing codes) and sets up its design. Needs the package survey.\n",
               t->has_codes ? "with" : "without");
    if (t->form->sample == FORM_OPEN)
        buf_puts(out, "# Anyone could answer: this is no random sample, and errors computed from it describe no population.\n");
    if (t->form->sample == FORM_DEMONSTRATION)
        buf_puts(out, "# A demonstration: its responses may be synthetic.\n");
    buf_puts(out, "d <- read.csv(");
    put_string(out, csv);
    buf_puts(out, ", colClasses = \"character\", na.strings = \"\", check.names = FALSE, fileEncoding = \"UTF-8-BOM\")\n");
    if (t->has_codes)
        put_missing(out, t);
    for (size_t i = 0; i < t->n_columns; i++)
        put_column(out, t, &t->columns[i]);
    if (m != NULL)
        put_raking(out, t, m);
    else
        buf_puts(out, "\ndesign <- survey::svydesign(ids = ~1, weights = ~1, data = d)\n");
}
