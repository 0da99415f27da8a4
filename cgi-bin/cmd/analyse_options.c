/* tally analyse: its command line. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse.h"

const char analyse_help[] =
    "usage: tally analyse FILE.csv [OPTIONS]\n"
    "\n"
    "Percentages, means, intervals and tests for any CSV file with a header row (UTF-8). An empty cell is a\n"
    "missing answer: it is counted, and stands in no denominator. No database is needed. Options that list\n"
    "columns take \"A,B\" and may be given again.\n"
    "\n"
    "What to compute\n"
    "  --question A,B        the share of every answer             --question q1,q2\n"
    "  --top A=LO:HI         the share of answers LO to HI: A.top2, A.bottom2, or by a name of yours\n"
    "                                                              --top q1=4:5 --top q1.low=1:2\n"
    "  --mean A              mean and standard error of numbers    --mean age\n"
    "  --by G                all of these in each group too        --by gender --by province\n"
    "  --cross A*B           shares of A in each B, and the test   --cross 'q1*gender'\n"
    "  --difference G:a-b    group a minus group b, of all above   --difference gender:female-male\n"
    "  --alpha A,B,C         Cronbach's alpha of these items       --alpha q1,q2,q3\n"
    "  --missing-as-option   a missing answer is an answer: shares of all respondents\n"
    "  --confidence P        level of the intervals, 0.95          --confidence 0.99\n"
    "\n"
    "How the sample was drawn (any of these: linearised standard errors instead of Wilson's interval)\n"
    "  --weights COL         weight of each respondent, over 0; the word 1: all the same\n"
    "                                                              --weights weight\n"
    "  --strata COL          stratum; variances add up over them   --strata province\n"
    "  --fpc COL             size of the population (of the respondent's stratum), or, where all are 1 or\n"
    "                        less, the share of it that was drawn; without --weights each respondent\n"
    "                        stands for N/n                        --fpc households\n"
    "  --lonely RULE         a stratum with one respondent: fail (the default), remove, certainty, adjust\n"
    "                        (distance from the mean of all), average (of the other strata)\n"
    "                                                              --lonely adjust\n"
    "\n"
    "Weighting\n"
    "  --rake FILE           rake to margins, a CSV of variable,category,population: counts, percent or\n"
    "                        fractions; until each is met to 1e-6  --rake margins.csv\n"
    "  --poststratify FILE   the same file with one variable       --poststratify sex.csv\n"
    "  --trim LO:HI          then set weights outside to the bound and share the difference equally among\n"
    "                        the others; either side may be empty  --trim 0.3:3\n"
    "  --trim-strict         again until no weight is outside\n"
    "  --fixed               take the weights so made as given: errors without the effect of the weighting\n"
    "                        (always so after --trim)\n"
    "\n"
    "Output\n"
    "  --format text         tables to read (the default)\n"
    "  --format json         [{\"key\": \"q1=4 @ gender=female/proportion\", \"value\": 0.5}, ...]; a value that\n"
    "                        is not defined is null, with a reason\n"
    "  --format csv          key,value,reason\n"
    "\n"
    "Example: tally analyse answers.csv --rake margins.csv --question q1 --top q1=4:5 --by gender\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage.\n";

enum kind { TEXT, FLAG, LIST, ONE_OF_MANY, NUMBER, RANGE, FORMAT };

static const struct option {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct analyse_options */
} options[] = {
#define OPTION(name, kind, field) {name, kind, offsetof(struct analyse_options, field)}
    OPTION("--weights", TEXT, weights),
    OPTION("--strata", TEXT, strata),
    OPTION("--fpc", TEXT, fpc),
    OPTION("--lonely", TEXT, lonely),
    OPTION("--rake", TEXT, rake),
    OPTION("--poststratify", TEXT, poststratify),
    OPTION("--trim", RANGE, trim_low),
    OPTION("--trim-strict", FLAG, is_trim_strict),
    OPTION("--fixed", FLAG, is_fixed),
    OPTION("--question", LIST, questions),
    OPTION("--mean", LIST, means),
    OPTION("--by", LIST, groups),
    OPTION("--top", ONE_OF_MANY, tops),
    OPTION("--cross", ONE_OF_MANY, crosses),
    OPTION("--difference", ONE_OF_MANY, differences),
    OPTION("--alpha", ONE_OF_MANY, alphas),
    OPTION("--missing-as-option", FLAG, is_missing_option),
    OPTION("--confidence", NUMBER, confidence),
    OPTION("--format", FORMAT, format),
    OPTION("--help", FLAG, is_help),
#undef OPTION
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static enum rc add(struct analyse_list *l, const char *item, const char *name, struct rc_info *e)
{
    if (*item == '\0')
        return rc_set(e, RC_USAGE, "%s: a name is empty", name);
    if (l->n == ANALYSE_LIST_MAX)
        return rc_set(e, RC_USAGE, "%s: more than %d of them", name, ANALYSE_LIST_MAX);
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->items[i], item) == 0)
            return RC_OK; /* asked for twice is asked for */
    l->items[l->n++] = item;
    return RC_OK;
}

