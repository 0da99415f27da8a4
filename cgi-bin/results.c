/* results: the published figures, from memory. Routes, a thread that looks for new figures, and main. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/settings.h"
#include "pages/census.h"
#include "pages/results.h"
#include "pages/whitepaper.h"
#include "web/fcgi.h"
#include "web/page.h"

enum { ARENA_BYTES_MAX = 8 * 1024 * 1024 };

static const struct web_route routes[] = {
    {WEB_GET, "/results/", results_list_page}, {WEB_GET, "/results/*", results_survey_page},
    {WEB_GET, "/census/", census_newest_page}, {WEB_GET, "/census/*", census_date_page},
    {WEB_GET, "/whitepaper/*", whitepaper_page},
    {WEB_GET, "/readyz", results_readyz},      {WEB_GET, "/metrics", results_metrics},
};

struct refresher {
    struct results *results;
    struct census_pages *census;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static void refresh(const struct refresher *x)
{
    static bool is_failing; /* said once per outage; one thread at a time calls this */
    struct rc_info e = {0};
    enum rc rc = results_refresh(x->results, &e);
    if (rc == RC_OK)
        rc = census_pages_refresh(x->census, &e);
    if (rc != RC_OK && !is_failing)
        log_error("refresh_failed", kv_s("rc", rc_name(rc)), kv_s("why", e.msg));
    else if (rc == RC_OK && is_failing)
        log_info("refresh_recovered", kv_s("program", "results"));
    is_failing = rc != RC_OK;
}

static void *refresh_loop(void *p)
{
    struct refresher *x = p;
    (void)pthread_mutex_lock(&x->lock);
    while (!fcgi_is_stopping()) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += setting_int(SET_REFRESH_S);
        (void)pthread_cond_timedwait(&x->wake, &x->lock, &until);
        if (!fcgi_is_stopping())
            refresh(x);
    }
    (void)pthread_mutex_unlock(&x->lock);
    return NULL;
}

static void wake(void *p)
{
    struct refresher *x = p;
    (void)pthread_mutex_lock(&x->lock);
    (void)pthread_cond_signal(&x->wake);
    (void)pthread_mutex_unlock(&x->lock);
}

static enum rc prepare(struct refresher *x, struct rc_info *e)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0 || pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&x->wake, &attr) != 0 || pthread_mutex_init(&x->lock, NULL) != 0)
        return rc_set(e, RC_NOMEM, "cannot prepare the thread that refreshes");
    fcgi_on_stop(wake, x);
    return fcgi_start(e);
}

static enum rc serve(struct refresher *x, struct rc_info *e)
{
    const struct web_app app = {"results", x->results, routes, sizeof routes / sizeof *routes,
                                results_error_page, NULL};
    pthread_t thread;
    refresh(x);
    if (pthread_create(&thread, NULL, refresh_loop, x) != 0)
        return rc_set(e, RC_NOMEM, "cannot start the thread that refreshes");
    enum rc rc = fcgi_serve(&app, e);
    if (fcgi_is_stopping())
        (void)pthread_join(thread, NULL);
    return rc;
}

static enum rc run(struct rc_info *e)
{
    struct arena a;
    struct catalogue *c = NULL;
    struct refresher x = {0};
    arena_init(&a, ARENA_BYTES_MAX);
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &a, &c, e);
    if (rc == RC_OK)
        rc = page_load_assets(setting(SET_HTML_DIR), e);
    struct db *db = rc == RC_OK ? publication_db() : NULL;
    if (rc == RC_OK && (db == NULL || (x.results = results_new(&a, c, db)) == NULL))
        rc = rc_set(e, RC_NOMEM, "no memory to begin");
    struct db *census_db = rc == RC_OK ? census_results_db() : NULL;
    if (rc == RC_OK && (census_db == NULL || (x.census = census_pages_new(&a, c, census_db)) == NULL))
        rc = rc_set(e, RC_NOMEM, "no memory to begin");
    if (rc == RC_OK) {
        results_set_census(x.results, x.census);
        rc = prepare(&x, e);
    }
    if (rc == RC_OK)
        rc = serve(&x, e);
    if (x.results != NULL)
        results_release(x.results);
    if (x.census != NULL)
        census_pages_release(x.census);
    db_free(db);
    db_free(census_db);
    arena_release(&a);
    return rc;
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    log_program("results");
    if (argc > 1) {
        bool is_help = strcmp(argv[1], "--help") == 0;
        (void)fprintf(is_help ? stdout : stderr, "usage: results < listening socket\n\n");
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
