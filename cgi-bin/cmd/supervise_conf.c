#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "cmd/supervise.h"

enum { GRACE_S = 10, GRACE_S_MAX = 600, EVERY_S_MAX = 7 * 86400, NAME_MAX_BYTES = 32 };

struct reader {
    struct arena *a;
    struct supervise_conf *conf;
    struct supervise_program all; /* only its env is used: what holds for all */
    struct supervise_program *now; /* NULL before the first program */
};

static enum rc no_memory(struct rc_info *e)
{
    return rc_set(e, RC_NOMEM, "no memory for the configuration");
}

static enum rc set_octal(const char *v, unsigned *out, struct rc_info *e)
{
    unsigned n = 0;
    size_t len = strlen(v);
    for (size_t i = 0; i < len; i++) {
        if (v[i] < '0' || v[i] > '7' || len > 4)
            return rc_set(e, RC_INPUT, "\"%s\" is not a mode such as 0660", v);
        n = n * 8 + (unsigned)(v[i] - '0');
    }
    if (n > 0777)
        return rc_set(e, RC_INPUT, "\"%s\" is not a mode such as 0660", v);
    *out = n;
    return RC_OK;
}

static enum rc set_signal(const char *v, int *out, struct rc_info *e)
{
    static const struct { const char *name; int sig; } known[] = {{"TERM", SIGTERM}, {"QUIT", SIGQUIT}, {"INT", SIGINT}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(v, known[i].name) == 0) {
            *out = known[i].sig;
            return RC_OK;
        }
    return rc_set(e, RC_INPUT, "\"%s\" is not TERM, QUIT or INT", v);
}

static enum rc set_path(const char *v, const char **out, struct rc_info *e)
{
    if (*v != '/')
        return rc_set(e, RC_INPUT, "\"%s\" is not an absolute path", v);
    *out = v;
    return RC_OK;
}

static enum rc add_env(struct supervise_program *p, const char *v, struct rc_info *e)
{
    const char *eq = strchr(v, '=');
    if (eq == NULL || eq == v)
        return rc_set(e, RC_INPUT, "\"%s\" is not NAME=value", v);
    if (p->n_env == SUPERVISE_ENV_MAX)
        return rc_set(e, RC_INPUT, "more than %d environment variables", SUPERVISE_ENV_MAX);
    p->env[p->n_env++] = v;
    return RC_OK;
}

static enum rc begin_program(struct reader *r, const char *name, int64_t every_s, struct rc_info *e)
{
    struct supervise_conf *c = r->conf;
    if (!text_is_slug(name, strlen(name)) || strlen(name) > NAME_MAX_BYTES)
        return rc_set(e, RC_INPUT, "\"%s\" is not a name of [a-z0-9-]", name);
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->programs[i].name, name) == 0)
            return rc_set(e, RC_INPUT, "\"%s\" is there already", name);
    if (c->n == SUPERVISE_PROGRAMS_MAX)
        return rc_set(e, RC_INPUT, "more than %d programs", SUPERVISE_PROGRAMS_MAX);
    r->now = &c->programs[c->n++];
    *r->now = r->all;
    r->now->name = name;
    r->now->every_s = every_s;
    return RC_OK;
}

static enum rc begin_job(struct reader *r, char *value, struct rc_info *e)
{
    size_t n = strcspn(value, " \t");
    int64_t every_s;
    if (value[n] == '\0' || text_to_i64(value, n, 1, EVERY_S_MAX, &every_s) != RC_OK)
        return rc_set(e, RC_INPUT, "say \"every SECONDS NAME\", 1..%d seconds", EVERY_S_MAX);
    return begin_program(r, value + n + strspn(value + n, " \t"), every_s, e);
}

