#ifndef C_SIMULATED_DISK_H
#define C_SIMULATED_DISK_H

#include <stddef.h>
#include <stdint.h>

/// A disk in memory that SQLite can use as one of its "virtual file systems" (VFS), and that fails
/// when and how a test wants it. All functions may be called from any thread.
///
/// For each file it keeps what has been synced, and every change since: after a power loss only a
/// seeded part of those changes is there. See `power_loss.c` for what may be lost.
typedef struct SimulatedDisk SimulatedDisk;

/// What was asked of the disk. The numbers are those of `SimulatedDisk.Operation`.
enum {
    DISK_OPEN = 0,
    DISK_READ = 1,
    DISK_WRITE = 2,
    DISK_TRUNCATE = 3,
    DISK_SYNC = 4,
    DISK_DELETE = 5,
    DISK_OPERATIONS = 6,
};

/// Of which file. The numbers are those of `SimulatedDisk.File`.
enum {
    DISK_DATABASE = 0,
    DISK_WRITE_AHEAD_LOG = 1,
    DISK_JOURNAL = 2,
    DISK_TEMPORARY = 3,
    DISK_FILES = 4,
};

/// In place of a number above: whichever.
enum { DISK_ANY = -1 };

/// What happens instead of what was asked. The numbers are those of `SimulatedDisk.Effect`.
enum {
    /// Nothing but an error. After a failed sync the changes that it was for are never synced any
    /// more, as on Linux, where a later sync says that all is well.
    DISK_FAIL = 0,
    /// Only the first bytes of a write get through, then an error.
    DISK_TEAR = 1,
    /// There is no room.
    DISK_FULL = 2,
    /// A read gives zeroes, as from a file that was cut off.
    DISK_SHORT_READ = 3,
    /// A sync says that it is done, and has done nothing.
    DISK_LIE = 4,
    /// The process dies: a write may be torn, and nothing works until the reboot. What was written
    /// before is there, synced or not.
    DISK_CRASH = 5,
    /// The power fails: as a crash, and of what was not synced only a seeded part is there.
    DISK_POWER_LOSS = 6,
    DISK_EFFECTS = 7,
};

/// A fault that is going to happen.
typedef struct {
    /// At which operation, on which file; or `DISK_ANY`.
    int32_t operation;
    int32_t file;
    int32_t effect;
    /// How many such operations still go well.
    int64_t after;
    /// How many fail then; -1: all of them, until the faults are cleared.
    int64_t times;
    /// How many bytes of a torn write get through; -1: seeded.
    int64_t bytes;
} DiskFault;

/// Makes a disk and registers it with SQLite as the VFS `name`, or returns NULL.
SimulatedDisk *disk_create(const char *name, uint64_t seed);
/// Takes the VFS away. The memory lives on until the last of its files is closed.
void disk_destroy(SimulatedDisk *disk);

void disk_inject(SimulatedDisk *disk, DiskFault fault);
void disk_clear_faults(SimulatedDisk *disk);
/// The process dies now, or the power fails now: nothing works until the reboot.
void disk_stop(SimulatedDisk *disk, int32_t loses_power);
/// Everything works again, with what is there. Files that were open before stay dead.
void disk_reboot(SimulatedDisk *disk);
int32_t disk_is_down(SimulatedDisk *disk);

/// How many files SQLite has open on it.
int32_t disk_open_files(SimulatedDisk *disk);

/// How many bytes the disk holds; -1: any number.
void disk_set_capacity(SimulatedDisk *disk, int64_t bytes);
int64_t disk_used(SimulatedDisk *disk);
int64_t disk_capacity(SimulatedDisk *disk);
/// What SQLite takes for the time, in milliseconds since 1970.
void disk_set_time(SimulatedDisk *disk, int64_t milliseconds);
/// Called before every operation, on the thread that asks; may block. NULL: nobody.
void disk_set_hook(
    SimulatedDisk *disk, void (*hook)(void *context, int32_t operation, int32_t file),
    void *context);

/// How many such operations there were, those that failed included; `DISK_ANY` adds up.
int64_t disk_count(SimulatedDisk *disk, int32_t operation, int32_t file);
/// How many faults with this effect have happened.
int64_t disk_injected(SimulatedDisk *disk, int32_t effect);
/// A hash of all operations so far with their places, lengths and results: the same for the same.
uint64_t disk_trace(SimulatedDisk *disk);

/// The length of a file; -1 when there is none.
int64_t disk_file_size(SimulatedDisk *disk, const char *path);
/// Reads from a file; how many bytes, or -1 when that failed. Counts as a read.
int64_t disk_file_read(
    SimulatedDisk *disk, const char *path, int64_t offset, void *buffer, int64_t count);
/// Puts bytes into a file from its beginning, synced; creates it. For tests that damage it.
void disk_file_replace(
    SimulatedDisk *disk, const char *path, const void *bytes, int64_t count);
/// Writes a file's bytes once more, and syncs it: two operations. Nothing without the file; -1 when
/// it failed.
int32_t disk_file_rewrite(SimulatedDisk *disk, const char *path);
/// These count as a delete. -1 when it failed.
int32_t disk_file_remove(SimulatedDisk *disk, const char *path);
int32_t disk_file_rename(SimulatedDisk *disk, const char *path, const char *target);

/// The right to write to a database, which ends with the process: 0 when somebody has it.
int32_t disk_lock(SimulatedDisk *disk, const char *path, uint64_t *generation);
void disk_unlock(SimulatedDisk *disk, const char *path, uint64_t generation);

#endif
