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
#include "store/operator_store.h"

enum { TALLY_LATE_S = 26 * 3600, BOX_OLD_S = 8 * 86400, SPOOL_OLD_S = 3600, DISK_FULL_PERCENT = 80, ALARMS_MAX = 16 };

struct report {
    bool is_json;
    json_t *facts;
    size_t n_alarms;
    const char *alarms[ALARMS_MAX];
};

static void alarm_if(struct report *r, bool is_bad, const char *code)
{
    if (is_bad && r->n_alarms < ALARMS_MAX)
        r->alarms[r->n_alarms++] = code;
}

static void fact_int(struct report *r, const char *name, const char *label, int64_t v, const char *unit)
{
    if (r->is_json)
        (void)json_object_set_new(r->facts, name, json_integer(v));
    else
        (void)printf("%-28s %lld%s%s\n", label, (long long)v, *unit != '\0' ? " " : "", unit);
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
    else if (s < 2 * 86400)
        (void)snprintf(out, 32, "%lld h", (long long)(s / 3600));
    else
        (void)snprintf(out, 32, "%lld days", (long long)(s / 86400));
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

static void report_database(struct report *r, const struct house_state *s, int64_t now)
{
    fact_text(r, "tally_outcome", "last tally", s->run_outcome);
    if (s->run_message[0] != '\0')
        fact_text(r, "tally_message", "  it said", s->run_message);
    if (s->has_run)
        fact_age(r, "tally_age_s", "last good tally, age", s->run_age_s);
    alarm_if(r, !s->has_run || s->run_age_s > TALLY_LATE_S, "TALLY_LATE");
    alarm_if(r, strcmp(s->run_outcome, "failed") == 0, "TALLY_FAILED");
    fact_int(r, "box_ballots", "ballots in the box", s->box_ballots, "");
    fact_int(r, "box_batches", "  in batches", s->box_batches, "");
    int64_t oldest = s->box_oldest_us > 0 ? now - s->box_oldest_us / 1000000 : 0;
    if (s->box_ballots > 0)
        fact_age(r, "box_oldest_s", "  oldest of them, age", oldest);
    alarm_if(r, oldest > BOX_OLD_S, "BOX_OLD");
    fact_int(r, "quarantine_batches", "batches in quarantine", s->quarantine_batches, "");
    fact_int(r, "quarantine_ballots", "  with ballots", s->quarantine_ballots, "");
    alarm_if(r, s->quarantine_batches > 0, "QUARANTINE");
    fact_int(r, "keys", "epoch keys", s->n_keys, "");
    alarm_if(r, s->n_keys == 0, "NO_KEY");
    if (s->newest_key_age_s >= 0)
        fact_age(r, "newest_key_age_s", "  newest of them, age", s->newest_key_age_s);
    alarm_if(r, s->newest_key_age_s > (setting_int(SET_EPOCH_DAYS) + 1) * 86400, "KEY_OLD");
}

static void report_spool(struct report *r, int64_t now)
{
    struct spool_state s;
    struct rc_info why = {0};
    if (spool_look(setting(SET_SPOOL_DIR), &s, &why) != RC_OK) {
        fact_text(r, "spool", "spool", why.msg);
        alarm_if(r, true, "SPOOL_UNREADABLE");
        return;
    }
    fact_int(r, "spool_files", "batches in the spool", (int64_t)s.n_files, "");
    if (s.n_files > 0) {
        int64_t age = now - s.oldest_us / 1000000;
        fact_age(r, "spool_oldest_s", "  oldest of them, age", age);
        alarm_if(r, age > SPOOL_OLD_S, "SPOOL_OLD");
    }
    fact_int(r, "spool_bad", "damaged spool files", (int64_t)s.n_bad, "");
    alarm_if(r, s.n_bad > 0, "SPOOL_BAD");
}

static void report_disk(struct report *r, const char *name, const char *label, const char *path)
{
    struct statvfs v;
    if (statvfs(path, &v) != 0 || v.f_blocks == 0)
        return;
    int64_t used = (int64_t)(100 - (100 * v.f_bavail) / v.f_blocks);
    fact_int(r, name, label, used, "% used");
    alarm_if(r, used >= DISK_FULL_PERCENT, "DISK_FULL");
}

static void finish(struct report *r)
{
    if (!r->is_json) {
        for (size_t i = 0; i < r->n_alarms; i++)
            (void)printf("ALARM %s: see \"When it fails\" in README\n", r->alarms[i]);
        (void)printf("%s\n", r->n_alarms == 0 ? "all is well" : "");
        return;
    }
    json_t *alarms = json_array();
    for (size_t i = 0; i < r->n_alarms; i++)
        (void)json_array_append_new(alarms, json_string(r->alarms[i]));
    (void)json_object_set_new(r->facts, "alarms", alarms);
    (void)json_dumpf(r->facts, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    (void)printf("\n");
}

enum rc cmd_status(int argc, char **argv, struct rc_info *e)
{
    struct report r = {.is_json = argc == 2 && strcmp(argv[1], "--json") == 0};
    if (argc > 2 || (argc == 2 && !r.is_json))
        return rc_set(e, RC_USAGE, "status takes --json or nothing");
    r.facts = json_object();
    struct db *db = operator_db();
    if (db == NULL || r.facts == NULL) {
        json_decref(r.facts);
        db_free(db);
        return rc_set(e, RC_NOMEM, "no memory");
    }
    struct arena a;
    struct house_state s;
    struct rc_info why = {0};
    int64_t now = (int64_t)time(NULL);
    arena_init(&a, 1 << 20);
    if (operator_house_state(db, &a, &s, &why) == RC_OK) {
        fact_text(&r, "database", "database", "up");
        report_database(&r, &s, now);
    } else {
        fact_text(&r, "database", "database", why.msg);
        alarm_if(&r, true, "DATABASE_AWAY");
    }
    report_spool(&r, now);
    report_disk(&r, "spool_disk_percent", "disk of the spool", setting(SET_SPOOL_DIR));
    finish(&r);
    arena_release(&a);
    json_decref(r.facts);
    db_free(db);
    e->msg[0] = '\0'; /* the alarms were printed */
    return r.n_alarms == 0 ? RC_OK : RC_CONFLICT;
}
