#include "cmd/help.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *command, *text;
} helps[] = {
    {"migrate", "Applies the schema files that the database does not have yet, then functions and grants. Again: no harm.\n"
                "  example: sudo -u minyi-operator minyi migrate\n"},
    {"check", "Reads a questionnaire and prints each problem with its file, row and column. Needs no database.\n"
              "The columns are in sql/seed/README.md.\n"
              "  example: minyi check sql/seed/gov-wechat-2014\n"
              "  example: minyi check questionnaire.xlsx\n"},
    {"template", "A small questionnaire with a question of each kind; each column's head has a comment.\n"
                 "  --lang LANG  language of the comments (the first of the interface unless given)\n"
                 "  example: minyi template questionnaire.xlsx\n"
                 "  example: minyi template questionnaire.xlsx --lang en\n"},
    {"publish", "The first version opens the survey; a change makes a new version, whose figures begin at nought.\n"
                "What is published already changes nothing.\n"
                "  example: minyi publish sql/seed/gov-wechat-2014\n"},
    {"export-form", "A folder takes survey.csv, choices.csv and settings.csv; FILE.xlsx takes one workbook.\n"
                    "  example: minyi export-form gov-wechat-2014 questionnaire.xlsx\n"},
    {"export", "One row for each counted response: the day of its opening and its answers, never a hash.\n"
               "  --format FORMAT  csv, xlsx, sav (SPSS), dta (Stata), jsonl, or r: the lines in R that read the csv\n"
               "  --out FILE       readable by its owner alone; standard output unless given\n"
               "  --lang LANG      language of labels (the survey's own unless given)\n"
               "  --version N      of the questionnaire (the current one unless given)\n"
               "  --bom            csv: the mark with which Excel and WPS know UTF-8\n"
               "  --labels         csv and xlsx: labels of the choices in place of their names\n"
               "  --missing codes  csv, xlsx and r: -9 not asked, -8 skipped, in place of empty cells\n"
               "                   (-999999999999999 and -999999999999998 where an answer can be as small)\n"
               "  --codebook       csv: SLUG.codebook.csv beside the file, what its columns and values mean\n"
               "  --comments       what was written in words, too: it may tell who wrote it\n"
               "  example: sudo -u minyi-tally minyi export gov-wechat-2014 --format sav --lang zh --out answers.sav\n"},
    {"import", "Into a demonstration only. A row that was imported before is not counted again.\n"
               "  --consent TEXT  why these rows may be used: goes into the log\n"
               "  example: minyi import gov-wechat-2014 responses.csv --consent \"synthetic rows\"\n"},
    {"open", "Takes ballots again for a survey that was closed.\n"
             "  example: minyi open gov-wechat-2014\n"},
    {"close", "Takes no more ballots; the next tally counts what is in the box.\n"
              "  example: minyi close gov-wechat-2014\n"},
    {"key", "init shows the recovery secret once: write it down and keep it off this machine.\n"
            "  --replace  a new one for keys made from now on, where the old one is lost\n"
            "  example: minyi key init\n"
            "  example: minyi key init --replace\n"
            "restore reads the secret from standard input and brings a lost keyring back, as the tally's user.\n"
            "  example: sudo -u minyi-tally minyi key restore\n"},
    {"user", "add reads the first password from the terminal or as a line of standard input.\n"
             "  --role ROLE    viewer, analyst, author, auditor or administrator\n"
             "  --survey SLUG  in this survey alone (all unless given), or in those of a unit: @44, @44.health\n"
             "  example: minyi user add li.wei --role administrator\n"
             "reset gives a new password; the second factor is set up anew, all sessions end.\n"
             "  example: minyi user reset li.wei\n"
             "list prints name, state and roles.\n"
             "  example: minyi user list\n"},
    {"sensitive", "Exports from the desk alone; whoever may run minyi export as the tally's user needs nobody.\n"
                  "  example: minyi sensitive gov-wechat-2014 yes\n"},
    {"audit", "Without a word: every entry, oldest first.\n"
              "  example: minyi audit\n"
              "verify follows the chain of hashes and prints its head: keep that on paper or another machine.\n"
              "  --head NUMBER:HEX  and check that the entry of that head is still in it\n"
              "  example: minyi audit verify\n"},
    {"margins", "Without a file: lists them. FILE.csv has the columns variable,category,population.\n"
                "  --source TEXT  where the numbers are from; every page shows it\n"
                "  --as-of DATE   of what day they are (today unless given); the newest whose day has come counts\n"
                "  example: minyi margins gov-wechat-2014 margins.csv --source \"Census 2010\" --as-of 2010-11-01\n"
                "  --none         no weighting from now on\n"
                "  example: minyi margins gov-wechat-2014 --none\n"},
    {"invite", "Writes slips to print, each with a code that counts once. The database keeps their hashes alone.\n"
               "  --count N     how many, 1 to 5000\n"
               "  --out FOLDER  a new folder that takes them\n"
               "  --lang LANG   language of the slips (the survey's own unless given)\n"
               "  --url URL     where the site is (MINYI_BASE_URL unless given)\n"
               "  example: minyi invite SLUG --count 500 --out slips --lang en --url https://survey.example.gov.cn\n"},
    {"paper", "The questionnaire of the current version as one HTML page to print.\n"
              "  --lang LANG  language of the page (the survey's own unless given)\n"
              "  example: minyi paper gov-wechat-2014 --lang en > form.html\n"},
    {"poster", "An A4 sheet as SVG: title, organiser, QR code of the survey's address.\n"
               "  --lang LANG  language of the sheet (the survey's own unless given)\n"
               "  --url URL    where the site is (MINYI_BASE_URL unless given)\n"
               "  example: minyi poster gov-wechat-2014 --lang en --url https://survey.example.gov.cn > poster.svg\n"},
    {"verify", "Checks that a receipt's proof leads to the root of a publication. \"-\" is standard input.\n"
               "  --root HEX  the root that was published, 64 digits; without it the proof's own is printed\n"
               "  example: minyi verify proof.json --root 0f3a...\n"},
    {"quarantine", "Without a word: lists the batches that did not open.\n"
                   "  example: minyi quarantine\n"
                   "retry puts them back into the box, after a repair.\n"
                   "  example: minyi quarantine retry\n"
                   "discard gives them up for ever.\n"
                   "  --yes  is asked for, since nothing brings them back\n"
                   "  example: minyi quarantine discard --yes\n"},
    {"status", "Prints box, spool, keys, disks and the last tally, and the alarms that README explains.\n"
               "  --json  the same for programs\n"
               "  example: minyi status --json\n"},
};

const char *help_text(const char *command)
{
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++)
        if (strcmp(helps[i].command, command) == 0)
            return helps[i].text;
    return NULL;
}
