/* minyi user, minyi sensitive: the people of the desk, and what two of them decide. The first administrator comes to be here; there is no default account. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "store/user_store.h"
#include "web/password.h"

enum { LINE_BYTES = PASSWORD_BYTES_MAX + 2 };

/* One line of standard input, without its end; on a terminal nothing is shown. */
static enum rc read_line(const char *prompt, char line[LINE_BYTES], struct rc_info *e)
{
    struct termios was, quiet;
    bool is_terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &was) == 0;
    if (is_terminal) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        (void)fprintf(stderr, "%s: ", prompt);
    }
    char *got = fgets(line, LINE_BYTES, stdin);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        (void)fprintf(stderr, "\n");
    }
    if (got == NULL)
        return rc_set(e, RC_INPUT, "no password came: type one, or pipe one in as a line");
    size_t len = strcspn(line, "\r\n");
    if (line[len] == '\0' && len == LINE_BYTES - 1)
        return rc_set(e, RC_INPUT, "a password has at most %d characters", PASSWORD_MAX);
    line[len] = '\0';
    return RC_OK;
}

static const char *fault_text(const char *fault)
{
    return strcmp(fault, "short") == 0  ? "it has under 12 characters"
           : strcmp(fault, "long") == 0 ? "it has over 128 characters"
           : strcmp(fault, "name") == 0 ? "it is made of the account's name"
                                        : "it is made of common words, digits or a run of keys";
}

static enum rc read_password(const char *name, char hash[PASSWORD_HASH_BYTES], struct rc_info *e)
{
    char line[LINE_BYTES], again[LINE_BYTES];
    enum rc rc = read_line("Password (12 to 128 characters)", line, e);
    const char *fault = rc == RC_OK ? password_fault(line, name) : NULL;
    if (fault != NULL)
        rc = rc_set(e, RC_INPUT, "choose another password: %s", fault_text(fault));
    if (rc == RC_OK && isatty(STDIN_FILENO) != 0) {
        rc = read_line("The same once more", again, e);
        if (rc == RC_OK && strcmp(line, again) != 0)
            rc = rc_set(e, RC_INPUT, "the two are not the same");
        sodium_memzero(again, sizeof again);
    }
    if (rc == RC_OK)
        rc = password_hash(line, hash, e);
    sodium_memzero(line, sizeof line);
    return rc;
}

static enum rc put(const char *name, const char *role, const char *survey, bool replace, struct rc_info *e)
{
    char hash[PASSWORD_HASH_BYTES];
    enum rc rc = read_password(name, hash, e);
    if (rc != RC_OK)
        return rc;
    struct db *db = user_db();
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : user_put(db, name, hash, role, survey, replace, e);
    db_free(db);
    if (rc == RC_OK)
        (void)printf("%s: at the first sign-in the desk asks for a second factor; leave the code empty until then\n", name);
    return rc;
}

static bool is_role(const char *role)
{
    static const char *const roles[] = {"viewer", "analyst", "author", "auditor", "administrator"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i], role) == 0)
            return true;
    return false;
}

static enum rc add(int argc, char **argv, struct rc_info *e)
{
    const char *role = NULL, *survey = "*";
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--role") == 0 && i + 1 < argc)
            role = argv[++i];
        else if (strcmp(argv[i], "--survey") == 0 && i + 1 < argc)
            survey = argv[++i];
        else
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
    }
    if (role == NULL || !is_role(role))
        return rc_set(e, RC_USAGE, "give a --role: viewer, analyst, author, auditor or administrator");
    return put(argv[2], role, survey, false, e);
}

static enum rc list(struct rc_info *e)
{
    struct arena a;
    struct user_row *rows = NULL;
    size_t n = 0;
    struct db *db = user_db();
    arena_init(&a, 16 << 20);
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : user_list(db, &a, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        (void)printf("%s\t%s\t%s\n", rows[i].name, !rows[i].is_active ? "disabled" : rows[i].is_enrolled ? "active" : "no second factor yet",
                     *rows[i].roles != '\0' ? rows[i].roles : "no role");
    arena_release(&a);
    db_free(db);
    return rc;
}

enum rc cmd_user(int argc, char **argv, struct rc_info *e)
{
    if (argc >= 3 && strcmp(argv[1], "add") == 0)
        return add(argc, argv, e);
    if (argc == 3 && strcmp(argv[1], "reset") == 0)
        return put(argv[2], "", "*", true, e);
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list(e);
    return rc_set(e, RC_USAGE, "say add, reset or list");
}

enum rc cmd_sensitive(int argc, char **argv, struct rc_info *e)
{
    bool is_yes = argc == 3 && strcmp(argv[2], "yes") == 0;
    if (argc != 3 || (!is_yes && strcmp(argv[2], "no") != 0))
        return rc_set(e, RC_USAGE, "name one survey, and yes or no");
    struct db *db = user_db();
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : user_set_sensitive(db, argv[1], is_yes, e);
    db_free(db);
    if (rc == RC_OK)
        (void)printf("%s: %s\n", argv[1], is_yes ? "a second person has to agree to each export" : "an analyst exports alone");
    return rc;
}
