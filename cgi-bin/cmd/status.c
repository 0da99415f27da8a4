/* minyi status: what a person or a monitor wants to know, and an exit status: 0 well, 1 alarm.
 * Each alarm has a stable code, which README's "When it fails" explains. */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include <jansson.h>

#include "base/settings.h"
#include "box/spool.h"
#include "cmd/cmd.h"
#include "store/status_store.h"

/* A tally runs every night, so a day and two hours without one is a night that was missed. */
enum { TALLY_LATE_S = 26 * 3600, SPOOL_OLD_S = 3600, DISK_FULL_PERCENT = 80, DAY_S = 86400, ALARMS_MAX = 16 };

struct report {
    bool is_json;
    json_t *facts; /* NULL: only people are reading */
    size_t n_alarms;
    struct {
        const char *code, *what;
    } alarms[ALARMS_MAX];
};

static void alarm_if(struct report *r, bool is_bad, const char *code, const char *what)
{
    if (!is_bad || r->n_alarms == ALARMS_MAX)
        return;
    r->alarms[r->n_alarms].code = code;
    r->alarms[r->n_alarms++].what = what;
}

static void fact_int(struct report *r, const char *name, const char *label, int64_t v)
{
    if (r->is_json)
        (void)json_object_set_new(r->facts, name, json_integer(v));
    else
        (void)printf("%-28s %lld\n", label, (long long)v);
}

static void fact_text(struct report *r, const char *name, const char *label, const char *v)
{
    if (r->is_json)
        (void)json_object_set_new(r->facts, name, json_string(v));
    else
        (void)printf("%-28s %s\n", label, v);
}

static void age_text(int64_t s, char out[32])
{
    if (s < 120)
        (void)snprintf(out, 32, "%lld s", (long long)s);
    else if (s < 7200)
        (void)snprintf(out, 32, "%lld min", (long long)(s / 60));
    else if (s < 2 * DAY_S)
        (void)snprintf(out, 32, "%lld h", (long long)(s / 3600));
    else
        (void)snprintf(out, 32, "%lld days", (long long)(s / DAY_S));
}

static void fact_age(struct report *r, const char *name, const char *label, int64_t s)
{
    char text[32];
    age_text(s, text);
    if (r->is_json)
        (void)json_object_set_new(r->facts, name, json_integer(s));
    else
        (void)printf("%-28s %s\n", label, text);
}

static void report_tally(struct report *r, const struct house_state *s)
{
    fact_text(r, "tally_outcome", "last tally", s->run_outcome);
    if (s->run_message[0] != '\0')
        fact_text(r, "tally_message", "  it said", s->run_message);
    if (s->has_run)
        fact_age(r, "tally_age_s", "last tally that was done, age", s->run_age_s);
    alarm_if(r, !s->has_run || s->run_age_s > TALLY_LATE_S, "TALLY_LATE", "no tally was done for more than a day");
    alarm_if(r, strcmp(s->run_outcome, "failed") == 0 || strcmp(s->run_outcome, "killed") == 0, "TALLY_FAILED",
             "the last tally did not come to its end");
}

static void report_box(struct report *r, const struct house_state *s, int64_t now)
{
    fact_int(r, "box_ballots", "ballots in the box", s->box_ballots);
    fact_int(r, "box_batches", "  in batches", s->box_batches);
    fact_int(r, "box_waiting", "  too few to open, last time", s->waiting);
    if (s->box_ballots > 0)
        fact_age(r, "box_oldest_s", "  oldest of them, age", now - s->box_oldest_us / 1000000);
    alarm_if(r, s->passed_by > s->waiting, "BOX_OLD", "ballots stay in the box though tallies were done");
    fact_int(r, "quarantine_batches", "batches in quarantine", s->quarantine_batches);
    fact_int(r, "quarantine_ballots", "  with ballots", s->quarantine_ballots);
    alarm_if(r, s->quarantine_batches > 0, "QUARANTINE", "batches that do not open were set aside");
}

static void report_keys(struct report *r, const struct house_state *s)
{
    fact_int(r, "recovery_keys", "recovery keys made", s->n_recovery_keys);
    alarm_if(r, s->n_recovery_keys == 0, "NO_RECOVERY_KEY", "run \"minyi key init\"");
    fact_int(r, "keys", "epoch keys in use", s->n_keys);
    alarm_if(r, s->n_keys == 0, "NO_KEY", "there is nothing to seal ballots to: run \"tally\"");
    if (s->newest_key_age_s >= 0)
        fact_age(r, "newest_key_age_s", "  newest of them, age", s->newest_key_age_s);
    alarm_if(r, s->newest_key_age_s > (setting_int(SET_EPOCH_DAYS) + 2) * DAY_S, "KEY_OLD",
             "the tally makes no new keys");
}

