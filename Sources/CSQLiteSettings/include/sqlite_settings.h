#ifndef SQLITE_SETTINGS_H
#define SQLITE_SETTINGS_H

/// Has SQLite keep no account of its memory, which it would lock for each piece that it has and gives back. To be
/// called before anything else of SQLite; later it changes nothing.
///
/// Returns SQLITE_OK, or SQLITE_MISUSE when it came too late.
int sqlite_settings_count_no_memory(void);

#endif
