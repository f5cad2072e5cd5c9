#ifndef CMEMORY_H
#define CMEMORY_H

#include <stddef.h>

/// Has the processor fetch the memory at that address, and go on meanwhile. Any address will do.
static inline void memory_prefetch(const void *address) { __builtin_prefetch(address, 1); }

/// The same of so many lines of a cache, of 64 bytes each, from that address on.
static inline void memory_prefetch_lines(const void *address, long lines) {
    for (long line = 0; line < lines; line++) memory_prefetch((const char *)address + 64 * line);
}

/// Asks the system for large pages, if it has them, for memory that nothing has been written to yet. What it
/// does is a matter of speed alone.
void memory_prefer_large_pages(void *start, size_t length);

#endif
