/* analyse_compare EXPECTED.json BLOCK FIGURES.json [--domain D] [--rename OLD=NEW] [--without TEXT]...:
 * the golden values of one block against the output of `tally analyse --format json`.
 *
 * --domain D    only the keys " @ D", which FIGURES.json gives without a domain (a file of that group alone)
 * --rename      a variable that the case calls OLD and the file NEW
 * --without     keys that hold TEXT are of another run: they are not looked at
 * Prints "BLOCK: N of M values agree"; every key that differs or is not there, on stderr. Exit status 1
 * when there is such a key, or none at all. */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 16, KEY_MAX = 512 };

struct options {
    const char *block, *domain, *rename, *without[OPTIONS_MAX];
    size_t n_without;
};

/* The key as `tally analyse` writes it, or false when it is not of this comparison. */
static bool own_key(const struct options *o, const char *key, char *out)
{
    size_t len = strlen(o->block);
    if (strncmp(key, o->block, len) != 0 || key[len] != '/')
        return false;
    key += len + 1;
    for (size_t i = 0; i < o->n_without; i++)
        if (strstr(key, o->without[i]) != NULL)
            return false;
    const char *from = "", *to = "";
    size_t from_len = 0, to_len = 0;
    if (o->rename != NULL) {
        from = o->rename;
        from_len = strcspn(from, "=");
        to = from + from_len + 1;
        to_len = strlen(to);
    }
    bool is_renamed = from_len > 0 && strncmp(key, from, from_len) == 0 && strchr("=/ .", key[from_len]) != NULL;
    (void)snprintf(out, KEY_MAX, "%.*s%s", is_renamed ? (int)to_len : 0, to, key + (is_renamed ? from_len : 0));
    if (o->domain != NULL) {
        char mark[KEY_MAX];
        int n = snprintf(mark, sizeof mark, " @ %s/", o->domain);
        char *at = strstr(out, mark);
        if (at == NULL)
            return false;
        memmove(at, at + n - 1, strlen(at + n - 1) + 1);
    }
    return true;
}

static const json_t *find(const json_t *figures, const char *key)
{
    size_t i;
    const json_t *f;
    json_array_foreach(figures, i, f)
        if (strcmp(json_string_value(json_object_get(f, "key")), key) == 0)
            return f;
    return NULL;
}

static bool agrees(const json_t *expected, const json_t *figure, const char *key)
{
    const json_t *want = json_object_get(expected, "value"), *got = json_object_get(figure, "value");
    double tolerance = json_number_value(json_object_get(expected, "tol"));
    if (figure == NULL) {
        (void)fprintf(stderr, "#   %s: not given\n", key);
        return false;
    }
    if (json_is_null(want) || !json_is_number(got)) {
        bool is_same = json_is_null(want) && json_is_null(got) && json_is_string(json_object_get(figure, "reason"));
        if (!is_same)
            (void)fprintf(stderr, "#   %s: %s\n", key, json_is_null(want) ? "wanted null with a reason" : "wanted a number");
        return is_same;
    }
    double w = json_number_value(want), g = json_number_value(got);
    if (fabs(g - w) <= tolerance * fmax(1, fabs(w)))
        return true;
    (void)fprintf(stderr, "#   %s: wanted %.17g, got %.17g\n", key, w, g);
    return false;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    o->block = argv[2];
    for (int i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--domain") == 0)
            o->domain = argv[i + 1];
        else if (strcmp(argv[i], "--rename") == 0)
            o->rename = argv[i + 1];
        else if (strcmp(argv[i], "--without") == 0 && o->n_without < OPTIONS_MAX)
            o->without[o->n_without++] = argv[i + 1];
        else
            return false;
    }
    return argc % 2 == 0;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    json_error_t why = {0};
    int n = 0, n_agree = 0;
    if (argc < 4 || !read_options(argc, argv, &o))
        return 2;
    json_t *expected = json_load_file(argv[1], JSON_ALLOW_NUL, &why), *figures = json_load_file(argv[3], 0, &why);
    if (expected == NULL || !json_is_array(figures)) {
        (void)fprintf(stderr, "#   %s:%d: %s\n", why.source, why.line, why.text);
        return 1;
    }
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(expected, "values"), i, value) {
        char key[KEY_MAX];
        if (!own_key(&o, json_string_value(json_object_get(value, "key")), key))
            continue;
        n++;
        n_agree += agrees(value, find(figures, key), key);
    }
    (void)printf("# %s%s%s: %d of %d values agree\n", o.block, o.domain != NULL ? " @ " : "", o.domain != NULL ? o.domain : "",
                 n_agree, n);
    json_decref(expected);
    json_decref(figures);
    return n > 0 && n == n_agree ? 0 : 1;
}
