/* load: an HTTP client that measures, and that remembers what was acknowledged.
 * Prints one line of key=value pairs on stdout; exit 0 when every request got the wanted status. */
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "box/key.h"
#include "form/form.h"
#include "lib/load_run.h"
#include "lib/random_ballot.h"

enum { BODIES = 256, ARENA_MAX = 256 * 1024 * 1024, DEFINITION_MAX = 4 * 1024 * 1024 };

static const char usage[] =
    "usage: load --url http://ADDRESS[:PORT]/PATH [--requests N] [--seconds S] [--connections N]\n"
    "            [--pause-ms N] [--resend-seconds S] [--want STATUS] [--plain] [--cookie NAME=VALUE]\n"
    "            [--definition FILE --secret FILE [--fields A=B&C=D] [--seed N] [--log FILE]]\n"
    "With a questionnaire's definition (JSON) and the cookie secret it POSTs random valid ballots, each\n"
    "with a fresh key in a signed cookie; otherwise it GETs. What is not acknowledged is sent again with\n"
    "the same key. --plain asks for no compressed reply. The log gets a line per ballot: '+' (acknowledged) or '-' and its record hash in hex.\n";

struct options {
    char host[64];
    const char *path, *definition, *secret, *fields, *log, *cookie; /* cookie: of every GET */
    uint16_t port;
    uint64_t seed;
    bool is_plain; /* no Accept-Encoding */
    struct load_plan plan;
};

struct ballot {
    unsigned char record_hash[KEY_HASH_BYTES];
    char token[KEY_TOKEN_MAX];
};

struct load {
    struct options o;
    struct arena arena;
    struct form *form;
    char cookie_name[80];
    struct ballot *ballots; /* one per request; NULL: GET */
    struct buf bodies[BODIES];
};

/* ---- the command line ---- */

static bool read_url(struct options *o, const char *url)
{
    static const char scheme[] = "http://";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *host = url + sizeof scheme - 1;
    o->path = strchr(host, '/');
    size_t len = o->path == NULL ? 0 : (size_t)(o->path - host);
    const char *colon = len == 0 ? NULL : memchr(host, ':', len);
    size_t host_len = colon == NULL ? len : (size_t)(colon - host);
    int64_t port = 80;
    if (host_len == 0 || host_len >= sizeof o->host)
        return false;
    if (colon != NULL && text_to_i64(colon + 1, len - host_len - 1, 1, 65535, &port) != RC_OK)
        return false;
    memcpy(o->host, host, host_len);
    o->port = (uint16_t)port;
    return true;
}

static bool read_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
    return text_to_i64(text, strlen(text), min, max, out) == RC_OK;
}

static bool take_option(struct options *o, int c, const char *value)
{
    int64_t n = 0;
    bool is_good = true;
    switch (c) {
    case 'u': return read_url(o, value);
    case 'n': is_good = read_number(value, 1, 5000000, &n); o->plan.n = (size_t)n; break;
    case 's': is_good = read_number(value, 1, 3600, &n); o->plan.seconds = (double)n; break;
    case 'c': is_good = read_number(value, 1, LOAD_CONNECTIONS_MAX, &n); o->plan.connections = (size_t)n; break;
    case 'p': is_good = read_number(value, 0, 60000, &o->plan.pause_ms); break;
    case 'r': is_good = read_number(value, 0, 3600, &n); o->plan.resend_s = (double)n; break;
    case 'w': is_good = read_number(value, 100, 599, &n); o->plan.want = (int)n; break;
    case 'e': is_good = read_number(value, 0, INT64_MAX, &n); o->seed = (uint64_t)n; break;
    case 'z': o->is_plain = true; break;
    case 'o': o->cookie = value; break;
    case 'd': o->definition = value; break;
    case 'k': o->secret = value; break;
    case 'f': o->fields = value; break;
    case 'l': o->log = value; break;
    default: return false;
    }
    return is_good;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"url", 1, NULL, 'u'},        {"requests", 1, NULL, 'n'}, {"seconds", 1, NULL, 's'},
        {"connections", 1, NULL, 'c'}, {"pause-ms", 1, NULL, 'p'}, {"resend-seconds", 1, NULL, 'r'},
        {"want", 1, NULL, 'w'},       {"seed", 1, NULL, 'e'},     {"definition", 1, NULL, 'd'},
        {"secret", 1, NULL, 'k'},     {"fields", 1, NULL, 'f'},   {"log", 1, NULL, 'l'},
        {"plain", 0, NULL, 'z'},      {"cookie", 1, NULL, 'o'},   {NULL, 0, NULL, 0},
    };
    *o = (struct options){.fields = "", .cookie = NULL, .seed = (uint64_t)time(NULL),
                          .plan = {.n = 10000, .seconds = 60, .connections = 64}};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;)
        if (!take_option(o, c, optarg))
            return false;
    if (o->plan.want == 0)
        o->plan.want = o->definition != NULL ? 303 : 200;
    return o->path != NULL && optind == argc && (o->definition == NULL) == (o->secret == NULL);
}

