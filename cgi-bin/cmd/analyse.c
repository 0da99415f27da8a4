/* tally analyse: the command. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/analyse_inner.h"

enum { JOB_BYTES_MAX = 1 << 30, OUTPUT_BYTES_MAX = 1 << 30 };

/* What an intelligent reader asks before believing a percentage. */
static void put_notes(struct job *j)
{
    struct analysis *an = &j->analysis;
    const struct analyse_options *o = j->options;
    if (!j->is_designed)
        analysis_note(an, "Every respondent counts the same; intervals of shares: Wilson, of means: t.");
    else
        analysis_note(an, "Linearised standard errors%s%s%s; intervals of shares: logit, of means: t.",
                      o->strata != NULL ? ", strata" : "", o->fpc != NULL ? ", finite population" : "",
                      j->is_weighed && j->weighting == WEIGHTS_AS_GIVEN ? ", weights taken as given"
                      : j->is_weighed                                   ? ", the weighting included"
                                                                        : "");
    analysis_note(an, "The intervals hold for a random sample; of an open call they describe the ballots only.");
}

static enum rc write_out(const struct job *j, struct rc_info *e)
{
    struct buf out;
    buf_init(&out, OUTPUT_BYTES_MAX);
    if (j->options->format == ANALYSE_JSON)
        analysis_to_json(&j->analysis, &out);
    else if (j->options->format == ANALYSE_CSV)
        analysis_to_csv(&j->analysis, &out);
    else
        analysis_to_text(&j->analysis, &out);
    enum rc rc = buf_ok(&out) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the output");
    if (rc == RC_OK && (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0))
        rc = rc_set(e, RC_IO, "cannot write the figures");
    buf_release(&out);
    return rc;
}

static enum rc analyse(struct job *j, struct rc_info *e)
{
    enum rc rc = data_open(&j->data, j->options->file, &j->arena, e);
    if (rc == RC_OK)
        rc = job_plan(j, e);
    if (rc == RC_OK)
        rc = job_read_margins(j, e);
    if (rc == RC_OK && j->is_weighed)
        rc = job_weigh(j, e);
    if (rc == RC_OK)
        rc = data_read(&j->data, "reading", job_add_row, j, e);
    if (rc == RC_OK)
        rc = job_figures(j, e);
    if (rc != RC_OK && e->reason != NULL && strcmp(e->reason, "lonely_stratum") == 0)
        return rc_set(e, rc, "a stratum has a single respondent: say --lonely remove, certainty, adjust or average");
    if (rc == RC_OK)
        put_notes(j);
    return rc == RC_OK ? write_out(j, e) : rc;
}

int analyse_main(int argc, char **argv)
{
    static struct analyse_options options;
    struct rc_info e = {0};
    enum rc rc = analyse_read_options(argc, argv, &options, &e);
    if (rc == RC_OK && options.is_help)
        return fputs(analyse_help, stdout) < 0 ? 1 : 0;
    if (rc == RC_OK) {
        struct job j = {.options = &options, .cells = {.weight_min = INFINITY}};
        arena_init(&j.arena, JOB_BYTES_MAX);
        analysis_init(&j.analysis, &j.arena, options.confidence);
        rc = analyse(&j, &e);
        job_sums_release(&j);
        job_units_release(&j);
        job_cells_release(&j.cells);
        arena_release(&j.arena);
    }
    if (rc != RC_OK)
        (void)fprintf(stderr, "tally analyse: %s\n", e.msg);
    if (rc == RC_USAGE)
        (void)fputs("tally analyse --help explains each option\n", stderr);
    return rc_exit_status(rc);
}
