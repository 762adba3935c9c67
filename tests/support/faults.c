/*
 * Faults under a real process: loaded before the C library, it lets reads, writes and syncs of chosen files fail as a
 * bad or a full disk would, kills the process at a chosen write, and steps its clock.
 *
 * What is to go wrong stands in the file that FAULTS names, a line each; it is read anew at every call, so that a test
 * breaks and mends the disk of a process that runs:
 *
 *   read PART       reads of files whose path contains PART fail with EIO
 *   write PART      writes to them fail with EIO
 *   sync PART       fsync and fdatasync of them fail with EIO
 *   full PART       they cannot grow, and no new ones can be made: ENOSPC; what is there can be written over
 *   kill PART N     SIGKILL before the N-th change to them: a write, a cut, a new name, a removal
 *   term PART N     SIGTERM, once, before the N-th change to them
 *   clock SECONDS   the wall clock is off by as much
 *
 * The changes that a `kill` or a `term` looks at are counted in the file that FAULTS_COUNT names, a byte for each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 4096

static long written;

/* Straight to the kernel: the functions of the C library are the ones below. */
static int rules(char *text) {
    const char *path = getenv("FAULTS");
    if (!path) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0) return 0;
    long length = syscall(SYS_pread64, file, text, LONGEST - 1, 0);
    syscall(SYS_close, file);
    if (length <= 0) return 0;
    text[length] = 0;
    return 1;
}

/* The first rule of this kind that fits the path; its number, or 0. */
static int fits(const char *kind, const char *path, long *number) {
    char text[LONGEST];
    int before = errno;
    int found = rules(text);
    errno = before;
    char *rest = text;
    char *line;
    while (found && (line = strsep(&rest, "\n"))) {
        char named[16] = "", part[256] = "";
        long count = 0;
        if (sscanf(line, "%15s %255s %ld", named, part, &count) < 2) continue;
        if (strcmp(named, kind) != 0 || !strstr(path, part)) continue;
        if (number) *number = count;
        return 1;
    }
    return 0;
}

static const char *name_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int before = errno;
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, LONGEST - 1);
    errno = before;
    path[length > 0 ? length : 0] = 0;
    return path;
}

static void count(const char *path) {
    long number = 0;
    const char *counted = getenv("FAULTS_COUNT");
    int kills = fits("kill", path, &number);
    if (!kills && !fits("term", path, &number)) return;
    long now = __atomic_add_fetch(&written, 1, __ATOMIC_SEQ_CST);
    if (counted) {
        int file = (int)syscall(SYS_openat, AT_FDCWD, counted, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (file >= 0) {
            syscall(SYS_write, file, ".", 1);
            syscall(SYS_close, file);
        }
    }
    if (kills && number > 0 && now >= number) syscall(SYS_kill, getpid(), SIGKILL);
    if (!kills && now == number) syscall(SYS_kill, getpid(), SIGTERM);
}

/* How many bytes may be written at this place: all, some, or none (-1, with the reason in errno). */
static ssize_t allowed(int file, size_t length, off_t place) {
    char path[LONGEST];
    name_of(file, path);
    if (path[0] != '/') return (ssize_t)length;
    count(path);
    if (fits("write", path, NULL)) {
        errno = EIO;
        return -1;
    }
    if (!fits("full", path, NULL)) return (ssize_t)length;
    struct stat about;
    if (fstat(file, &about) != 0 || place + (off_t)length <= about.st_size) return (ssize_t)length;
    if (place < about.st_size) return (ssize_t)(about.st_size - place);
    errno = ENOSPC;
    return -1;
}

static off_t end_of(int file) {
    int flags = fcntl(file, F_GETFL);
    struct stat about;
    if (flags >= 0 && (flags & O_APPEND) && fstat(file, &about) == 0) return about.st_size;
    off_t place = (off_t)syscall(SYS_lseek, file, 0, SEEK_CUR);
    return place < 0 ? 0 : place;
}

ssize_t write(int file, const void *bytes, size_t length) {
    ssize_t some = allowed(file, length, end_of(file));
    return some < 0 ? -1 : syscall(SYS_write, file, bytes, (size_t)some);
}

ssize_t writev(int file, const struct iovec *parts, int many) {
    size_t length = 0;
    for (int part = 0; part < many; part++) length += parts[part].iov_len;
    ssize_t some = allowed(file, length, end_of(file));
    if (some < 0) return -1;
    if ((size_t)some == length) return syscall(SYS_writev, file, parts, many);
    size_t first = parts[0].iov_len < (size_t)some ? parts[0].iov_len : (size_t)some;
    return syscall(SYS_write, file, parts[0].iov_base, first);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t place) {
    ssize_t some = allowed(file, length, place);
    return some < 0 ? -1 : syscall(SYS_pwrite64, file, bytes, (size_t)some, place);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t place) {
    return pwrite64(file, bytes, length, place);
}

static int reads(int file) {
    char path[LONGEST];
    if (!fits("read", name_of(file, path), NULL)) return 1;
    errno = EIO;
    return 0;
}

ssize_t read(int file, void *bytes, size_t length) {
    return reads(file) ? syscall(SYS_read, file, bytes, length) : -1;
}

ssize_t pread64(int file, void *bytes, size_t length, off64_t place) {
    return reads(file) ? syscall(SYS_pread64, file, bytes, length, place) : -1;
}

ssize_t pread(int file, void *bytes, size_t length, off_t place) {
    return pread64(file, bytes, length, place);
}

static int syncs(int file) {
    char path[LONGEST];
    if (!fits("sync", name_of(file, path), NULL)) return 1;
    errno = EIO;
    return 0;
}

int fsync(int file) { return syncs(file) ? (int)syscall(SYS_fsync, file) : -1; }

int fdatasync(int file) { return syncs(file) ? (int)syscall(SYS_fdatasync, file) : -1; }

int ftruncate64(int file, off64_t length) {
    char path[LONGEST];
    struct stat about;
    name_of(file, path);
    count(path);
    if (fits("full", path, NULL) && fstat(file, &about) == 0 && length > about.st_size) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_ftruncate, file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *from, const char *to) {
    count(to);
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int link(const char *from, const char *to) {
    count(to);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int one, const char *from, int other, const char *to, int flags) {
    count(to);
    return (int)syscall(SYS_linkat, one, from, other, to, flags);
}

int unlink(const char *path) {
    count(path);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int folder, const char *path, int flags) {
    count(path);
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    if ((flags & O_CREAT) && fits("full", path, NULL) && access(path, F_OK) != 0) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(last)                          \
    va_list more;                           \
    va_start(more, last);                   \
    mode_t mode = va_arg(more, mode_t);     \
    va_end(more)

int open(const char *path, int flags, ...) {
    MODE(flags);
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags);
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags);
    return opened(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags);
    return opened(folder, path, flags, mode);
}

static long step(void) {
    char text[LONGEST];
    int before = errno;
    long seconds = 0;
    if (rules(text)) {
        char *place = strstr(text, "clock ");
        if (place) seconds = strtol(place + 6, NULL, 10);
    }
    errno = before;
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += step();
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return (time_t)-1;
    if (kept) *kept = exact.tv_sec;
    return exact.tv_sec;
}