static enum rc read_for_all(struct reader *r, const char *key, char *value, struct rc_info *e)
{
    if (strcmp(key, "program") == 0)
        return begin_program(r, value, 0, e);
    if (strcmp(key, "every") == 0)
        return begin_job(r, value, e);
    if (strcmp(key, "grace") == 0 && r->now == NULL) {
        if (text_to_i64(value, strlen(value), 1, GRACE_S_MAX, &r->conf->grace_s) != RC_OK)
            return rc_set(e, RC_INPUT, "grace \"%s\" is outside 1..%d s", value, GRACE_S_MAX);
        return RC_OK;
    }
    if (strcmp(key, "env") == 0)
        return add_env(r->now != NULL ? r->now : &r->all, value, e);
    return RC_NOTFOUND;
}

static enum rc read_for_one(struct supervise_program *p, const char *key, char *value, struct rc_info *e)
{
    if (strcmp(key, "command") == 0)
        return set_path(value, &p->argv[0], e);
    if (strcmp(key, "socket") == 0)
        return set_path(value, &p->socket, e);
    if (strcmp(key, "log") == 0)
        return set_path(value, &p->log, e);
    if (strcmp(key, "remove") == 0)
        return set_path(value, &p->remove, e);
    if (strcmp(key, "mode") == 0)
        return set_octal(value, &p->mode, e);
    if (strcmp(key, "umask") == 0)
        return set_octal(value, &p->umask, e);
    if (strcmp(key, "stop") == 0)
        return set_signal(value, &p->stop_signal, e);
    if (strcmp(key, "user") == 0)
        p->user = value;
    else if (strcmp(key, "group") == 0)
        p->group = value;
    else if (strcmp(key, "arg") == 0 && p->n_args < SUPERVISE_ARGS_MAX)
        p->argv[1 + p->n_args++] = value;
    else if (strcmp(key, "arg") == 0)
        return rc_set(e, RC_INPUT, "more than %d arguments", SUPERVISE_ARGS_MAX);
    else
        return rc_set(e, RC_INPUT, "there is no \"%s\"", key);
    return RC_OK;
}

static enum rc read_line(struct reader *r, char *line, struct rc_info *e)
{
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return RC_OK;
    char *key = line, *value = line + strcspn(line, " \t");
    if (*value != '\0') {
        *value++ = '\0';
        value += strspn(value, " \t");
    }
    if (*value == '\0')
        return rc_set(e, RC_INPUT, "\"%s\" has no value", key);
    enum rc rc = read_for_all(r, key, value, e);
    if (rc != RC_NOTFOUND)
        return rc;
    if (r->now == NULL)
        return rc_set(e, RC_INPUT, "\"%s\" belongs below a program", key);
    return read_for_one(r->now, key, value, e);
}

static enum rc check(const struct supervise_conf *c, struct rc_info *e)
{
    if (c->n == 0)
        return rc_set(e, RC_INPUT, "no program is named");
    for (size_t i = 0; i < c->n; i++)
        if (c->programs[i].argv[0] == NULL)
            return rc_set(e, RC_INPUT, "program \"%s\" has no command", c->programs[i].name);
    return RC_OK;
}

enum rc supervise_parse(const char *text, size_t len, struct arena *a, struct supervise_conf *out,
                        struct rc_info *e)
{
    if (len > SUPERVISE_CONF_MAX || memchr(text, '\0', len) != NULL)
        return rc_set(e, RC_INPUT, "not a configuration of at most %d bytes of text", SUPERVISE_CONF_MAX);
    struct reader r = {.a = a, .conf = out, .all = {.mode = 0660, .umask = 0077, .stop_signal = SIGTERM}};
    *out = (struct supervise_conf){.grace_s = GRACE_S};
    char *line = arena_memdup(a, text, len);
    if (line == NULL)
        return no_memory(e);
    for (int n = 1; line != NULL; n++) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        struct rc_info why = {0};
        enum rc rc = read_line(&r, line, &why);
        if (rc != RC_OK)
            return rc_set(e, rc, "line %d: %s", n, why.msg);
        line = end != NULL ? end + 1 : NULL;
    }
    return check(out, e);
}
