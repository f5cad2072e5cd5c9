// The system's zlib, as it is: zlib1g-dev.
#include <zlib.h>
