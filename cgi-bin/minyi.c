/* minyi: the operator's command. A table of commands and main, nothing else. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/settings.h"
#include "cmd/cmd.h"
#include "cmd/help.h"

static const struct command {
    const char *name, *usage, *help;
    command_fn *fn;
} commands[] = {
    {"migrate", "", "bring the database to this program's schema (as minyi_owner)", cmd_migrate},
    {"template", "FILE.xlsx [--lang LANG]", "a questionnaire to begin with, every column explained", cmd_template},
    {"check", "FILE.xlsx|DIR", "read a questionnaire (XLSForm) and say what is wrong with it", cmd_check},
    {"publish", "FILE.xlsx|DIR", "freeze a questionnaire as a new version and open the survey", cmd_publish},
    {"export-form", "SLUG FILE.xlsx|DIR", "write the current version back as XLSForm", cmd_export_form},
    {"import", "SLUG FILE.csv --consent TEXT", "put synthetic ballots into a demonstration's box", cmd_import},
    {"open", "SLUG", "take ballots (again)", cmd_open},
    {"close", "SLUG", "take no more ballots", cmd_close},
    {"key", "init [--replace] | restore", "make the recovery key; restore a lost keyring with it", cmd_key},
    {"margins", "SLUG [FILE.csv --source TEXT [--as-of DATE] | --none]", "weight a survey to a population; list its margins",
     cmd_margins},
    {"census", "import FILE ... | list", "keep a snapshot of the register of accounts; list them", cmd_census},
    {"waves", "SLUG [FILE.csv | --none]", "list or replace a survey's waves (ranges of opening days)", cmd_waves},
    {"comparable", "SLUG V1 V2 QUESTION,...|none", "which questions may stand in one trend across two versions", cmd_comparable},
    {"invite", "SLUG [--count N --out FOLDER] [--lang LANG] [--url https://HOST]",
     "codes for a survey by invitation, on slips to print; without --count: how many are unused", cmd_invite},
    {"export", "SLUG --format csv|xlsx|sav|dta|jsonl|r [--out FILE] [--lang LANG] [--version N] [--bom] [--labels] [--comments]",
     "the counted responses, for other programs (as the tally's user)", cmd_export},
    {"paper", "SLUG [--lang LANG] > FILE.html", "the questionnaire as a form to print", cmd_paper},
    {"poster", "SLUG [--lang LANG] [--url https://HOST] > FILE.svg", "an A4 sheet with the survey's title and QR code", cmd_poster},
    {"verify", "FILE|- [--root HEX]", "check a receipt's proof of inclusion (needs no database)", cmd_verify},
    {"quarantine", "[retry | discard --yes]", "list, try again or give up batches that did not open", cmd_quarantine},
    {"user", "add NAME --role ROLE [--survey SLUG] | reset NAME | list", "who may sign in at the administrators' desk", cmd_user},
    {"sensitive", "SLUG yes|no", "whether a second person has to agree to each export at the desk", cmd_sensitive},
    {"audit", "[verify [--head NUMBER:HEX]]", "print the audit log, or check that nothing in it was changed", cmd_audit},
    {"status", "[--json]", "the state of the house; exit status 1 when something needs a person", cmd_status},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *to)
{
    (void)fprintf(to, "usage: minyi COMMAND [ARGUMENTS]\n\n");
    for (int i = 0; i < N_COMMANDS; i++) {
        (void)fprintf(to, "  minyi %s %s\n        %s\n", commands[i].name, commands[i].usage, commands[i].help);
    }
    (void)fprintf(to, "\nminyi COMMAND --help explains the command with an example.\nExit status: 0 done, 1 failed, 2 wrong usage, 75 try again.\n\n");
    settings_print(to);
}

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* minyi COMMAND --help; false for a command that has its own. */
static bool command_help(const struct command *c)
{
    const char *text = help_text(c->name);
    if (text == NULL)
        return false;
    (void)printf("usage: minyi %s %s\n\n%s", c->name, c->usage, text);
    return true;
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    log_program("minyi");
    if (file_guard_std(&e) != RC_OK)
        return 1;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    const struct command *c = find_command(argv[1]);
    if (argc == 3 && c != NULL && strcmp(argv[2], "--help") == 0 && command_help(c))
        return 0;
    enum rc rc = sodium_init() < 0 ? rc_set(&e, RC_CRYPTO, "libsodium does not start") : settings_load(&e);
    if (rc == RC_OK && c == NULL)
        rc = rc_set(&e, RC_USAGE, "there is no command \"%s\": see minyi --help", argv[1]);
    if (rc == RC_OK)
        rc = c->fn(argc - 1, argv + 1, &e);
    if (rc != RC_OK && e.msg[0] != '\0')
        (void)fprintf(stderr, "minyi: %s\n", e.msg);
    if (rc == RC_USAGE && c != NULL)
        (void)fprintf(stderr, "usage: minyi %s %s\n", c->name, c->usage);
    return rc_exit_status(rc);
}