static void report_spool(struct report *r, int64_t now)
{
    struct spool_state s;
    struct rc_info why = {0};
    if (spool_look(setting(SET_SPOOL_DIR), &s, &why) != RC_OK) {
        fact_text(r, "spool", "spool", why.msg);
        alarm_if(r, true, "SPOOL_UNREADABLE", "the spool cannot be looked into");
        return;
    }
    fact_int(r, "spool_files", "batches in the spool", (int64_t)s.n_files);
    if (s.n_files > 0)
        fact_age(r, "spool_oldest_s", "  oldest of them, age", now - s.oldest_us / 1000000);
    alarm_if(r, s.n_files > 0 && now - s.oldest_us / 1000000 > SPOOL_OLD_S, "SPOOL_OLD",
             "batches do not go from the spool to the box");
    fact_int(r, "spool_bad", "damaged spool files", (int64_t)s.n_bad);
    alarm_if(r, s.n_bad > 0, "SPOOL_BAD", "files of the spool are damaged");
}

static void report_disk(struct report *r, const char *name, const char *label, const char *path, const char *code)
{
    struct statvfs v;
    if (*path == '\0')
        return;
    if (statvfs(path, &v) != 0 || v.f_blocks == 0) {
        fact_text(r, name, label, "cannot be looked at");
        alarm_if(r, true, code, "the disk cannot be looked at");
        return;
    }
    /* as df counts: what is kept for root is neither used nor free */
    uint64_t used = v.f_blocks - v.f_bfree, room = used + v.f_bavail;
    int64_t percent = room > 0 ? (int64_t)((100 * used + room - 1) / room) : 100;
    fact_int(r, name, label, percent);
    alarm_if(r, percent >= DISK_FULL_PERCENT, code, "the disk is nearly full");
}

static void finish(struct report *r)
{
    if (!r->is_json) {
        for (size_t i = 0; i < r->n_alarms; i++)
            (void)printf("ALARM %s: %s\n", r->alarms[i].code, r->alarms[i].what);
        (void)printf("%s\n", r->n_alarms == 0 ? "all is well" : "see \"When it fails\" in README");
        return;
    }
    json_t *alarms = json_array();
    for (size_t i = 0; i < r->n_alarms; i++)
        (void)json_array_append_new(alarms, json_string(r->alarms[i].code));
    (void)json_object_set_new(r->facts, "alarms", alarms);
    (void)json_dumpf(r->facts, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    (void)printf("\n");
}

static void report_all(struct report *r, struct arena *a)
{
    struct house_state s;
    struct rc_info why = {0};
    int64_t now = (int64_t)time(NULL);
    if (status_read(a, &s, &why) == RC_OK) {
        fact_text(r, "database", "database", "up");
        report_tally(r, &s);
        report_box(r, &s, now);
        report_keys(r, &s);
    } else {
        fact_text(r, "database", "database", why.msg);
        alarm_if(r, true, "DATABASE_AWAY", "the database does not answer");
    }
    report_spool(r, now);
    report_disk(r, "spool_disk_percent", "disk of the spool, % used", setting(SET_SPOOL_DIR), "SPOOL_DISK_FULL");
    report_disk(r, "data_disk_percent", "disk of the database, % used", setting(SET_DATA_DIR), "DATA_DISK_FULL");
}

enum rc cmd_status(int argc, char **argv, struct rc_info *e)
{
    struct report r = {.is_json = argc == 2 && strcmp(argv[1], "--json") == 0};
    struct arena a;
    if (argc > 2 || (argc == 2 && !r.is_json))
        return rc_set(e, RC_USAGE, "status takes --json or nothing");
    r.facts = r.is_json ? json_object() : NULL;
    if (r.is_json && r.facts == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    arena_init(&a, 1 << 20);
    report_all(&r, &a);
    finish(&r);
    arena_release(&a);
    json_decref(r.facts);
    return r.n_alarms == 0 ? RC_OK : RC_CONFLICT; /* the alarms were printed: no message */
}
