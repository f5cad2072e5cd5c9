#include "disk.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

// What SQLite calls. Everything that reads or changes a file begins with `disk_begin`, which decides
// whether it is to fail.

typedef struct {
    sqlite3_file base;
    SimulatedDisk *disk;
    Node *node;
    /// NULL for a temporary file.
    char *path;
    int file;
    uint64_t generation;
    int lock;
    /// The system gives no lock for writing on a file that was opened for reading.
    int is_read_only;
    int deletes_on_close;
    SharedMemory *memory;
    int holds_shared[SQLITE_SHM_NLOCK];
    int holds_exclusive[SQLITE_SHM_NLOCK];
} Handle;

/// Of a process that has died, or on a disk that is down.
static int is_dead(const Handle *handle) {
    return handle->disk->is_down || handle->generation != handle->disk->generation;
}

static int begin(Handle *handle, int operation, int64_t *bytes) {
    return disk_begin(handle->disk, handle->generation, operation, handle->file, bytes);
}

static int end(Handle *handle, int operation, int64_t offset, int64_t length, int result) {
    disk_end(handle->disk, operation, offset, length, result);
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

// MARK: - Reading and writing

static int vfs_read(sqlite3_file *file, void *buffer, int count, sqlite3_int64 offset) {
    Handle *handle = (Handle *)file;
    int64_t bytes = -1;
    int effect = begin(handle, DISK_READ, &bytes);
    int result = SQLITE_OK;
    int64_t left = handle->node->now.length - offset;
    if (effect == DISK_SHORT_READ) left = 0;
    if (effect != DISK_WELL && effect != DISK_SHORT_READ) {
        result = SQLITE_IOERR_READ;
    } else if (left >= count) {
        memcpy(buffer, handle->node->now.bytes + offset, (size_t)count);
    } else {
        if (left < 0) left = 0;
        if (left > 0) memcpy(buffer, handle->node->now.bytes + offset, (size_t)left);
        memset((uint8_t *)buffer + left, 0, (size_t)(count - left));
        result = SQLITE_IOERR_SHORT_READ;
    }
    return end(handle, DISK_READ, offset, count, result);
}

static int vfs_write(sqlite3_file *file, const void *buffer, int count, sqlite3_int64 offset) {
    Handle *handle = (Handle *)file;
    int64_t bytes = -1;
    int effect = begin(handle, DISK_WRITE, &bytes);
    int result = SQLITE_OK;
    if (handle->is_read_only) {
        result = SQLITE_READONLY;
    } else if (effect == DISK_WELL) {
        if (node_write(handle->disk, handle->node, offset, buffer, count) < count) {
            handle->disk->injected[DISK_FULL] += 1;
            result = SQLITE_FULL;
        }
    } else if (effect == DISK_TEAR) {
        if (bytes < 0) bytes = (int64_t)(disk_random(handle->disk) % (uint64_t)count);
        node_write(handle->disk, handle->node, offset, buffer, bytes < count ? bytes : count);
        result = SQLITE_IOERR_WRITE;
    } else {
        result = effect == DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    return end(handle, DISK_WRITE, offset, count, result);
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 length) {
    Handle *handle = (Handle *)file;
    int64_t bytes = -1;
    int effect = begin(handle, DISK_TRUNCATE, &bytes);
    int goes_well = effect == DISK_WELL && !handle->is_read_only;
    if (goes_well) node_truncate(handle->node, length);
    int result = goes_well ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
    return end(handle, DISK_TRUNCATE, length, 0, result);
}

static int vfs_sync(sqlite3_file *file, int flags) {
    (void)flags;
    Handle *handle = (Handle *)file;
    int64_t bytes = -1;
    int effect = begin(handle, DISK_SYNC, &bytes);
    int result = SQLITE_OK;
    if (effect == DISK_WELL) {
        node_sync(handle->node);
        Entry *entry = handle->path == NULL ? NULL : disk_find(handle->disk, handle->path);
        if (entry != NULL && entry->now == handle->node && entry->synced != handle->node) {
            disk_sync_directory(handle->disk);
        }
    } else if (effect != DISK_LIE) {
        if (!is_dead(handle)) node_forget(handle->node);
        result = SQLITE_IOERR_FSYNC;
    }
    return end(handle, DISK_SYNC, 0, 0, result);
}

static int vfs_file_size(sqlite3_file *file, sqlite3_int64 *size) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    int result = is_dead(handle) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
    *size = handle->node->now.length;
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

// MARK: - Locks on a database file

static int vfs_lock(sqlite3_file *file, int level) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    Node *node = handle->node;
    int result = SQLITE_OK;
    if (is_dead(handle) || (handle->is_read_only && level > SQLITE_LOCK_SHARED)) {
        result = SQLITE_IOERR_LOCK;
    } else if (handle->lock < level) {
        int is_held_up = node->pending != NULL && node->pending != handle;
        if (level == SQLITE_LOCK_SHARED) {
            if (is_held_up) result = SQLITE_BUSY;
            else node->shared += 1;
        } else if (node->reserved != NULL && node->reserved != handle) {
            result = SQLITE_BUSY;
        } else if (level == SQLITE_LOCK_RESERVED) {
            node->reserved = handle;
        } else if (is_held_up) {
            result = SQLITE_BUSY;
        } else {
            node->reserved = node->pending = handle;
            if (node->shared > 1) {
                handle->lock = SQLITE_LOCK_PENDING;
                result = SQLITE_BUSY;
            }
        }
        if (result == SQLITE_OK) handle->lock = level;
    }
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

/// Call with the mutex held.
static void lower_lock(Handle *handle, int level) {
    Node *node = handle->node;
    if (handle->lock <= level) return;
    if (handle->generation == handle->disk->generation) {
        if (node->reserved == handle) node->reserved = NULL;
        if (node->pending == handle) node->pending = NULL;
        if (level == SQLITE_LOCK_NONE) node->shared -= 1;
    }
    handle->lock = level;
}

static int vfs_unlock(sqlite3_file *file, int level) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    lower_lock(handle, level);
    pthread_mutex_unlock(&handle->disk->mutex);
    return SQLITE_OK;
}

static int vfs_check_reserved_lock(sqlite3_file *file, int *is_reserved) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    *is_reserved = handle->node->reserved != NULL;
    int result = is_dead(handle) ? SQLITE_IOERR_CHECKRESERVEDLOCK : SQLITE_OK;
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

// MARK: - Shared memory

void memory_release(SharedMemory *memory) {
    if (memory == NULL || --memory->references > 0) return;
    for (int i = 0; i < memory->count; i++) free(memory->regions[i]);
    free(memory->regions);
    free(memory);
}

static int vfs_shm_map(
    sqlite3_file *file, int region, int size, int extends, void volatile **address
) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    *address = NULL;
    int result = is_dead(handle) ? SQLITE_IOERR_SHMMAP : SQLITE_OK;
    if (result == SQLITE_OK && handle->memory == NULL) {
        if (handle->node->memory == NULL) {
            handle->node->memory = calloc(1, sizeof(SharedMemory));
            handle->node->memory->references = 1;
        }
        handle->memory = handle->node->memory;
        handle->memory->references += 1;
    }
    if (result == SQLITE_OK) {
        SharedMemory *memory = handle->memory;
        if (extends && region >= memory->count) {
            memory->regions = realloc(memory->regions, sizeof(uint8_t *) * (size_t)(region + 1));
            while (memory->count <= region) {
                memory->regions[memory->count++] = calloc(1, (size_t)size);
            }
        }
        if (region < memory->count) *address = memory->regions[region];
    }
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

static int vfs_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    SharedMemory *memory = handle->memory;
    int result = SQLITE_OK;
    for (int i = offset; i < offset + count && memory != NULL; i++) {
        if (flags & SQLITE_SHM_UNLOCK) {
            memory->shared[i] -= handle->holds_shared[i];
            memory->exclusive[i] -= handle->holds_exclusive[i];
            handle->holds_shared[i] = handle->holds_exclusive[i] = 0;
        } else if (is_dead(handle)) {
            result = SQLITE_IOERR_SHMLOCK;
        } else if (memory->exclusive[i] - handle->holds_exclusive[i] > 0) {
            result = SQLITE_BUSY;
        } else if ((flags & SQLITE_SHM_EXCLUSIVE)
            && memory->shared[i] - handle->holds_shared[i] > 0) {
            result = SQLITE_BUSY;
        }
    }
    if (memory == NULL) result = SQLITE_IOERR_SHMLOCK;
    for (int i = offset; i < offset + count && result == SQLITE_OK; i++) {
        if (!(flags & SQLITE_SHM_LOCK)) continue;
        if (flags & SQLITE_SHM_SHARED) {
            memory->shared[i] += 1 - handle->holds_shared[i];
            handle->holds_shared[i] = 1;
        } else {
            memory->exclusive[i] += 1 - handle->holds_exclusive[i];
            handle->holds_exclusive[i] = 1;
        }
    }
    pthread_mutex_unlock(&handle->disk->mutex);
    return result;
}