/* ---- the requests ---- */

static void write_get(void *ctx, size_t i, struct buf *out)
{
    const struct load *l = ctx;
    (void)i;
    buf_printf(out,
               "GET %s HTTP/1.1\r\nHost: %s:%u\r\nAccept-Language: zh-CN,zh;q=0.9\r\n%s%s%s%s\r\n", l->o.path, l->o.host,
               (unsigned)l->o.port, l->o.is_plain ? "" : "Accept-Encoding: gzip\r\n", l->o.cookie != NULL ? "Cookie: " : "",
               l->o.cookie != NULL ? l->o.cookie : "", l->o.cookie != NULL ? "\r\n" : "");
}

static void write_post(void *ctx, size_t i, struct buf *out)
{
    const struct load *l = ctx;
    const struct buf *body = &l->bodies[i % BODIES];
    buf_printf(out,
               "POST %s HTTP/1.1\r\nHost: %s:%u\r\nAccept-Language: zh-CN,zh;q=0.9\r\n"
               "Accept-Encoding: gzip\r\nOrigin: http://%s:%u\r\nCookie: %s=%s\r\n"
               "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n",
               l->o.path, l->o.host, (unsigned)l->o.port, l->o.host, (unsigned)l->o.port, l->cookie_name,
               l->ballots[i].token, body->len);
    buf_put(out, body->p, body->len);
}

static enum rc make_bodies(struct load *l, struct rc_info *e)
{
    uint64_t seed = l->o.seed;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < BODIES && rc == RC_OK; i++) {
        buf_init(&l->bodies[i], LOAD_REQUEST_MAX / 2);
        buf_puts(&l->bodies[i], l->o.fields);
        rc = random_body(l->form, &seed, &l->arena, &l->bodies[i]);
    }
    return rc == RC_OK ? RC_OK : rc_set(e, rc, "no memory for the ballots' bodies");
}

static void make_ballot(struct ballot *b, const char *slug, const unsigned char secret[KEY_SECRET_BYTES])
{
    struct key_token t = {.issued_at = (int64_t)time(NULL)};
    key_make(&t.key);
    key_record_hash(&t.key, b->record_hash);
    key_token_write(&t, slug, secret, b->token);
}

