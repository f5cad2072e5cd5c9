// Swift can't call functions with arguments of any number and type.
#include "sqlite_settings.h"

#include <sqlite3.h>

int sqlite_settings_count_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
