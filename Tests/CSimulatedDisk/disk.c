#include "disk.h"

#include <stdlib.h>
#include <string.h>

// What is not about one file: the directory, the faults, the counts.

SimulatedDisk *disk_create(const char *name, uint64_t seed) {
    SimulatedDisk *disk = calloc(1, sizeof *disk);
    if (disk == NULL) return NULL;
    disk->name = strdup(name);
    disk->random = seed;
    disk->references = 1;
    disk->capacity = -1;
    pthread_mutex_init(&disk->mutex, NULL);
    disk_make_vfs(disk);
    if (sqlite3_vfs_register(&disk->vfs, 0) != SQLITE_OK) {
        disk_release(disk);
        return NULL;
    }
    return disk;
}

void disk_destroy(SimulatedDisk *disk) {
    sqlite3_vfs_unregister(&disk->vfs);
    disk_release(disk);
}

void disk_release(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    int left = --disk->references;
    pthread_mutex_unlock(&disk->mutex);
    if (left > 0) return;
    disk_clear_faults(disk);
    for (Entry *entry = disk->entries; entry != NULL;) {
        Entry *next = entry->next;
        node_release(entry->now);
        node_release(entry->synced);
        free(entry->path);
        free(entry);
        entry = next;
    }
    pthread_mutex_destroy(&disk->mutex);
    free(disk->name);
    free(disk);
}

/// SplitMix64.
uint64_t disk_random(SimulatedDisk *disk) {
    disk->random += 0x9e3779b97f4a7c15;
    uint64_t z = disk->random;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// MARK: - Faults

void disk_inject(SimulatedDisk *disk, DiskFault fault) {
    Armed *armed = calloc(1, sizeof *armed);
    if (armed == NULL) return;
    armed->fault = fault;
    pthread_mutex_lock(&disk->mutex);
    Armed **last = &disk->faults;
    while (*last != NULL) last = &(*last)->next;
    *last = armed;
    pthread_mutex_unlock(&disk->mutex);
}

void disk_clear_faults(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    Armed *armed = disk->faults;
    disk->faults = NULL;
    pthread_mutex_unlock(&disk->mutex);
    while (armed != NULL) {
        Armed *next = armed->next;
        free(armed);
        armed = next;
    }
}

static int matches(const DiskFault *fault, int operation, int file) {
    return (fault->operation == DISK_ANY || fault->operation == operation)
        && (fault->file == DISK_ANY || fault->file == file);
}

/// Lets every fault that is about such an operation count it; the first one that is due counts.
static int due_effect(SimulatedDisk *disk, int operation, int file, int64_t *bytes) {
    int effect = DISK_WELL;
    for (Armed *armed = disk->faults; armed != NULL; armed = armed->next) {
        DiskFault *fault = &armed->fault;
        if (!matches(fault, operation, file)) continue;
        if (fault->after > 0) {
            fault->after -= 1;
        } else if (fault->times != 0) {
            if (fault->times > 0) fault->times -= 1;
            if (effect == DISK_WELL) {
                effect = fault->effect;
                *bytes = fault->bytes;
            }
        }
    }
    return effect;
}

int disk_begin(
    SimulatedDisk *disk, uint64_t generation, int operation, int file, int64_t *bytes
) {
    if (disk->hook != NULL) disk->hook(disk->hook_context, operation, file);
    pthread_mutex_lock(&disk->mutex);
    int is_dead = generation != NO_GENERATION && generation != disk->generation;
    if (disk->is_down || is_dead) return DISK_FAIL;
    disk->counts[operation][file] += 1;
    int effect = due_effect(disk, operation, file, bytes);
    if (effect == DISK_WELL) return effect;
    disk->injected[effect] += 1;
    if (effect == DISK_CRASH || effect == DISK_POWER_LOSS) {
        disk->is_down = 1;
        disk->loses_power = effect == DISK_POWER_LOSS;
        // How far it came with the operation at which it died.
        *bytes = operation == DISK_WRITE ? -1 : 0;
        return operation == DISK_WRITE ? DISK_TEAR : DISK_FAIL;
    }
    return effect;
}

int disk_end(SimulatedDisk *disk, int operation, int64_t offset, int64_t length, int result) {
    uint64_t parts[] = {(uint64_t)operation, (uint64_t)offset, (uint64_t)length, (uint64_t)result};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        disk->trace = (disk->trace ^ parts[i]) * 0x100000001b3;
        disk->trace ^= disk->trace >> 29;
    }
    return result;
}

