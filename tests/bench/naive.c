/* naive: what survey is compared with: 16 processes, each reads a POST, checks nothing, stores the
 * body with one INSERT and its COMMIT (plain libpq, synchronous), and answers 303.
 * Table bench.ballot (id bigint identity, body bytea).  Never part of what is installed. */
#include <fcgiapp.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 16, BODY_MAX = 64 * 1024 };

static int read_body(FCGX_Stream *in, char *body)
{
    int n = 0;
    for (int got; n < BODY_MAX && (got = FCGX_GetStr(body + n, BODY_MAX - n, in)) > 0;)
        n += got;
    return n;
}

static int store(PGconn *db, const char *body, int len)
{
    const int format = 1;
    PGresult *r = PQexecPrepared(db, "put", 1, &body, &len, &format, 1);
    int is_stored = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return is_stored;
}

static int serve(void)
{
    static char body[BODY_MAX];
    FCGX_Request rq;
    PGconn *db = PQconnectdb("");
    PGresult *r = PQprepare(db, "put", "INSERT INTO bench.ballot (body) VALUES ($1::bytea)", 1, NULL);
    int is_ready = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!is_ready || FCGX_InitRequest(&rq, 0, 0) != 0) {
        (void)fprintf(stderr, "naive: %s", PQerrorMessage(db));
        PQfinish(db);
        return 1;
    }
    while (FCGX_Accept_r(&rq) == 0) {
        int len = read_body(rq.in, body);
        (void)FCGX_FPrintF(rq.out,
                           "Status: %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\n"
                           "Cache-Control: no-store\r\nLocation: /received\r\n\r\n",
                           store(db, body, len) ? "303 See Other" : "503 Service Unavailable");
        FCGX_Finish_r(&rq);
    }
    PQfinish(db);
    return 0;
}

int main(void)
{
    (void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
    if (FCGX_Init() != 0)
        return 1;
    (void)signal(SIGTERM, SIG_DFL);
    pid_t parent = getpid();
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        if (child == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing of it outlives the parent */
            return getppid() == parent ? serve() : 1;
        }
        if (child < 0)
            return 1;
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
