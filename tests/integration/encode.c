/* encode DIR: read a questionnaire's folder, then one ballot a line on standard input as
 * "name=value name=value", and print the codes in hex.  For tests of what reads codes back. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/xlsform.h"

enum { FIELDS_MAX = 64 };

static size_t split(char *line, struct form_field *out)
{
    size_t n = 0;
    for (char *save = NULL, *f = strtok_r(line, " \n", &save); f != NULL && n < FIELDS_MAX; f = strtok_r(NULL, " \n", &save)) {
        char *value = strchr(f, '=');
        if (value == NULL)
            exit(2);
        *value++ = '\0';
        out[n++] = (struct form_field){f, strlen(f), value, strlen(value)};
    }
    return n;
}

int main(int argc, char **argv)
{
    struct arena a, row;
    struct buf problems;
    struct form *f = NULL;
    struct rc_info e = {0};
    char line[4096];
    arena_init(&a, 64 << 20);
    arena_init(&row, 16 << 20);
    buf_init(&problems, 1 << 16);
    if (argc != 2 || xlsform_read_dir(argv[1], &a, &f, &problems, &e) != RC_OK) {
        (void)fprintf(stderr, "encode: %s\n%s", e.msg, problems.p != NULL ? problems.p : "");
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        struct form_field fields[FIELDS_MAX];
        struct answers answers;
        unsigned char codes[FORM_CODES_MAX];
        char hex[2 * FORM_CODES_MAX + 1];
        size_t n = split(line, fields);
        arena_reset(&row);
        if (answers_check(f, fields, n, &row, &answers, &e) != RC_OK || answers.n_problems > 0) {
            (void)fprintf(stderr, "encode: %s %s\n", e.msg, answers.n_problems > 0 ? answers.problems[0].code : "");
            return 1;
        }
        answers_encode(f, &answers, codes);
        (void)puts(sodium_bin2hex(hex, sizeof hex, codes, f->codes_len));
    }
    buf_release(&problems);
    arena_release(&row);
    arena_release(&a);
    return 0;
}
