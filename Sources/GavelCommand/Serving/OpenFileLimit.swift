import Foundation

/// How many connections and files this process may have open at once.
enum OpenFileLimit {
    /// Raises it to what the system permits: the usual default of 1,024 is meant for programs that
    /// wait with `select`, and would turn away the thousandth watcher.
    static func raise() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // What is not permitted stays as it is: the server runs, with fewer connections.
        _ = setrlimit(kind, &limit)
    }
}
