#include "base/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, REDRAW_MS = 200, LOOK_EVERY = 1024, BAR_CHARS = 30 };

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Patience is counted from the program's first piece of work: several short ones are long together. */
static int64_t first_ms;

void progress_begin(struct progress *p, const char *what, int64_t total)
{
    *p = (struct progress){.what = what, .total = total, .began_ms = now_ms()};
    if (first_ms == 0)
        first_ms = p->began_ms;
}

static void draw(const struct progress *p, int64_t now)
{
    char bar[BAR_CHARS + 1];
    long long s = (long long)(now - p->began_ms) / 1000;
    if (p->total <= 0) {
        (void)fprintf(stderr, "\r%s: %lld, %lld s", p->what, (long long)p->done, s);
        return;
    }
    int64_t done = p->done < p->total ? p->done : p->total;
    size_t full = (size_t)((double)done / (double)p->total * BAR_CHARS);
    memset(bar, '.', BAR_CHARS);
    memset(bar, '#', full);
    bar[BAR_CHARS] = '\0';
    (void)fprintf(stderr, "\r%s: [%s] %3d%% %lld of %lld, %lld s", p->what, bar,
                  (int)(100 * (double)done / (double)p->total), (long long)done, (long long)p->total, s);
}

void progress_add(struct progress *p, int64_t more)
{
    int64_t before = p->done;
    p->done += more;
    if (p->done / LOOK_EVERY == before / LOOK_EVERY && p->done < p->total)
        return;
    int64_t now = now_ms();
    if (now - first_ms < PATIENCE_MS || now - p->shown_ms < REDRAW_MS || isatty(STDERR_FILENO) == 0)
        return;
    p->shown_ms = now;
    p->is_shown = true;
    draw(p, now);
}

void progress_end(struct progress *p)
{
    if (p->is_shown)
        (void)fprintf(stderr, "\r\033[K");
    p->is_shown = false;
}
