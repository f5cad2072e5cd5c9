#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "CFanOut.h"

// How many connect at the same time, and from one address in all: fewer than it has ports.
enum { at_once = 250, per_address = 20000, buffer_bytes = 1 << 20 };

enum phase { connecting, upgrading, opening, watching, over };

struct watcher {
    int fd;
    enum phase phase;
    int64_t seq;
    // What came of a frame, or of the answer, that has not come whole.
    uint8_t *rest;
    uint32_t rest_bytes;
};

struct crowd {
    uint16_t port;
    int epoll;
    uint8_t hello[600];
    size_t hello_bytes;
    char request[400];
    size_t request_bytes;
    struct watcher *watchers;
    int32_t count, joined;
    // The seq that all snapshots have; -1 before the first.
    int64_t base;
    int32_t updates_most, completed, update_bytes;
    int32_t *having;
    int64_t *completed_at;
    int64_t received;
    uint8_t *buffer;
    char fault[300];
};

static int fail(crowd *crowd, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(crowd->fault, sizeof crowd->fault, format, arguments);
    va_end(arguments);
    return -1;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

crowd *crowd_open(uint16_t port, const char *watch, int32_t updates_most) {
    crowd *crowd = calloc(1, sizeof *crowd);
    size_t length = strlen(watch);
    if (!crowd || length > 500 || updates_most < 1) return NULL;
    crowd->port = port;
    crowd->base = -1;
    crowd->updates_most = updates_most;
    crowd->epoll = epoll_create1(0);
    crowd->having = calloc((size_t)updates_most, sizeof *crowd->having);
    crowd->completed_at = calloc((size_t)updates_most, sizeof *crowd->completed_at);
    crowd->buffer = malloc(buffer_bytes);
    if (crowd->epoll < 0 || !crowd->having || !crowd->completed_at || !crowd->buffer) return NULL;
    crowd->request_bytes = (size_t)snprintf(
        crowd->request, sizeof crowd->request,
        "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n",
        port);
    // A text frame, masked with zeros.
    uint8_t *hello = crowd->hello;
    *hello++ = 0x81;
    if (length <= 125) {
        *hello++ = 0x80 | (uint8_t)length;
    } else {
        *hello++ = 0x80 | 126;
        *hello++ = (uint8_t)(length >> 8);
        *hello++ = (uint8_t)length;
    }
    memset(hello, 0, 4);
    memcpy(hello + 4, watch, length);
    crowd->hello_bytes = (size_t)(hello + 4 - crowd->hello) + length;
    return crowd;
}

// MARK: - Messages

static bool is_a(const uint8_t *payload, size_t count, const char *type) {
    size_t length = strlen(type);
    return count > 9 + length && memcmp(payload, "{\"type\":\"", 9) == 0
        && memcmp(payload + 9, type, length) == 0 && payload[9 + length] == '"';
}

// The number after the first "seq":, or -1.
static int64_t seq_of(const uint8_t *payload, size_t count) {
    const uint8_t *found = memmem(payload, count, "\"seq\":", 6);
    if (!found) return -1;
    int64_t value = 0;
    const uint8_t *digit = found + 6, *end = payload + count;
    if (digit == end || *digit < '0' || *digit > '9') return -1;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++)
        value = value * 10 + (*digit - '0');
    return value;
}

static int update(crowd *crowd, struct watcher *watcher, const uint8_t *payload, size_t count) {
    int64_t seq = seq_of(payload, count);
    if (watcher->phase != watching || seq != watcher->seq + 1)
        return fail(crowd, "After seq %lld came %lld", (long long)watcher->seq, (long long)seq);
    watcher->seq = seq;
    int64_t index = seq - crowd->base - 1;
    if (index >= crowd->updates_most) return fail(crowd, "More updates came than there can be");
    crowd->received++;
    crowd->update_bytes = (int32_t)count;
    // Everybody has them in order, so they are complete in order.
    if (++crowd->having[index] == crowd->count) {
        crowd->completed = (int32_t)index + 1;
        crowd->completed_at[index] = now();
    }
    return 0;
}

static int message(crowd *crowd, struct watcher *watcher, const uint8_t *payload, size_t count) {
    if (is_a(payload, count, "price") || is_a(payload, count, "status"))
        return update(crowd, watcher, payload, count);
    if (is_a(payload, count, "snapshot")) {
        int64_t seq = seq_of(payload, count);
        if (watcher->phase != opening || seq < 0) return fail(crowd, "A second snapshot came");
        if (crowd->base < 0) crowd->base = seq;
        if (seq != crowd->base) return fail(crowd, "The lot moved while watchers came");
        watcher->phase = watching;
        watcher->seq = seq;
        crowd->joined++;
        return 0;
    }
    if (is_a(payload, count, "welcome") || is_a(payload, count, "heartbeat")) return 0;
    return fail(crowd, "Unexpected: %.*s", (int)(count < 200 ? count : 200), payload);
}

static int frame(
    crowd *crowd, struct watcher *watcher, uint8_t opcode, const uint8_t *payload, size_t count
) {
    switch (opcode) {
    case 1:
        return message(crowd, watcher, payload, count);
    case 9: {
        uint8_t pong[131] = {0x8a, 0x80 | (uint8_t)count};
        memcpy(pong + 6, payload, count);
        send(watcher->fd, pong, 6 + count, MSG_NOSIGNAL | MSG_DONTWAIT);
        return 0;
    }
    case 10:
        return 0;
    default:
        return fail(crowd, "A frame of opcode %d came", opcode);
    }
}

