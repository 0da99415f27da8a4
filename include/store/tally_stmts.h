/* tally_stmts: the numbers of the tally's statements, for the files of tally_store alone.  Layer: store. */
#ifndef MINYI_STORE_TALLY_STMTS_H
#define MINYI_STORE_TALLY_STMTS_H

enum tally_stmt {
    TS_LOCK,
    TS_RUN_BEGIN,
    TS_RUN_ADD,
    TS_RUN_END,
    TS_SURVEYS,
    TS_VERSIONS,
    TS_TODAY,
    TS_KEYS,
    TS_RECOVERY_KEY,
    TS_KEY_ADD,
    TS_KEY_MARK,
    TS_WAITING,
    TS_CUTOFF,
    TS_READ_BOX,
    TS_EMPTY_BOX,
    TS_QUARANTINE,
    TS_FIND_HASHES,
    TS_NOTE_OPENING,
    TS_RESPONSE_PAGES,
    TS_RESPONSES,
    TS_RESPONSES_MIXED,
    TS_DELETE_RESPONSES,
    TS_READ_CELLS,
    TS_READ_RETIRED,
    TS_FIND_CELLS,
    TS_FIND_RETIRED,
    TS_PUT_CELLS,
    TS_PUT_RETIRED,
    TS_DAYS,
    TS_MARGINS,
    TS_CURRENT,
    TS_PUBLISH,
    TS_SWITCH,
    TS_CONFIRM,
    TS_ROWS_KEPT,
    TS_KEEP_ROW,
    TS_WAVES,
    TS_WAVES_FILED,
    TS_ADOPT_WAVES,
    TS_COMPARABLE,
    TS_N
};

#endif
