/* The supervisor's configuration and its rule of when to start again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/supervise.h"

static struct supervise_conf conf;

static int open_arena(void **state)
{
    static struct arena a;
    arena_init(&a, 4 * SUPERVISE_CONF_MAX);
    *state = &a;
    return 0;
}

static int close_arena(void **state)
{
    arena_release(*state);
    return 0;
}

static void reads_a_whole_configuration(void **state)
{
    static const char text[] = "# everything\n"
                               "grace 3\n"
                               "env PGHOST=/run/a b\n"
                               "\n"
                               "program survey\n"
                               "\tcommand /usr/lib/minyi/survey\n"
                               "  arg one word\n"
                               "  arg --two\n"
                               "  socket /run/minyi/survey.sock\n"
                               "  mode 0600\n"
                               "  group minyi-web\n"
                               "  user minyi-survey\n"
                               "  log /var/log/survey.log\n"
                               "  umask 0027\n"
                               "  stop QUIT\n"
                               "  remove /run/minyi/ops.sock\n"
                               "  env MINYI_TLS=1\n"
                               "every 60 tally\n"
                               "  command /usr/lib/minyi/tally";
    struct rc_info e = {0};
    assert_int_equal(supervise_parse(text, sizeof text - 1, *state, &conf, &e), RC_OK);
    assert_int_equal(conf.grace_s, 3);
    assert_int_equal(conf.n, 2);
    const struct supervise_program *p = &conf.programs[0];
    assert_string_equal(p->name, "survey");
    assert_int_equal(p->every_s, 0);
    assert_string_equal(p->argv[0], "/usr/lib/minyi/survey");
    assert_string_equal(p->argv[1], "one word");
    assert_string_equal(p->argv[2], "--two");
    assert_null(p->argv[3]);
    assert_string_equal(p->socket, "/run/minyi/survey.sock");
    assert_int_equal(p->mode, 0600);
    assert_string_equal(p->group, "minyi-web");
    assert_string_equal(p->user, "minyi-survey");
    assert_string_equal(p->log, "/var/log/survey.log");
    assert_int_equal(p->umask, 0027);
    assert_int_equal(p->stop_signal, SIGQUIT);
    assert_string_equal(p->remove, "/run/minyi/ops.sock");
    assert_int_equal(p->n_env, 2);
    assert_string_equal(p->env[0], "PGHOST=/run/a b");
    assert_string_equal(p->env[1], "MINYI_TLS=1");
    assert_null(p->env[2]);
    p = &conf.programs[1];
    assert_string_equal(p->name, "tally");
    assert_int_equal(p->every_s, 60);
    assert_int_equal(p->n_env, 1);
    assert_int_equal(p->mode, 0660);
    assert_int_equal(p->umask, 0077);
    assert_int_equal(p->stop_signal, SIGTERM);
    assert_null(p->socket);
}

struct refused {
    const char *text, *why;
};

static void is_refused(void **state)
{
    const struct refused *r = *state;
    struct arena a;
    struct rc_info e = {0};
    arena_init(&a, 4 * SUPERVISE_CONF_MAX);
    enum rc rc = supervise_parse(r->text, strlen(r->text), &a, &conf, &e);
    arena_release(&a);
    assert_int_equal(rc, RC_INPUT);
    assert_string_equal(e.msg, r->why);
}

static void a_nul_is_refused(void **state)
{
    struct rc_info e = {0};
    assert_int_equal(supervise_parse("program a\0b", 11, *state, &conf, &e), RC_INPUT);
}

static void too_many_of_anything_are_refused(void **state)
{
    static const struct { const char *head, *line; int most; const char *why; } many[] = {
        {"", "env A=1\n", SUPERVISE_ENV_MAX, "line 49: more than 48 environment variables"},
        {"program a\n", "arg x\n", SUPERVISE_ARGS_MAX, "line 18: more than 16 arguments"},
    };
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        char text[1024] = "";
        struct rc_info e = {0};
        (void)strcat(text, many[i].head);
        for (int n = 0; n <= many[i].most; n++)
            (void)strcat(text, many[i].line);
        assert_int_equal(supervise_parse(text, strlen(text), *state, &conf, &e), RC_INPUT);
        assert_string_equal(e.msg, many[i].why);
    }
}

static void a_lack_of_memory_is_said(void **state)
{
    struct arena *a = *state;
    struct rc_info e = {0};
    a->fail_after = 1;
    assert_int_equal(supervise_parse("program a\ncommand /a", 20, a, &conf, &e), RC_NOMEM);
}

static void starts_again_within_a_second(void **state)
{
    (void)state;
    const struct supervise_program serving = {0}, job = {.every_s = 60};
    /* ran for long: at once; fell at once: half a second after its start; never later than that */
    assert_int_equal(supervise_next_ms(&serving, 1000, 500000), 500000);
    assert_int_equal(supervise_next_ms(&serving, 1000, 1001), 1500);
    assert_int_equal(supervise_next_ms(&serving, 1000, 1500), 1500);
    /* a job: from start to start; when it took longer, at once */
    assert_int_equal(supervise_next_ms(&job, 1000, 5000), 61000);
    assert_int_equal(supervise_next_ms(&job, 1000, 90000), 90000);
}

