/* admin: the administrators' desk. Threads, their connections, and main; the routes are in pages/desk.c. */
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/settings.h"
#include "pages/desk.h"
#include "store/export_store.h"
#include "web/fcgi_lanes.h"
#include "web/page.h"

enum { ARENA_BYTES_MAX = 2 * 1024 * 1024 };

static enum rc serve(const struct desk *desk, struct rc_info *e)
{
    struct desk_worker workers[LANES];
    struct web_app apps[LANES];
    size_t n_routes = 0;
    const struct web_route *routes = desk_routes(&n_routes);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < LANES; i++) {
        bool is_export = i == LANES - 1; /* the second slow kind: desk_lane */
        workers[i] = (struct desk_worker){desk, office_db(), is_export ? export_desk_db() : NULL};
        apps[i] = (struct web_app){"admin", &workers[i], routes, n_routes, desk_error_page, NULL};
        if (workers[i].db == NULL || (is_export && workers[i].export_db == NULL))
            rc = rc_set(e, RC_NOMEM, "no memory for a connection");
    }
    if (rc == RC_OK)
        rc = fcgi_serve_lanes(apps, desk_lane, e);
    for (size_t i = 0; i < LANES; i++) {
        db_free(workers[i].db);
        db_free(workers[i].export_db);
    }
    return rc;
}

/* What an export that was killed left behind holds answers. The program is alone in its folder. */
static void clear_files(const char *dir)
{
    DIR *d = opendir(dir);
    int at = d != NULL ? dirfd(d) : -1;
    const struct dirent *x;
    while (d != NULL && (x = readdir(d)) != NULL)
        if (strncmp(x->d_name, "export-", 7) == 0 || strncmp(x->d_name, "form-", 5) == 0)
            (void)unlinkat(at, x->d_name, 0);
    if (d != NULL)
        (void)closedir(d);
}

static enum rc run(struct rc_info *e)
{
    struct arena a;
    struct catalogue *c = NULL;
    struct phrases *phrases = NULL;
    struct desk desk = {.is_tls = setting_int(SET_DESK_TLS) != 0, .dir = setting(SET_DESK_DIR)};
    arena_init(&a, ARENA_BYTES_MAX);
    (void)umask(0077); /* what it writes is its own */
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &a, &c, e);
    if (rc == RC_OK)
        rc = phrases_load(setting(SET_HTML_DIR), &a, &phrases, e);
    desk.phrases = phrases;
    if (rc == RC_OK)
        rc = page_load_assets(setting(SET_HTML_DIR), e);
    if (rc == RC_OK)
        rc = file_secret(setting(SET_DESK_DIR), "desk", 0600, desk.secret, sizeof desk.secret, e);
    clear_files(desk.dir);
    if (rc == RC_OK)
        rc = fcgi_start(e);
    desk.c = c;
    desk.figures = desk_figures_new(&a);
    if (rc == RC_OK && desk.figures == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for figures");
    web_set_uploads(desk_takes_file);
    if (rc == RC_OK)
        rc = serve(&desk, e);
    sodium_memzero(desk.secret, sizeof desk.secret);
    desk_figures_release(desk.figures);
    arena_release(&a);
    return rc;
}

static int print_routes(void)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    desk_print_routes(&b);
    bool is_ok = buf_ok(&b);
    if (is_ok)
        (void)fputs(b.p, stdout);
    buf_release(&b);
    return is_ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    log_program("admin");
    if (argc == 2 && strcmp(argv[1], "--routes") == 0)
        return print_routes();
    if (argc > 1) {
        bool is_help = strcmp(argv[1], "--help") == 0;
        (void)fprintf(is_help ? stdout : stderr, "usage: admin < listening socket\n       admin --routes    the pages, and who may use them\n\n");
        settings_print(is_help ? stdout : stderr);
        return is_help ? 0 : 2;
    }
    enum rc rc = sodium_init() < 0 ? rc_set(&e, RC_CRYPTO, "libsodium does not start") : settings_load(&e);
    if (rc == RC_OK)
        rc = run(&e);
    if (rc != RC_OK)
        log_error("ended", kv_s("rc", rc_name(rc)), kv_s("why", e.msg));
    return rc_exit_status(rc);
}
