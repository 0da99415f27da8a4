/* What is published, in memory: versions read once, pages rendered once, sets swapped as a whole. */
#include <string.h>
#include <zlib.h>

#include "base/log.h"
#include "base/text.h"
#include "pages/survey.h"

enum {
    VERSION_ARENA_MAX = 8 * 1024 * 1024,
    PAGE_MAX = 2 * 1024 * 1024,
    GZIP = 16 /* added to the window bits: a gzip head instead of zlib's */
};

const struct survey *survey_find(const struct survey_site *site, const char *slug, size_t len)
{
    const struct survey_set *set = atomic_load(&site->set);
    for (size_t i = 0; set != NULL && i < set->n; i++)
        if (text_equal(set->items[i].slug, slug, len))
            return &set->items[i];
    return NULL;
}

enum rc survey_of_path(const struct survey_site *site, const char *path, const struct survey **out,
                       const char **tail, struct rc_info *e)
{
    static const char root[] = "/survey/";
    if (atomic_load(&site->set) == NULL)
        return rc_set(e, RC_UNAVAILABLE, "no questionnaire was loaded yet");
    const char *slug = path + (sizeof root - 1);
    size_t len = strncmp(path, root, sizeof root - 1) == 0 ? strcspn(slug, "/") : 0;
    *out = len > 0 ? survey_find(site, slug, len) : NULL;
    if (*out == NULL)
        return rc_set(e, RC_NOTFOUND, "there is no such survey");
    *tail = slug + len;
    return RC_OK;
}

const struct survey_version *survey_find_version(const struct survey *s, int64_t version_id)
{
    for (size_t i = 0; i < s->n_versions; i++)
        if (s->versions[i]->version_id == version_id)
            return s->versions[i];
    return NULL;
}

size_t survey_catalogue_lang(const struct catalogue *c, const struct form *f, size_t flang)
{
    const char *const *langs;
    size_t n = catalogue_langs(c, &langs);
    for (size_t i = 0; i < n; i++)
        if (strcmp(langs[i], f->langs[flang]) == 0)
            return i;
    return 0;
}

static struct survey_version *loaded(const struct survey_site *site, int64_t version_id)
{
    for (struct survey_version *v = site->versions; v != NULL; v = v->next)
        if (v->version_id == version_id)
            return v;
    return NULL;
}

static enum rc load_version(struct survey_site *site, const struct stored_version *sv, survey_load_fn *load,
                            void *ctx, struct rc_info *e)
{
    const char *json;
    size_t len;
    struct arena scratch;
    struct survey_version *v = arena_alloc(&site->keep, sizeof *v);
    if (v == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a version");
    v->version_id = sv->version_id;
    v->survey_id = sv->survey_id;
    arena_init(&v->arena, VERSION_ARENA_MAX);
    arena_init(&scratch, VERSION_ARENA_MAX);
    enum rc rc = load(ctx, sv->version_id, &scratch, &json, &len, e);
    if (rc == RC_OK)
        rc = form_from_json(json, len, &v->arena, &v->form, e);
    arena_release(&scratch);
    if (rc == RC_OK) {
        v->next = site->versions;
        site->versions = v;
    } else {
        arena_release(&v->arena);
    }
    return rc;
}

/* A gzip copy in `a`, or nothing where it would not help. */
static void compress_page(struct prebuilt *p, struct arena *a)
{
    struct arena scratch;
    z_stream z = {0};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    arena_init(&scratch, PAGE_MAX + 4096);
    z.next_in = (unsigned char *)(uintptr_t)p->plain; /* zlib only reads it */
    z.avail_in = (uInt)p->plain_len;
    z.next_out = arena_alloc(&scratch, p->plain_len);
    z.avail_out = (uInt)p->plain_len;
    const unsigned char *out = z.next_out;
    if (out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END) {
        p->gzip_len = z.total_out;
        p->gzip = arena_memdup(a, out, p->gzip_len);
    }
    (void)deflateEnd(&z);
    arena_release(&scratch);
}

static enum rc render_one(const struct survey_site *site, const char *slug, struct survey_version *v, size_t lang,
                          struct rc_info *e)
{
    struct buf out;
    struct html w = {&out};
    buf_init(&out, PAGE_MAX);
    form_page(&w, &(struct form_view){.c = site->c, .clang = survey_catalogue_lang(site->c, v->form, lang),
                                      .slug = slug, .version_id = v->version_id, .form = v->form, .flang = lang});
    struct prebuilt p = {.plain = html_ok(&w) ? arena_memdup(&v->arena, out.p, out.len) : NULL, .plain_len = out.len};
    buf_release(&out);
    if (p.plain == NULL)
        return rc_set(e, RC_NOMEM, "the page of version %lld does not render", (long long)v->version_id);
    compress_page(&p, &v->arena);
    v->pages[lang] = p;
    return RC_OK;
}

/* The loaded versions of one survey, newest first as they are stored. */
static bool collect_versions(struct survey_site *site, const struct stored_set *stored, struct survey *s)
{
    s->versions = arena_array(&site->keep, stored->n_versions, sizeof *s->versions);
    for (size_t i = 0; s->versions != NULL && i < stored->n_versions; i++) {
        const struct survey_version *v = loaded(site, stored->versions[i].version_id);
        if (v != NULL && v->survey_id == s->survey_id)
            s->versions[s->n_versions++] = v;
    }
    return s->versions != NULL;
}

static enum rc make_survey(struct survey_site *site, const struct stored_set *stored,
                           const struct stored_survey *in, struct survey *out, struct rc_info *e)
{
    struct survey_version *current = loaded(site, in->current_version);
    if (current == NULL)
        return rc_set(e, RC_NOTFOUND, "version %lld is not loaded", (long long)in->current_version);
    for (size_t i = 0; i < current->form->n_langs && !current->is_rendered; i++) {
        enum rc rc = render_one(site, in->slug, current, i, e);
        if (rc != RC_OK)
            return rc;
    }
    current->is_rendered = true;
    *out = (struct survey){in->survey_id, arena_strdup(&site->keep, in->slug), in->is_open, current, 0, NULL};
    if (out->slug == NULL || !collect_versions(site, stored, out))
        return rc_set(e, RC_NOMEM, "no memory for a survey");
    return RC_OK;
}

enum rc survey_set_publish(struct survey_site *site, const struct stored_set *stored, survey_load_fn *load,
                           void *ctx, struct rc_info *e)
{
    for (size_t i = 0; i < stored->n_versions; i++) {
        if (loaded(site, stored->versions[i].version_id) != NULL)
            continue;
        enum rc rc = load_version(site, &stored->versions[i], load, ctx, e);
        if (rc == RC_AWAY || rc == RC_NOMEM)
            return rc;
        if (rc != RC_OK)
            log_error("version_unreadable", kv_i("version", stored->versions[i].version_id), kv_s("why", e->msg));
    }
    struct survey_set *set = arena_alloc(&site->keep, sizeof *set);
    struct survey *items = arena_array(&site->keep, stored->n_surveys, sizeof *items);
    if (set == NULL || items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu surveys", stored->n_surveys);
    for (size_t i = 0; i < stored->n_surveys; i++) {
        enum rc rc = make_survey(site, stored, &stored->surveys[i], &items[set->n], e);
        set->n += rc == RC_OK;
        if (rc != RC_OK)
            log_error("survey_left_out", kv_s("survey", stored->surveys[i].slug), kv_s("why", e->msg));
    }
    set->items = items;
    atomic_store(&site->set, set); /* the old one stays: a request may be reading it */
    return RC_OK;
}