// How many bytes of it were whole; -1 at a fault.
static ssize_t frames(crowd *crowd, struct watcher *watcher, const uint8_t *bytes, size_t count) {
    size_t start = 0;
    if (watcher->phase == upgrading) {
        const uint8_t *end = memmem(bytes, count, "\r\n\r\n", 4);
        if (!end) return 0;
        if (count < 12 || memcmp(bytes, "HTTP/1.1 101", 12) != 0)
            return fail(crowd, "Not upgraded: %.*s", (int)(count < 200 ? count : 200), bytes);
        watcher->phase = opening;
        start = (size_t)(end + 4 - bytes);
        if (send(watcher->fd, crowd->hello, crowd->hello_bytes, MSG_NOSIGNAL)
            != (ssize_t)crowd->hello_bytes)
            return fail(crowd, "send: %s", strerror(errno));
    }
    while (count - start >= 2) {
        size_t head = 2, length = bytes[start + 1];
        if (length > 126) return fail(crowd, "A frame is too long");
        if (length == 126) {
            head = 4;
            if (count - start < head) break;
            length = (size_t)bytes[start + 2] << 8 | bytes[start + 3];
        }
        if (count - start < head + length) break;
        if (frame(crowd, watcher, bytes[start] & 0x0f, bytes + start + head, length)) return -1;
        start += head + length;
    }
    return (ssize_t)start;
}

static int receive(crowd *crowd, struct watcher *watcher) {
    size_t filled = watcher->rest_bytes;
    if (filled > 0) memcpy(crowd->buffer, watcher->rest, filled);
    ssize_t count = recv(watcher->fd, crowd->buffer + filled, buffer_bytes - filled, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count <= 0)
        return fail(crowd, "A watcher was closed: %s", count ? strerror(errno) : "end of stream");
    filled += (size_t)count;
    ssize_t used = frames(crowd, watcher, crowd->buffer, filled);
    if (used < 0) return -1;
    size_t left = filled - (size_t)used;
    if (left == 0 && watcher->rest_bytes == 0) return 0;
    if (left > watcher->rest_bytes || left == 0) {
        free(watcher->rest);
        watcher->rest = left ? malloc(left) : NULL;
        if (left && !watcher->rest) return fail(crowd, "No memory");
    }
    if (left) memcpy(watcher->rest, crowd->buffer + used, left);
    watcher->rest_bytes = (uint32_t)left;
    return 0;
}

// MARK: - Connections

static int begin(crowd *crowd, int32_t number) {
    struct watcher *watcher = &crowd->watchers[number];
    *watcher = (struct watcher){.phase = over};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return fail(crowd, "socket: %s", strerror(errno));
    int on = 1;
    // The port is chosen when it is known for which peer.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in own = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number / per_address))};
    struct sockaddr_in server = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons(crowd->port)};
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = (uint32_t)number};
    if (bind(fd, (struct sockaddr *)&own, sizeof own)
        || (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        || epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &event)) {
        int error = errno;
        close(fd);
        return fail(crowd, "connect: %s", strerror(error));
    }
    *watcher = (struct watcher){.fd = fd, .phase = connecting};
    return 0;
}

static int connected(crowd *crowd, int32_t number) {
    struct watcher *watcher = &crowd->watchers[number];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)number};
    if (epoll_ctl(crowd->epoll, EPOLL_CTL_MOD, watcher->fd, &event)
        || send(watcher->fd, crowd->request, crowd->request_bytes, MSG_NOSIGNAL) < 0)
        return fail(crowd, "connect: %s", strerror(errno));
    watcher->phase = upgrading;
    return 0;
}

int crowd_join(crowd *crowd, int32_t count, int timeout_ms) {
    int64_t deadline = now() + (int64_t)timeout_ms * 1000000;
    int32_t wanted = crowd->count + count;
    struct watcher *watchers = realloc(crowd->watchers, (size_t)wanted * sizeof *watchers);
    if (!watchers) return fail(crowd, "No memory");
    crowd->watchers = watchers;
    while (crowd->joined < wanted) {
        while (crowd->count < wanted && crowd->count - crowd->joined < at_once) {
            if (begin(crowd, crowd->count)) return -1;
            crowd->count++;
        }
        if (crowd_poll(crowd, 100)) return -1;
        if (now() > deadline)
            return fail(crowd, "Only %d of %d watchers got in in time", crowd->joined, wanted);
    }
    return 0;
}

int crowd_poll(crowd *crowd, int timeout_ms) {
    struct epoll_event events[512];
    int count = epoll_wait(crowd->epoll, events, 512, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : fail(crowd, "epoll_wait: %s", strerror(errno));
    for (int index = 0; index < count; index++) {
        int32_t number = (int32_t)events[index].data.u32;
        struct watcher *watcher = &crowd->watchers[number];
        int failed = watcher->phase == connecting ? connected(crowd, number)
                                                  : receive(crowd, watcher);
        if (failed) return -1;
    }
    return 0;
}

int32_t crowd_completed(const crowd *crowd) { return crowd->completed; }

int64_t crowd_received(const crowd *crowd) { return crowd->received; }

int64_t crowd_completed_at(const crowd *crowd, int32_t update) {
    return update >= 0 && update < crowd->completed ? crowd->completed_at[update] : 0;
}

int32_t crowd_update_bytes(const crowd *crowd) { return crowd->update_bytes; }

const char *crowd_fault(const crowd *crowd) { return crowd->fault; }

void crowd_close(crowd *crowd) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    for (int32_t index = 0; index < crowd->count; index++) {
        struct watcher *watcher = &crowd->watchers[index];
        if (watcher->phase == over) continue;
        setsockopt(watcher->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        close(watcher->fd);
        free(watcher->rest);
    }
    close(crowd->epoll);
    free(crowd->watchers);
    free(crowd->having);
    free(crowd->completed_at);
    free(crowd->buffer);
    free(crowd);
}
