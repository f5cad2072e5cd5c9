#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CFanOut.h"

static const char upgraded[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

enum { updates_a_write_most = 64 };

struct bare_loop {
    int *watchers;
    size_t count, capacity;
    long long seq;
    int payload_bytes;
    uint8_t *frames;
};

// A text frame whose payload is JSON of just that length.
static size_t frame(uint8_t *out, const char *head, int bytes) {
    out[0] = 0x81;
    out[1] = 126;
    out[2] = (uint8_t)(bytes >> 8);
    out[3] = (uint8_t)bytes;
    int length = (int)strlen(head);
    memcpy(out + 4, head, (size_t)length);
    memset(out + 4 + length, 'x', (size_t)(bytes - length));
    memcpy(out + 4 + bytes - 2, "\"}", 2);
    return 4 + (size_t)bytes;
}

// All of it, whatever the socket has room for.
static void send_all(int fd, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

static void update(struct bare_loop *loop, int count) {
    size_t size = 0;
    for (int index = 0; index < count; index++) {
        char head[100];
        snprintf(
            head, sizeof head, "{\"type\":\"price\",\"auction\":\"lot-0\",\"seq\":%lld,\"pad\":\"",
            ++loop->seq);
        size += frame(loop->frames + size, head, loop->payload_bytes);
    }
    for (size_t index = 0; index < loop->count; index++)
        send_all(loop->watchers[index], loop->frames, size);
}

static int add(struct bare_loop *loop, int fd) {
    if (loop->count == loop->capacity) {
        loop->capacity = loop->capacity ? loop->capacity * 2 : 1024;
        int *watchers = realloc(loop->watchers, loop->capacity * sizeof *watchers);
        if (!watchers) return ENOMEM;
        loop->watchers = watchers;
    }
    loop->watchers[loop->count++] = fd;
    return 0;
}

// Takes for granted that a request, and then a frame, come in one piece.
static int hear(struct bare_loop *loop, int epoll, int fd) {
    uint8_t buffer[4096];
    ssize_t count = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count <= 0) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (buffer[0] == 'G') {
        send_all(fd, (const uint8_t *)upgraded, sizeof upgraded - 1);
        return 0;
    }
    if ((buffer[0] & 0x0f) != 1) return 0;
    uint8_t snapshot[200];
    size_t size = frame(snapshot, "{\"type\":\"snapshot\",\"seq\":0,\"pad\":\"", 150);
    send_all(fd, snapshot, size);
    return add(loop, fd);
}

static int command(struct bare_loop *loop, int *pending) {
    char buffer[4096];
    ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
    if (count <= 0) return -1;
    for (ssize_t index = 0; index < count; index++) {
        if (buffer[index] >= '0' && buffer[index] <= '9') {
            *pending = *pending * 10 + buffer[index] - '0';
            if (*pending > updates_a_write_most) *pending = updates_a_write_most;
        } else {
            update(loop, *pending);
            *pending = 0;
        }
    }
    return 0;
}

int bare_loop_serve(int payload_bytes) {
    struct bare_loop loop = {.payload_bytes = payload_bytes};
    if (payload_bytes < 126 || payload_bytes > 60000) return EINVAL;
    loop.frames = malloc((size_t)(payload_bytes + 4) * updates_a_write_most);
    int epoll = epoll_create1(0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!loop.frames || epoll < 0 || listener < 0) return errno;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)
        || getsockname(listener, (struct sockaddr *)&address, &size))
        return errno;
    int fds[] = {listener, STDIN_FILENO};
    for (int index = 0; index < 2; index++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[index]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[index], &event)) return errno;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int pending = 0;
    struct epoll_event events[256];
    for (;;) {
        int count = epoll_wait(epoll, events, 256, -1);
        if (count < 0 && errno != EINTR) return errno;
        for (int index = 0; index < count; index++) {
            int fd = events[index].data.fd;
            if (fd == STDIN_FILENO) {
                if (command(&loop, &pending)) return 0;
            } else if (fd == listener) {
                int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (peer < 0) continue;
                int on = 1;
                setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                struct epoll_event event = {.events = EPOLLIN, .data.fd = peer};
                if (epoll_ctl(epoll, EPOLL_CTL_ADD, peer, &event)) return errno;
            } else {
                int error = hear(&loop, epoll, fd);
                if (error) return error;
            }
        }
    }
}
