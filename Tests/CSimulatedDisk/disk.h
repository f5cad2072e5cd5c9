#ifndef DISK_H
#define DISK_H

#include <pthread.h>
#include <sqlite3.h>

#include "CSimulatedDisk.h"

/// A change of a file that has not been synced.
typedef struct Change {
    struct Change *next;
    int is_truncation;
    /// A sync that was to make it durable has failed: no later one does.
    int is_forgotten;
    int64_t offset;
    int64_t length;
    uint8_t bytes[];
} Change;

typedef struct {
    uint8_t *bytes;
    int64_t length;
    int64_t room;
} Contents;

/// The memory that the connections to a database in WAL mode share, and its locks.
typedef struct {
    int references;
    uint8_t **regions;
    int count;
    int shared[SQLITE_SHM_NLOCK];
    int exclusive[SQLITE_SHM_NLOCK];
} SharedMemory;

/// A file, by whatever name, if any.
typedef struct Node {
    int references;
    Contents now;
    Contents synced;
    Change *first_change;
    Change *last_change;
    /// SQLite's locks on a database file. The owners are handles.
    int shared;
    const void *reserved;
    const void *pending;
    SharedMemory *memory;
} Node;

/// A name in the directory: the file that has it, and the one that has it after a power loss.
typedef struct Entry {
    struct Entry *next;
    char *path;
    Node *now;
    Node *synced;
    int is_locked;
} Entry;

typedef struct Armed {
    struct Armed *next;
    DiskFault fault;
} Armed;

struct SimulatedDisk {
    sqlite3_vfs vfs;
    char *name;
    pthread_mutex_t mutex;
    int references;
    uint64_t random;
    Entry *entries;
    Armed *faults;
    int is_down;
    int loses_power;
    /// Handles of an earlier one are dead.
    uint64_t generation;
    int64_t capacity;
    int64_t time;
    void (*hook)(void *, int32_t, int32_t);
    void *hook_context;
    int64_t counts[DISK_OPERATIONS][DISK_FILES];
    int64_t injected[DISK_EFFECTS];
    uint64_t trace;
};

/// No fault.
enum { DISK_WELL = -1 };

/// Whoever asks has no open file.
#define NO_GENERATION UINT64_MAX

/// Begins an operation: counts it, and says what effect it is to have. Locks the mutex; the caller
/// unlocks it. What a dead process asks fails, and counts for nothing.
int disk_begin(
    SimulatedDisk *disk, uint64_t generation, int operation, int file, int64_t *bytes);
/// Takes note of how an operation ended, for the trace.
int disk_end(SimulatedDisk *disk, int operation, int64_t offset, int64_t length, int result);
uint64_t disk_random(SimulatedDisk *disk);
void disk_release(SimulatedDisk *disk);

Entry *disk_find(SimulatedDisk *disk, const char *path);
Entry *disk_enter(SimulatedDisk *disk, const char *path);
/// Makes every name durable, and every deletion. SQLite has that done with the first sync of a
/// journal or a write-ahead log that it has created.
void disk_sync_directory(SimulatedDisk *disk);
int disk_file_kind(const char *path);

Node *node_create(void);
Node *node_retain(Node *node);
void node_release(Node *node);
/// Writes as much as there is room for; how many bytes that is.
int64_t node_write(SimulatedDisk *disk, Node *node, int64_t offset, const void *bytes, int64_t n);
void node_truncate(Node *node, int64_t length);
void node_sync(Node *node);
void node_forget(Node *node);
void node_lose_power(SimulatedDisk *disk, Node *node);

void contents_write(Contents *contents, int64_t offset, const void *bytes, int64_t count);
void contents_truncate(Contents *contents, int64_t length);

void memory_release(SharedMemory *memory);

/// Fills in what SQLite calls.
void disk_make_vfs(SimulatedDisk *disk);

#endif