/* "A,B": the commas of argv become ends of strings. */
static enum rc add_each(struct analyse_list *l, char *value, const char *name, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (char *next = value; rc == RC_OK && next != NULL;) {
        char *item = next;
        next = strchr(item, ',');
        if (next != NULL)
            *next++ = '\0';
        rc = add(l, item, name, e);
    }
    return rc;
}

static bool read_number(const char *s, const char **end, double *out)
{
    char *after = NULL;
    errno = 0;
    *out = strtod(s, &after);
    *end = after;
    return after != s && errno == 0 && isfinite(*out);
}

static enum rc read_range(const char *value, struct analyse_options *o, struct rc_info *e)
{
    const char *p = value;
    o->is_trimmed = true;
    o->trim_low = -INFINITY;
    o->trim_high = INFINITY;
    bool is_good = (*p == ':' || read_number(p, &p, &o->trim_low)) && *p++ == ':' &&
                   (*p == '\0' || read_number(p, &p, &o->trim_high)) && *p == '\0';
    if (!is_good || !(o->trim_low < o->trim_high) || (isinf(o->trim_low) && isinf(o->trim_high)))
        return rc_set(e, RC_USAGE, "--trim \"%s\": two weights are wanted, the smaller first, for example 0.3:3", value);
    return RC_OK;
}

static enum rc read_format(const char *value, enum analyse_format *out, struct rc_info *e)
{
    static const char *const names[] = {"text", "json", "csv"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            *out = (enum analyse_format)i;
            return RC_OK;
        }
    return rc_set(e, RC_USAGE, "--format \"%s\": text, json or csv", value);
}

static enum rc read_confidence(const char *value, double *out, struct rc_info *e)
{
    const char *end;
    double p = 0;
    if (!read_number(value, &end, &p) || *end != '\0' || p < 0.5 || p >= 1)
        return rc_set(e, RC_USAGE, "--confidence \"%s\": a level of 0.5 or more and under 1, for example 0.95", value);
    *out = p;
    return RC_OK;
}

static enum rc take(const struct option *opt, char *value, struct analyse_options *o, struct rc_info *e)
{
    char *field = (char *)o + opt->offset;
    switch (opt->kind) {
    case FLAG:
        *(bool *)(void *)field = true;
        return RC_OK;
    case TEXT:
        if (*(const char **)(void *)field != NULL)
            return rc_set(e, RC_USAGE, "%s is given twice", opt->name);
        *(const char **)(void *)field = value;
        return RC_OK;
    case LIST:
        return add_each((struct analyse_list *)(void *)field, value, opt->name, e);
    case ONE_OF_MANY:
        return add((struct analyse_list *)(void *)field, value, opt->name, e);
    case NUMBER:
        return read_confidence(value, &o->confidence, e);
    case RANGE:
        return read_range(value, o, e);
    case FORMAT:
        return read_format(value, &o->format, e);
    }
    return RC_OK;
}

static enum rc check(const struct analyse_options *o, struct rc_info *e)
{
    if (o->is_help)
        return RC_OK;
    if (o->file == NULL)
        return rc_set(e, RC_USAGE, "no file is named");
    if (o->rake != NULL && o->poststratify != NULL)
        return rc_set(e, RC_USAGE, "--rake and --poststratify exclude each other: raking to one margin is the same");
    if (o->is_trim_strict && !o->is_trimmed)
        return rc_set(e, RC_USAGE, "--trim-strict needs --trim LO:HI");
    if (o->questions.n + o->means.n + o->tops.n + o->crosses.n + o->alphas.n == 0)
        return rc_set(e, RC_USAGE, "nothing is asked for: --question, --top, --mean, --cross or --alpha");
    if (o->differences.n > 0 && o->questions.n + o->means.n + o->tops.n == 0)
        return rc_set(e, RC_USAGE, "--difference of what? --question, --top or --mean");
    return RC_OK;
}

enum rc analyse_read_options(int argc, char **argv, struct analyse_options *o, struct rc_info *e)
{
    *o = (struct analyse_options){.confidence = 0.95, .format = ANALYSE_TEXT};
    for (int i = 1; i < argc; i++) {
        const struct option *opt = NULL;
        size_t len = strcspn(argv[i], "=");
        for (size_t k = 0; k < N_OPTIONS; k++)
            if (strlen(options[k].name) == len && strncmp(options[k].name, argv[i], len) == 0)
                opt = &options[k];
        bool is_joined = opt != NULL && argv[i][len] == '='; /* --by=gender */
        if (opt == NULL && argv[i][0] != '-' && o->file == NULL) {
            o->file = argv[i];
            continue;
        }
        if (opt == NULL || (is_joined && opt->kind == FLAG))
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
        if (opt->kind != FLAG && !is_joined && ++i == argc)
            return rc_set(e, RC_USAGE, "%s needs a value", opt->name);
        enum rc rc = take(opt, is_joined ? argv[i] + len + 1 : argv[i], o, e);
        if (rc != RC_OK)
            return rc;
    }
    return check(o, e);
}