void disk_stop(SimulatedDisk *disk, int32_t loses_power) {
    pthread_mutex_lock(&disk->mutex);
    disk->is_down = 1;
    disk->loses_power = loses_power;
    disk->injected[loses_power ? DISK_POWER_LOSS : DISK_CRASH] += 1;
    pthread_mutex_unlock(&disk->mutex);
}

int32_t disk_is_down(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    int32_t is_down = disk->is_down;
    pthread_mutex_unlock(&disk->mutex);
    return is_down;
}

// MARK: - The directory

Entry *disk_find(SimulatedDisk *disk, const char *path) {
    for (Entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (strcmp(entry->path, path) == 0) return entry;
    }
    return NULL;
}

Entry *disk_enter(SimulatedDisk *disk, const char *path) {
    Entry *entry = disk_find(disk, path);
    if (entry != NULL) return entry;
    entry = calloc(1, sizeof *entry);
    entry->path = strdup(path);
    // At the end, so that walks go in the order of creation.
    Entry **last = &disk->entries;
    while (*last != NULL) last = &(*last)->next;
    *last = entry;
    return entry;
}

void disk_sync_directory(SimulatedDisk *disk) {
    for (Entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (entry->synced == entry->now) continue;
        node_release(entry->synced);
        entry->synced = entry->now == NULL ? NULL : node_retain(entry->now);
    }
}

int disk_file_kind(const char *path) {
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, "-wal") == 0) return DISK_WRITE_AHEAD_LOG;
    if (length > 8 && strcmp(path + length - 8, "-journal") == 0) return DISK_JOURNAL;
    return DISK_DATABASE;
}

int64_t disk_file_size(SimulatedDisk *disk, const char *path) {
    pthread_mutex_lock(&disk->mutex);
    Entry *entry = disk_find(disk, path);
    int64_t size = entry != NULL && entry->now != NULL ? entry->now->now.length : -1;
    pthread_mutex_unlock(&disk->mutex);
    return size;
}

