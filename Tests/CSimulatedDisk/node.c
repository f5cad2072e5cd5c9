#include "disk.h"

#include <stdlib.h>
#include <string.h>

// One file: what it holds, what of that has been synced, and the changes between.

Node *node_create(void) {
    Node *node = calloc(1, sizeof *node);
    node->references = 1;
    return node;
}

Node *node_retain(Node *node) {
    node->references += 1;
    return node;
}

static void drop_changes(Node *node) {
    while (node->first_change != NULL) {
        Change *next = node->first_change->next;
        free(node->first_change);
        node->first_change = next;
    }
    node->last_change = NULL;
}

void node_release(Node *node) {
    if (node == NULL || --node->references > 0) return;
    drop_changes(node);
    memory_release(node->memory);
    free(node->now.bytes);
    free(node->synced.bytes);
    free(node);
}

// MARK: - Contents

static void make_room(Contents *contents, int64_t length) {
    if (length <= contents->room) return;
    int64_t room = contents->room < 4096 ? 4096 : contents->room;
    while (room < length) room *= 2;
    contents->bytes = realloc(contents->bytes, (size_t)room);
    contents->room = room;
}

void contents_write(Contents *contents, int64_t offset, const void *bytes, int64_t count) {
    if (count <= 0) return;
    make_room(contents, offset + count);
    if (offset > contents->length) {
        memset(contents->bytes + contents->length, 0, (size_t)(offset - contents->length));
    }
    memcpy(contents->bytes + offset, bytes, (size_t)count);
    if (offset + count > contents->length) contents->length = offset + count;
}

void contents_truncate(Contents *contents, int64_t length) {
    if (length > contents->length) {
        make_room(contents, length);
        memset(contents->bytes + contents->length, 0, (size_t)(length - contents->length));
    }
    contents->length = length;
}

static void apply(Contents *contents, const Change *change) {
    if (change->is_truncation) {
        contents_truncate(contents, change->offset);
    } else {
        contents_write(contents, change->offset, change->bytes, change->length);
    }
}

// MARK: - Changes

static void note(Node *node, int is_truncation, int64_t offset, const void *bytes, int64_t count) {
    Change *change = calloc(1, sizeof *change + (size_t)count);
    change->is_truncation = is_truncation;
    change->offset = offset;
    change->length = count;
    if (count > 0) memcpy(change->bytes, bytes, (size_t)count);
    apply(&node->now, change);
    if (node->last_change == NULL) {
        node->first_change = change;
    } else {
        node->last_change->next = change;
    }
    node->last_change = change;
}

static int64_t room_left(SimulatedDisk *disk) {
    if (disk->capacity < 0) return INT64_MAX;
    int64_t used = 0;
    for (Entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (entry->now != NULL) used += entry->now->now.length;
    }
    return disk->capacity > used ? disk->capacity - used : 0;
}

int64_t node_write(SimulatedDisk *disk, Node *node, int64_t offset, const void *bytes, int64_t n) {
    int64_t growth = offset + n - node->now.length;
    int64_t count = n;
    if (growth > 0) {
        int64_t left = room_left(disk);
        if (growth > left) count = n - (growth - left);
        if (count < 0) count = 0;
    }
    if (count > 0) note(node, 0, offset, bytes, count);
    return count;
}

void node_truncate(Node *node, int64_t length) { note(node, 1, length, NULL, 0); }

/// The system writes whole pages of 4 KiB: what was forgotten goes along with a later change beside
/// it. A file's length is in the file system's journal, which keeps its order: an old one never comes back
/// after the file has grown.
static int goes_along(const Change *forgotten) {
    if (forgotten->is_truncation) return 1;
    int64_t first = forgotten->offset / 4096;
    int64_t last = (forgotten->offset + forgotten->length - 1) / 4096;
    for (const Change *later = forgotten->next; later != NULL; later = later->next) {
        if (later->is_forgotten || later->is_truncation) continue;
        if (later->offset / 4096 <= last && (later->offset + later->length - 1) / 4096 >= first) {
            return 1;
        }
    }
    return 0;
}

void node_sync(Node *node) {
    Change **link = &node->first_change;
    node->last_change = NULL;
    while (*link != NULL) {
        Change *change = *link;
        if (change->is_forgotten && !goes_along(change)) {
            node->last_change = change;
            link = &change->next;
            continue;
        }
        apply(&node->synced, change);
        *link = change->next;
        free(change);
    }
}

void node_forget(Node *node) {
    for (Change *change = node->first_change; change != NULL; change = change->next) {
        change->is_forgotten = 1;
    }
}