#define REFUSED(name, t, w) {name, is_refused, NULL, NULL, &(struct refused){t, w}}
#define WITH_ARENA(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ARENA(reads_a_whole_configuration),
        WITH_ARENA(a_nul_is_refused),
        WITH_ARENA(too_many_of_anything_are_refused),
        WITH_ARENA(a_lack_of_memory_is_said),
        cmocka_unit_test(starts_again_within_a_second),
        REFUSED("nothing", "", "no program is named"),
        REFUSED("no command", "program a", "program \"a\" has no command"),
        REFUSED("no value", "program a\ncommand", "line 2: \"command\" has no value"),
        REFUSED("only spaces for a value", "program a\ncommand  \t", "line 2: \"command\" has no value"),
        REFUSED("unknown key", "program a\ncolour red", "line 2: there is no \"colour\""),
        REFUSED("before any program", "command /a", "line 1: \"command\" belongs below a program"),
        REFUSED("grace below a program", "program a\ngrace 1", "line 2: there is no \"grace\""),
        REFUSED("grace of nothing", "grace 0", "line 1: grace \"0\" is outside 1..600 s"),
        REFUSED("name with a slash", "program ../a", "line 1: \"../a\" is not a name of [a-z0-9-]"),
        REFUSED("twice", "program a\ncommand /a\nevery 5 a", "line 3: \"a\" is there already"),
        REFUSED("relative command", "program a\ncommand a", "line 2: \"a\" is not an absolute path"),
        REFUSED("relative socket", "program a\nsocket a", "line 2: \"a\" is not an absolute path"),
        REFUSED("mode not octal", "program a\nmode 668", "line 2: \"668\" is not a mode such as 0660"),
        REFUSED("mode too long", "program a\nmode 00660", "line 2: \"00660\" is not a mode such as 0660"),
        REFUSED("mode over 0777", "program a\nmode 4755", "line 2: \"4755\" is not a mode such as 0660"),
        REFUSED("signal", "program a\nstop KILL", "line 2: \"KILL\" is not TERM, QUIT or INT"),
        REFUSED("env without a name", "env =1", "line 1: \"=1\" is not NAME=value"),
        REFUSED("env without a value", "env A", "line 1: \"A\" is not NAME=value"),
        REFUSED("every without a name", "every 5", "line 1: say \"every SECONDS NAME\", 1..604800 seconds"),
        REFUSED("every 0", "every 0 a", "line 1: say \"every SECONDS NAME\", 1..604800 seconds"),
    };
    return cmocka_run_group_tests_name("supervise", tests, NULL, NULL);
}