static enum rc make_ballots(struct load *l, struct rc_info *e)
{
    char *json = NULL, *secret = NULL;
    size_t len = 0, secret_len = 0;
    enum rc rc = file_read(l->o.definition, DEFINITION_MAX, &l->arena, &json, &len, e);
    if (rc == RC_OK)
        rc = file_read(l->o.secret, KEY_SECRET_BYTES, &l->arena, &secret, &secret_len, e);
    if (rc == RC_OK && secret_len != KEY_SECRET_BYTES)
        rc = rc_set(e, RC_INPUT, "\"%s\" does not hold %d bytes", l->o.secret, KEY_SECRET_BYTES);
    if (rc == RC_OK)
        rc = form_from_json(json, len, &l->arena, &l->form, e);
    if (rc == RC_OK)
        rc = make_bodies(l, e);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(l->cookie_name, sizeof l->cookie_name, "minyi_%s", l->form->slug);
    for (char *c = l->cookie_name; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    l->ballots = calloc(l->o.plan.n, sizeof *l->ballots);
    if (l->ballots == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu ballots", l->o.plan.n);
    for (size_t i = 0; i < l->o.plan.n; i++)
        make_ballot(&l->ballots[i], l->form->slug, (const unsigned char *)secret);
    return RC_OK;
}

/* ---- what came of it ---- */

static enum rc write_log(const struct load *l, const struct load_result *r, struct rc_info *e)
{
    char hex[2 * KEY_HASH_BYTES + 1];
    FILE *to = fopen(l->o.log, "w");
    if (to == NULL)
        return rc_set(e, RC_IO, "cannot write \"%s\": %s", l->o.log, strerror(errno));
    for (size_t i = 0; i < l->o.plan.n; i++)
        if (r->state[i] != LOAD_UNSENT)
            (void)fprintf(to, "%c%s\n", r->state[i] == LOAD_ACKNOWLEDGED ? '+' : '-',
                          sodium_bin2hex(hex, sizeof hex, l->ballots[i].record_hash, KEY_HASH_BYTES));
    bool is_bad = ferror(to) != 0;
    return fclose(to) != 0 || is_bad ? rc_set(e, RC_IO, "cannot write \"%s\"", l->o.log) : RC_OK;
}

static void print_result(const struct load *l, struct load_result *r)
{
    size_t n_begun = l->o.plan.n - r->n_unsent;
    (void)printf("requests=%zu acknowledged=%zu refused=%zu broken=%zu seconds=%.3f rate=%.0f p50_us=%u p99_us=%u "
                 "bytes=%llu longest_gap_s=%.3f",
                 n_begun, r->n_acknowledged, n_begun - r->n_acknowledged, r->n_broken, r->seconds,
                 r->seconds > 0 ? (double)r->n_acknowledged / r->seconds : 0, load_percentile_us(r, 0.50),
                 load_percentile_us(r, 0.99), (unsigned long long)r->body_bytes, r->longest_gap_s);
    for (int i = 0; i < LOAD_STATUS_N; i++)
        if (r->statuses[i] > 0)
            (void)printf(" status_%d=%zu", i, r->statuses[i]);
    (void)printf("\n");
}

static enum rc run(struct load *l, struct rc_info *e)
{
    struct load_result r = {0};
    enum rc rc = l->o.definition != NULL ? make_ballots(l, e) : RC_OK;
    struct load_plan plan = l->o.plan;
    plan.host = l->o.host;
    plan.port = l->o.port;
    plan.write = l->ballots != NULL ? write_post : write_get;
    plan.ctx = l;
    if (rc == RC_OK)
        rc = load_run(&plan, &r, e);
    if (rc == RC_OK)
        print_result(l, &r);
    if (rc == RC_OK && l->o.log != NULL && l->ballots != NULL)
        rc = write_log(l, &r, e);
    if (rc == RC_OK && r.n_acknowledged + r.n_unsent != plan.n)
        rc = rc_set(e, RC_UNAVAILABLE, "%zu requests were not acknowledged", plan.n - r.n_unsent - r.n_acknowledged);
    load_result_release(&r);
    return rc;
}

int main(int argc, char **argv)
{
    static struct load l;
    struct rc_info e = {0};
    if (sodium_init() < 0 || !read_options(&l.o, argc, argv)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    arena_init(&l.arena, ARENA_MAX);
    enum rc rc = run(&l, &e);
    if (rc != RC_OK)
        (void)fprintf(stderr, "load: %s\n", e.msg);
    for (size_t i = 0; i < BODIES; i++)
        buf_release(&l.bodies[i]);
    free(l.ballots);
    arena_release(&l.arena);
    return rc_exit_status(rc);
}
