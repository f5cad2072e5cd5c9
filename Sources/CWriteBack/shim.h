// Linux's sync_file_range, which Swift's Glibc leaves out: it is one of GNU's additions.
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

// Has the kernel begin to write what of a file is not on the disk yet, and waits for nothing.
static inline long begin_write_back(int descriptor) {
    return syscall(SYS_sync_file_range, descriptor, 0L, 0L, SYNC_FILE_RANGE_WRITE);
}
