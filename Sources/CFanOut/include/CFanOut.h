// What fan-out is measured against, and with: a bare server that does nothing but send(2), and a crowd
// of watchers that costs next to nothing. Only for benchmarks: neither is a careful WebSocket.
#ifndef C_FAN_OUT_H
#define C_FAN_OUT_H

#include <stdint.h>

// Serves on 127.0.0.1 until standard input ends, and never returns an error but for its own set-up:
// 0 or an errno. Prints the port, a line of its own. Whoever upgrades and then sends anything is told
// a snapshot with seq 0 and watches. Each line of standard input is a number k: the next k updates go
// to every watcher in one send(2) each.
//
// payload_bytes: of an update's payload, 126 to 60000.
int bare_loop_serve(int payload_bytes);

typedef struct crowd crowd;

// Watchers of one lot at 127.0.0.1:port, none yet, from addresses 127.0.0.2 and up.
//
// watch: the message with which each of them begins. updates_most: how many updates may come in all.
// NULL when there is no memory for that.
crowd *crowd_open(uint16_t port, const char *watch, int32_t updates_most);

// So many more watchers connect, and have been told the lot's snapshot when it returns.
// 0, or -1 with crowd_fault() saying why.
int crowd_join(crowd *crowd, int32_t count, int timeout_ms);

// Reads what has come, after waiting for it for up to so long. 0, or -1 with crowd_fault() saying why:
// an update was missing, doubled or out of order, or a connection has ended.
int crowd_poll(crowd *crowd, int timeout_ms);

// How many updates every watcher has.
int32_t crowd_completed(const crowd *crowd);

// How many updates have been received, by all watchers together.
int64_t crowd_received(const crowd *crowd);

// When the last watcher got the n-th update, from 0; in nanoseconds of CLOCK_MONOTONIC.
int64_t crowd_completed_at(const crowd *crowd, int32_t update);

// How many payload bytes the newest update had.
int32_t crowd_update_bytes(const crowd *crowd);

const char *crowd_fault(const crowd *crowd);

// Closes all connections, with a reset.
void crowd_close(crowd *crowd);

#endif