int64_t disk_file_read(
    SimulatedDisk *disk, const char *path, int64_t offset, void *buffer, int64_t count
) {
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_READ, disk_file_kind(path), &bytes);
    Entry *entry = disk_find(disk, path);
    int64_t result = -1;
    if (effect == DISK_SHORT_READ) {
        result = 0;
    } else if (effect == DISK_WELL && entry != NULL && entry->now != NULL && offset >= 0) {
        int64_t left = entry->now->now.length - offset;
        result = left < 0 ? 0 : left < count ? left : count;
        if (result > 0) memcpy(buffer, entry->now->now.bytes + offset, (size_t)result);
    }
    disk_end(disk, DISK_READ, offset, count, (int)result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

void disk_file_replace(
    SimulatedDisk *disk, const char *path, const void *bytes, int64_t count
) {
    pthread_mutex_lock(&disk->mutex);
    Entry *entry = disk_enter(disk, path);
    if (entry->now == NULL) entry->now = node_create();
    node_truncate(entry->now, 0);
    int64_t capacity = disk->capacity;
    disk->capacity = -1;
    node_write(disk, entry->now, 0, bytes, count);
    disk->capacity = capacity;
    node_sync(entry->now);
    disk_sync_directory(disk);
    pthread_mutex_unlock(&disk->mutex);
}

/// All of a file, or the first part of it: what is written is what is there.
static int32_t write_again(SimulatedDisk *disk, const char *path, int file) {
    int64_t torn = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_WRITE, file, &torn);
    Entry *entry = disk_find(disk, path);
    int64_t length = entry == NULL || entry->now == NULL ? 0 : entry->now->now.length;
    int64_t count = effect == DISK_WELL ? length : 0;
    if (effect == DISK_TEAR && length > 0) {
        count = torn >= 0 && torn < length ? torn : (int64_t)(disk_random(disk) % (uint64_t)length);
    }
    if (count > 0) {
        // A copy: the file's own memory moves while it is written.
        uint8_t *bytes = malloc((size_t)count);
        memcpy(bytes, entry->now->now.bytes, (size_t)count);
        node_write(disk, entry->now, 0, bytes, count);
        free(bytes);
    }
    int32_t result = count == length ? 0 : -1;
    disk_end(disk, DISK_WRITE, 0, length, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

static int32_t sync_file(SimulatedDisk *disk, const char *path, int file) {
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_SYNC, file, &bytes);
    Entry *entry = disk_find(disk, path);
    int32_t result = effect == DISK_WELL || effect == DISK_LIE ? 0 : -1;
    if (entry != NULL && entry->now != NULL) {
        if (effect == DISK_WELL) {
            node_sync(entry->now);
            if (entry->synced != entry->now) {
                node_release(entry->synced);
                entry->synced = node_retain(entry->now);
            }
        } else if (effect != DISK_LIE) {
            node_forget(entry->now);
        }
    }
    disk_end(disk, DISK_SYNC, 0, 0, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

int32_t disk_file_rewrite(SimulatedDisk *disk, const char *path) {
    if (disk_file_size(disk, path) <= 0) return 0;
    int file = disk_file_kind(path);
    if (write_again(disk, path, file) != 0) return -1;
    return sync_file(disk, path, file);
}

int32_t disk_file_remove(SimulatedDisk *disk, const char *path) {
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_DELETE, disk_file_kind(path), &bytes);
    Entry *entry = disk_find(disk, path);
    int32_t result = -1;
    if (effect == DISK_WELL && entry != NULL && entry->now != NULL) {
        node_release(entry->now);
        entry->now = NULL;
        result = 0;
    }
    disk_end(disk, DISK_DELETE, 0, 0, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

int32_t disk_file_rename(SimulatedDisk *disk, const char *path, const char *target) {
    int64_t bytes = -1;
    int effect = disk_begin(disk, NO_GENERATION, DISK_DELETE, disk_file_kind(path), &bytes);
    Entry *entry = disk_find(disk, path);
    int32_t result = -1;
    if (effect == DISK_WELL && entry != NULL && entry->now != NULL) {
        Entry *other = disk_enter(disk, target);
        node_release(other->now);
        node_release(other->synced);
        other->now = entry->now;
        // As the caller syncs the directory afterwards; a rename is never half done.
        other->synced = node_retain(entry->now);
        node_release(entry->synced);
        entry->now = entry->synced = NULL;
        result = 0;
    }
    disk_end(disk, DISK_DELETE, 1, 0, result);
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

int32_t disk_lock(SimulatedDisk *disk, const char *path, uint64_t *generation) {
    pthread_mutex_lock(&disk->mutex);
    Entry *entry = disk_enter(disk, path);
    int32_t is_free = !entry->is_locked;
    entry->is_locked = 1;
    *generation = disk->generation;
    pthread_mutex_unlock(&disk->mutex);
    return is_free;
}

void disk_unlock(SimulatedDisk *disk, const char *path, uint64_t generation) {
    pthread_mutex_lock(&disk->mutex);
    Entry *entry = disk_find(disk, path);
    if (entry != NULL && generation == disk->generation) entry->is_locked = 0;
    pthread_mutex_unlock(&disk->mutex);
}

// MARK: - Counts and settings

int32_t disk_open_files(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    // One reference is its creator's, each other one an open file's.
    int32_t count = disk->references - 1;
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

int64_t disk_used(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    int64_t used = 0;
    for (Entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (entry->now != NULL) used += entry->now->now.length;
    }
    pthread_mutex_unlock(&disk->mutex);
    return used;
}

void disk_set_capacity(SimulatedDisk *disk, int64_t bytes) {
    pthread_mutex_lock(&disk->mutex);
    disk->capacity = bytes;
    pthread_mutex_unlock(&disk->mutex);
}

int64_t disk_capacity(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    int64_t capacity = disk->capacity;
    pthread_mutex_unlock(&disk->mutex);
    return capacity;
}

void disk_set_time(SimulatedDisk *disk, int64_t milliseconds) {
    pthread_mutex_lock(&disk->mutex);
    disk->time = milliseconds;
    pthread_mutex_unlock(&disk->mutex);
}

void disk_set_hook(
    SimulatedDisk *disk, void (*hook)(void *, int32_t, int32_t), void *context
) {
    disk->hook_context = context;
    disk->hook = hook;
}

int64_t disk_count(SimulatedDisk *disk, int32_t operation, int32_t file) {
    pthread_mutex_lock(&disk->mutex);
    int64_t count = 0;
    for (int o = 0; o < DISK_OPERATIONS; o++) {
        for (int f = 0; f < DISK_FILES; f++) {
            if (operation != DISK_ANY && operation != o) continue;
            if (file != DISK_ANY && file != f) continue;
            count += disk->counts[o][f];
        }
    }
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

int64_t disk_injected(SimulatedDisk *disk, int32_t effect) {
    pthread_mutex_lock(&disk->mutex);
    int64_t count = 0;
    for (int e = 0; e < DISK_EFFECTS; e++) {
        if (effect == DISK_ANY || effect == e) count += disk->injected[e];
    }
    pthread_mutex_unlock(&disk->mutex);
    return count;
}

uint64_t disk_trace(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    uint64_t trace = disk->trace;
    pthread_mutex_unlock(&disk->mutex);
    return trace;
}
