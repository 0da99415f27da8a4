#include "base/settings.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const struct {
    const char *name;
    const char *fallback;
    const char *unit; /* NULL: text */
    int64_t min, max;
    const char *help;
} table[SET_N] = {
    [SET_HTML_DIR] = {"MINYI_HTML_DIR", "html", NULL, 0, 0, "page frame, style sheet, translations"},
    [SET_SQL_DIR] = {"MINYI_SQL_DIR", "sql", NULL, 0, 0, "schema files"},
    [SET_SPOOL_DIR] = {"MINYI_SPOOL_DIR", "var/spool", NULL, 0, 0, "sealed ballots while the database is away"},
    [SET_CACHE_DIR] = {"MINYI_CACHE_DIR", "var/cache", NULL, 0, 0, "copy of the questionnaires that survey serves"},
    [SET_KEYRING_DIR] = {"MINYI_KEYRING_DIR", "var/keyring", NULL, 0, 0, "secret keys; for the tally's user alone"},
    [SET_SECRETS_DIR] = {"MINYI_SECRETS_DIR", "var/secrets", NULL, 0, 0, "cookie signing secret"},
    [SET_TALLY_SECRETS_DIR] = {"MINYI_TALLY_SECRETS_DIR", "var/tally-secrets", NULL, 0, 0, "rounding secret; for the tally's user alone"},
    [SET_DESK_DIR] = {"MINYI_DESK_DIR", "var/desk", NULL, 0, 0, "secret of the administrators' desk; for its user alone"},
    [SET_DATA_DIR] = {"MINYI_DATA_DIR", "", NULL, 0, 0, "folder of the database, whose disk minyi status watches"},
    [SET_REPORT_DIR] = {"MINYI_REPORT_DIR", "var/reports", NULL, 0, 0, "white papers, a folder for each survey; tally writes, results reads"},
    [SET_BASE_URL] = {"MINYI_BASE_URL", "", NULL, 0, 0, "public address of the site, e.g. https://survey.example.gov.cn"},
    [SET_SITE_ORGANISER] = {"MINYI_SITE_ORGANISER", "", NULL, 0, 0, "footer: the body that runs the site"},
    [SET_SITE_ICP] = {"MINYI_SITE_ICP", "", NULL, 0, 0, "footer: ICP filing number, with a link to the register"},
    [SET_SITE_POLICE] = {"MINYI_SITE_POLICE", "", NULL, 0, 0, "footer: public security filing number, with a link to the register"},
    [SET_SITE_CODE] = {"MINYI_SITE_CODE", "", NULL, 0, 0, "footer: identification code of a government site"},
    [SET_TLS] = {"MINYI_TLS", "0", "0 or 1", 0, 1, "1 when the site is served over https: cookies are Secure"},
    [SET_DESK_TLS] = {"MINYI_DESK_TLS", "0", "0 or 1", 0, 1, "1 once the administrators' desk is reached over https (0: the loopback, a tunnel)"},
    [SET_DB_DEADLINE_MS] = {"MINYI_DB_DEADLINE_MS", "3000", "ms", 50, 600000, "longest wait for one statement of a serving program"},
    [SET_REFRESH_S] = {"MINYI_REFRESH_S", "10", "s", 1, 3600, "how often new questionnaires, keys and figures are looked for"},
    [SET_EPOCH_DAYS] = {"MINYI_EPOCH_DAYS", "7", "days", 1, 366, "age at which the tally makes a new key pair"},
    [SET_OPENING_BALLOTS] = {"MINYI_OPENING_BALLOTS", "1000000", "ballots", 100, 4000000, "most ballots that the tally opens in one transaction: 230 MB of memory for a million"},
    [SET_SLOTS] = {"MINYI_SLOTS", "256", "ballots", 1, 4096, "ballots in hand at once in one survey program"},
    [SET_COOKIE_DAYS] = {"MINYI_COOKIE_DAYS", "30", "days", 1, 30, "life of a ballot key that was not sent"},
    [SET_FAULT] = {"MINYI_FAULT", "", NULL, 0, 0, "tests: the named point at which a program kills itself"},
};

static const char *values[SET_N];
static int64_t numbers[SET_N];

enum rc settings_load(struct rc_info *e)
{
    for (int i = 0; i < SET_N; i++) {
        const char *v = getenv(table[i].name);
        values[i] = v != NULL ? v : table[i].fallback;
        if (table[i].unit != NULL &&
            text_to_i64(values[i], strlen(values[i]), table[i].min, table[i].max, &numbers[i]) != RC_OK)
            return rc_set(e, RC_USAGE, "%s=\"%s\" is not a number within %lld..%lld (%s)", table[i].name,
                          values[i], (long long)table[i].min, (long long)table[i].max, table[i].unit);
    }
    return RC_OK;
}

const char *setting(enum setting id)
{
    return values[id] != NULL ? values[id] : table[id].fallback;
}

int64_t setting_int(enum setting id)
{
    return numbers[id];
}

void settings_print(FILE *to)
{
    (void)fprintf(to, "Settings (environment variables; libpq's own PG* are obeyed too):\n");
    for (int i = 0; i < SET_N; i++)
        (void)fprintf(to, "  %-24s %s [%s%s%s]\n", table[i].name, table[i].help,
                      *table[i].fallback ? table[i].fallback : "empty", table[i].unit ? " " : "",
                      table[i].unit ? table[i].unit : "");
}

void fault_point(const char *name)
{
    const char *want = values[SET_FAULT];
    if (want != NULL && *want != '\0' && strcmp(want, name) == 0)
        (void)kill(getpid(), SIGKILL);
}
