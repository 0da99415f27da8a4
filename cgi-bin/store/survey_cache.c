/* The survey program's copy on disk of what it serves: enough to start and to take ballots while the
 * database is away. A public key and published questionnaires: nothing secret. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "store/survey_store.h"

enum { SET_MAX = 4 * 1024 * 1024 };

static json_t *set_to_json(const struct stored_set *s)
{
    json_t *surveys = json_array(), *versions = json_array();
    for (size_t i = 0; i < s->n_surveys; i++)
        (void)json_array_append_new(
            surveys, json_pack("{s:I,s:s,s:b,s:I}", "survey_id", (json_int_t)s->surveys[i].survey_id, "slug",
                               s->surveys[i].slug, "is_open", (int)s->surveys[i].is_open, "current_version",
                               (json_int_t)s->surveys[i].current_version));
    for (size_t i = 0; i < s->n_versions; i++)
        (void)json_array_append_new(
            versions, json_pack("{s:I,s:I}", "version_id", (json_int_t)s->versions[i].version_id, "survey_id",
                                (json_int_t)s->versions[i].survey_id));
    json_t *root = json_pack("{s:o,s:o}", "surveys", surveys, "versions", versions);
    if (root != NULL && s->has_key) {
        char hex[2 * STORE_PUBLIC_BYTES + 1];
        (void)sodium_bin2hex(hex, sizeof hex, s->public_key, STORE_PUBLIC_BYTES);
        (void)json_object_set_new(root, "key",
                                  json_pack("{s:I,s:s}", "epoch_id", (json_int_t)s->epoch_id, "public_key", hex));
    }
    return root;
}

enum rc survey_cache_put_set(const char *dir, const struct stored_set *set, struct rc_info *e)
{
    json_t *root = set_to_json(set);
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    if (text == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the list of surveys");
    enum rc rc = file_write_durably(dir, "set.json", text, strlen(text), 0640, e);
    free(text);
    return rc;
}

static enum rc read_surveys(json_t *list, struct arena *a, struct stored_set *s)
{
    s->n_surveys = json_array_size(list);
    s->surveys = arena_array(a, s->n_surveys, sizeof *s->surveys);
    if (s->surveys == NULL)
        return RC_NOMEM;
    for (size_t i = 0; i < s->n_surveys; i++) {
        json_int_t id, version;
        const char *slug;
        int is_open;
        if (json_unpack(json_array_get(list, i), "{s:I,s:s,s:b,s:I}", "survey_id", &id, "slug", &slug, "is_open",
                        &is_open, "current_version", &version) != 0 ||
            !text_is_slug(slug, strlen(slug)))
            return RC_INPUT;
        char *copy = arena_strdup(a, slug);
        if (copy == NULL)
            return RC_NOMEM;
        s->surveys[i] = (struct stored_survey){id, copy, is_open != 0, version};
    }
    return RC_OK;
}

static enum rc read_versions(json_t *list, struct arena *a, struct stored_set *s)
{
    s->n_versions = json_array_size(list);
    s->versions = arena_array(a, s->n_versions, sizeof *s->versions);
    if (s->versions == NULL)
        return RC_NOMEM;
    for (size_t i = 0; i < s->n_versions; i++) {
        json_int_t id, survey;
        if (json_unpack(json_array_get(list, i), "{s:I,s:I}", "version_id", &id, "survey_id", &survey) != 0)
            return RC_INPUT;
        s->versions[i] = (struct stored_version){id, survey};
    }
    return RC_OK;
}

static enum rc read_key(json_t *key, struct stored_set *s)
{
    json_int_t id;
    const char *hex;
    size_t n = 0;
    if (key == NULL)
        return RC_OK;
    if (json_unpack(key, "{s:I,s:s}", "epoch_id", &id, "public_key", &hex) != 0 ||
        sodium_hex2bin(s->public_key, STORE_PUBLIC_BYTES, hex, strlen(hex), NULL, &n, NULL) != 0 ||
        n != STORE_PUBLIC_BYTES)
        return RC_INPUT;
    s->epoch_id = id;
    s->has_key = true;
    return RC_OK;
}

enum rc survey_cache_parse(const char *json, size_t len, struct arena *a, struct stored_set *out,
                           struct rc_info *e)
{
    struct stored_set s = {0};
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
    json_t *surveys = json_object_get(root, "surveys"), *versions = json_object_get(root, "versions");
    enum rc rc = json_is_array(surveys) && json_is_array(versions) ? RC_OK : RC_INPUT;
    if (rc == RC_OK)
        rc = read_surveys(surveys, a, &s);
    if (rc == RC_OK)
        rc = read_versions(versions, a, &s);
    if (rc == RC_OK)
        rc = read_key(json_object_get(root, "key"), &s);
    json_decref(root);
    if (rc != RC_OK)
        return rc_set(e, rc, "the copy of the list of surveys cannot be read (%s)", rc_name(rc));
    *out = s;
    return RC_OK;
}

enum rc survey_cache_set(const char *dir, struct arena *a, struct stored_set *out, struct rc_info *e)
{
    char *text, *path = arena_printf(a, "%s/set.json", dir);
    size_t len;
    if (path == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a path");
    enum rc rc = file_read(path, SET_MAX, a, &text, &len, e);
    return rc == RC_OK ? survey_cache_parse(text, len, a, out, e) : rc;
}

static void version_name(char *out, size_t size, int64_t version_id)
{
    (void)snprintf(out, size, "version-%lld.json", (long long)version_id);
}

enum rc survey_cache_put_definition(const char *dir, int64_t version_id, const char *json, size_t len,
                                    struct rc_info *e)
{
    char name[64];
    version_name(name, sizeof name, version_id);
    return file_write_durably(dir, name, json, len, 0640, e);
}

enum rc survey_cache_definition(const char *dir, int64_t version_id, struct arena *a, const char **json,
                                size_t *len, struct rc_info *e)
{
    char name[64], *text, *path;
    version_name(name, sizeof name, version_id);
    path = arena_printf(a, "%s/%s", dir, name);
    if (path == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a path");
    enum rc rc = file_read(path, STORE_DEFINITION_MAX, a, &text, len, e);
    if (rc == RC_OK)
        *json = text;
    return rc;
}
