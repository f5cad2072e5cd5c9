#include "disk.h"

#include <stdlib.h>

// What is left when the power fails. Anything that was synced is. Of the changes since, a disk may
// have made durable any part in any order, sector by sector; a seeded choice of four ways decides:
// nothing, all, the first ones and a torn one, or any sectors.
//
// A write never changes bytes beside its own ("powersafe overwrite", which SQLite takes for granted
// on Linux, too). The directory's names and deletions are durable with the first sync of a new file.

enum { SECTOR = 512 };

static void keep_some_sectors(SimulatedDisk *disk, Node *node, const Change *change) {
    if (change->is_truncation) {
        if (disk_random(disk) & 1) contents_truncate(&node->synced, change->offset);
        return;
    }
    for (int64_t start = 0; start < change->length;) {
        int64_t count = SECTOR - (change->offset + start) % SECTOR;
        if (count > change->length - start) count = change->length - start;
        if (disk_random(disk) & 1) {
            contents_write(&node->synced, change->offset + start, change->bytes + start, count);
        }
        start += count;
    }
}

static void keep(Node *node, const Change *change, int64_t count) {
    if (change->is_truncation) {
        contents_truncate(&node->synced, change->offset);
    } else {
        contents_write(&node->synced, change->offset, change->bytes, count);
    }
}

void node_lose_power(SimulatedDisk *disk, Node *node) {
    int64_t count = 0;
    for (Change *change = node->first_change; change != NULL; change = change->next) count += 1;
    if (count == 0) return;
    uint64_t way = disk_random(disk) % 4;
    int64_t whole = way == 1 ? count : (int64_t)(disk_random(disk) % (uint64_t)count);
    int64_t index = 0;
    for (Change *change = node->first_change; change != NULL;) {
        if (way == 3) {
            keep_some_sectors(disk, node, change);
        } else if (way != 0 && index < whole) {
            keep(node, change, change->length);
        } else if (way == 2 && index == whole && change->length > 0) {
            keep(node, change, (int64_t)(disk_random(disk) % (uint64_t)change->length));
        }
        index += 1;
        Change *next = change->next;
        free(change);
        change = next;
    }
    node->first_change = node->last_change = NULL;
    node->now.length = 0;
    contents_write(&node->now, 0, node->synced.bytes, node->synced.length);
}

/// Which file has the name afterwards: that of before or that of now, where the directory was not
/// durable.
static void settle(SimulatedDisk *disk, Entry *entry) {
    if (entry->now == entry->synced) return;
    if (disk_random(disk) & 1) {
        node_release(entry->now);
        entry->now = entry->synced == NULL ? NULL : node_retain(entry->synced);
    } else {
        node_release(entry->synced);
        entry->synced = entry->now == NULL ? NULL : node_retain(entry->now);
    }
}

static void drop_locks(Node *node) {
    node->shared = 0;
    node->reserved = node->pending = NULL;
    // Those who have it mapped keep it until they let go.
    memory_release(node->memory);
    node->memory = NULL;
}

void disk_reboot(SimulatedDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    for (Entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (disk->loses_power) {
            if (entry->now != NULL) node_lose_power(disk, entry->now);
            if (entry->synced != NULL) node_lose_power(disk, entry->synced);
            settle(disk, entry);
        }
        entry->is_locked = 0;
        if (entry->now != NULL) drop_locks(entry->now);
    }
    disk->is_down = 0;
    disk->loses_power = 0;
    disk->generation += 1;
    pthread_mutex_unlock(&disk->mutex);
}