static void vfs_shm_barrier(sqlite3_file *file) {
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    pthread_mutex_unlock(&handle->disk->mutex);
}

/// Call with the mutex held.
static void unmap(Handle *handle) {
    SharedMemory *memory = handle->memory;
    if (memory == NULL) return;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        memory->shared[i] -= handle->holds_shared[i];
        memory->exclusive[i] -= handle->holds_exclusive[i];
        handle->holds_shared[i] = handle->holds_exclusive[i] = 0;
    }
    handle->memory = NULL;
    // The last one throws away what nobody needs any more.
    if (memory->references == 2 && handle->node->memory == memory) {
        handle->node->memory = NULL;
        memory_release(memory);
    }
    memory_release(memory);
}

static int vfs_shm_unmap(sqlite3_file *file, int deletes) {
    (void)deletes;
    Handle *handle = (Handle *)file;
    pthread_mutex_lock(&handle->disk->mutex);
    unmap(handle);
    pthread_mutex_unlock(&handle->disk->mutex);
    return SQLITE_OK;
}

// MARK: - Opening and closing

static int vfs_file_control(sqlite3_file *file, int operation, void *argument) {
    if (operation == SQLITE_FCNTL_VFSNAME) {
        *(char **)argument = sqlite3_mprintf("%s", ((Handle *)file)->disk->name);
        return SQLITE_OK;
    }
    return SQLITE_NOTFOUND;
}

