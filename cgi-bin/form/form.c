#include "form/form.h"

#include <string.h>

#include "base/text.h"

size_t form_lang(const struct form *f, const char *lang)
{
    for (size_t i = 0; i < f->n_langs; i++)
        if (strcmp(f->langs[i], lang) == 0)
            return i;
    size_t base = strcspn(lang, "-"); /* "zh-CN" finds "zh" */
    for (size_t i = 0; i < f->n_langs; i++)
        if (text_equal(f->langs[i], lang, base))
            return i;
    return SIZE_MAX;
}

const char *form_text(const struct form_label *l, size_t i)
{
    if (i < FORM_LANGS_MAX && l->t[i] != NULL)
        return l->t[i];
    return l->t[0] != NULL ? l->t[0] : "";
}

size_t form_find(const struct form *f, const char *name, size_t len)
{
    for (size_t i = 0; i < f->n_nodes; i++)
        if (f->nodes[i].type != FORM_GROUP_END && f->nodes[i].name != NULL && text_equal(f->nodes[i].name, name, len))
            return i;
    return SIZE_MAX;
}

size_t form_find_choice(const struct form_choices *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->n; i++)
        if (text_equal(c->items[i].name, name, len))
            return i;
    return SIZE_MAX;
}
