import CSQLiteSettings
import GRDBSQLite

/// How SQLite is set for the whole process, before the first database is opened.
enum SQLiteSettings {
    /// Whether SQLite keeps no account of its memory, as it recommends to whoever does not ask for it: nobody does
    /// here. A lone bid took 156 µs of CPU instead of 169 without (twelve runs each, in turn). False where somebody
    /// has used SQLite before: then it is slower, and nothing else.
    static let countsNoMemory = sqlite_settings_count_no_memory() == SQLITE_OK
}
