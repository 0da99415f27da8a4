/* listen: bind a Unix socket as file descriptor 0 and become the program (what systemd does for a
 * socket unit).  usage: listen SOCKET PROGRAM [ARGUMENT...]; the socket is removed first if it is one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 511 };

static int bind_socket(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat st;
    size_t len = strlen(path);
    if (len >= sizeof at.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(at.sun_path, path, len + 1);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || chmod(path, 0666) != 0 ||
        listen(fd, BACKLOG) != 0)
        return -1;
    return dup2(fd, 0) == 0 && (fd == 0 || close(fd) == 0) ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: listen SOCKET PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (bind_socket(argv[1]) == 0)
        (void)execv(argv[2], argv + 2);
    (void)fprintf(stderr, "listen: \"%s\", \"%s\": %s\n", argv[1], argv[2], strerror(errno));
    return 1;
}
