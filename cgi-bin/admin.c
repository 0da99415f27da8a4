/* admin: the administrators' program. Routes and main; sign-in comes with its own issue. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "pages/admin.h"
#include "web/fcgi.h"
#include "web/page.h"

enum { ARENA_BYTES_MAX = 2 * 1024 * 1024 };

static const struct web_route routes[] = {
    {WEB_GET, "/admin/", admin_home},
    {WEB_GET, "/readyz", admin_readyz},
    {WEB_GET, "/metrics", admin_metrics},
};

static enum rc run(struct rc_info *e)
{
    struct arena a;
    struct catalogue *c = NULL;
    arena_init(&a, ARENA_BYTES_MAX);
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &a, &c, e);
    if (rc == RC_OK)
        rc = page_load_assets(setting(SET_HTML_DIR), e);
    if (rc == RC_OK)
        rc = fcgi_start(e);
    struct admin admin = {c};
    const struct web_app app = {"admin", &admin, routes, sizeof routes / sizeof *routes,
                                admin_error_page, NULL};
    if (rc == RC_OK)
        rc = fcgi_serve(&app, e);
    arena_release(&a);
    return rc;
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    log_program("admin");
    if (argc > 1) {
        bool is_help = strcmp(argv[1], "--help") == 0;
        (void)fprintf(is_help ? stdout : stderr, "usage: admin < listening socket\n\n");
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