static int vfs_sector_size(sqlite3_file *file) {
    (void)file;
    return 4096;
}

static int vfs_device_characteristics(sqlite3_file *file) {
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int vfs_close(sqlite3_file *file) {
    Handle *handle = (Handle *)file;
    SimulatedDisk *disk = handle->disk;
    pthread_mutex_lock(&disk->mutex);
    unmap(handle);
    lower_lock(handle, SQLITE_LOCK_NONE);
    if (handle->deletes_on_close && handle->path != NULL && !is_dead(handle)) {
        Entry *entry = disk_find(disk, handle->path);
        if (entry != NULL && entry->now == handle->node) {
            node_release(entry->now);
            entry->now = NULL;
        }
    }
    node_release(handle->node);
    free(handle->path);
    pthread_mutex_unlock(&disk->mutex);
    disk_release(disk);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_file_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_unlock,
    .xCheckReservedLock = vfs_check_reserved_lock,
    .xFileControl = vfs_file_control,
    .xSectorSize = vfs_sector_size,
    .xDeviceCharacteristics = vfs_device_characteristics,
    .xShmMap = vfs_shm_map,
    .xShmLock = vfs_shm_lock,
    .xShmBarrier = vfs_shm_barrier,
    .xShmUnmap = vfs_shm_unmap,
};

static int vfs_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags
) {
    SimulatedDisk *disk = vfs->pAppData;
    Handle *handle = (Handle *)file;
    memset(handle, 0, sizeof *handle);
    int kind = name == NULL ? DISK_TEMPORARY
        : flags & SQLITE_OPEN_WAL ? DISK_WRITE_AHEAD_LOG
        : flags & SQLITE_OPEN_MAIN_DB ? DISK_DATABASE
        : DISK_JOURNAL;
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_OPEN, kind, &bytes);
    int result = effect == DISK_WELL ? SQLITE_OK
        : effect == DISK_FULL ? SQLITE_FULL
        : SQLITE_CANTOPEN;
    if (result == SQLITE_OK) {
        if (name == NULL) {
            handle->node = node_create();
        } else {
            Entry *entry = disk_enter(disk, name);
            if (entry->now == NULL && (flags & SQLITE_OPEN_CREATE)) entry->now = node_create();
            if (entry->now == NULL) result = SQLITE_CANTOPEN;
            else handle->node = node_retain(entry->now);
        }
    }
    if (result == SQLITE_OK) {
        handle->base.pMethods = &methods;
        handle->disk = disk;
        handle->path = name == NULL ? NULL : strdup(name);
        handle->file = kind;
        handle->generation = disk->generation;
        handle->is_read_only = (flags & SQLITE_OPEN_READONLY) != 0;
        handle->deletes_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        disk->references += 1;
        if (out_flags != NULL) *out_flags = flags;
    }
    disk_end(disk, DISK_OPEN, kind, 0, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int syncs_directory) {
    SimulatedDisk *disk = vfs->pAppData;
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_DELETE, disk_file_kind(name), &bytes);
    Entry *entry = disk_find(disk, name);
    int result = SQLITE_OK;
    if (effect != DISK_WELL) {
        result = SQLITE_IOERR_DELETE;
    } else if (entry == NULL || entry->now == NULL) {
        result = SQLITE_IOERR_DELETE_NOENT;
    } else {
        node_release(entry->now);
        entry->now = NULL;
        if (syncs_directory) {
            node_release(entry->synced);
            entry->synced = NULL;
        }
    }
    disk_end(disk, DISK_DELETE, syncs_directory, 0, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    SimulatedDisk *disk = vfs->pAppData;
    pthread_mutex_lock(&disk->mutex);
    Entry *entry = disk_find(disk, name);
    int exists = entry != NULL && entry->now != NULL;
    // As SQLite's own for Unix: an empty file is as good as none.
    *answer = exists && (flags != SQLITE_ACCESS_EXISTS || entry->now->now.length > 0);
    int result = disk->is_down ? SQLITE_IOERR_ACCESS : SQLITE_OK;
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int room, char *path) {
    (void)vfs;
    sqlite3_snprintf(room, path, "%s", name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    SimulatedDisk *disk = vfs->pAppData;
    pthread_mutex_lock(&disk->mutex);
    for (int i = 0; i < count; i++) bytes[i] = (char)disk_random(disk);
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

/// Nobody waits for a simulated disk; others may want to run.
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    sched_yield();
    return microseconds;
}

static int vfs_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *julian_milliseconds) {
    SimulatedDisk *disk = vfs->pAppData;
    pthread_mutex_lock(&disk->mutex);
    *julian_milliseconds = 210866760000000 + disk->time;
    pthread_mutex_unlock(&disk->mutex);
    return SQLITE_OK;
}

static int vfs_current_time(sqlite3_vfs *vfs, double *julian_days) {
    sqlite3_int64 milliseconds = 0;
    vfs_current_time_int64(vfs, &milliseconds);
    *julian_days = (double)milliseconds / 86400000.0;
    return SQLITE_OK;
}

static int vfs_get_last_error(sqlite3_vfs *vfs, int room, char *text) {
    (void)vfs;
    if (room > 0) text[0] = 0;
    return 0;
}

void disk_make_vfs(SimulatedDisk *disk) {
    disk->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(Handle),
        .mxPathname = 512,
        .zName = disk->name,
        .pAppData = disk,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_pathname,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_current_time,
        .xGetLastError = vfs_get_last_error,
        .xCurrentTimeInt64 = vfs_current_time_int64,
    };
}
