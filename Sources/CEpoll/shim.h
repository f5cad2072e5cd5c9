// Linux's epoll, which Swift's Glibc leaves out.
#include <sys/epoll.h>
