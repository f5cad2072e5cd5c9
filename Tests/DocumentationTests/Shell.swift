import Foundation

/// Programs that the tests run.
enum Shell {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program to its end, with everything that it prints in a file. It finds the built
    /// `gavel` first, beside the test's own executable, and none of the developer's settings.
    ///
    /// Not by Foundation's `Process`: on Linux children that are started at the same moment inherit
    /// the descriptors by which it notices an end, so that parallel tests wait for each other.
    ///
    /// - Returns: the exit code, or 128 and the signal that ended it.
    static func run(
        _ program: String, _ arguments: [String], writingTo file: URL
    ) async throws -> Int32 {
        let built = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("GAVEL_")
        }
        environment["PATH"] = "\(built):\(environment["PATH"] ?? "/usr/bin:/bin")"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, file.path, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var identifier: pid_t = 0
        let fault = posix_spawnp(&identifier, program, &actions, nil, &argv, &envp)
        guard fault == 0 else {
            throw Failure(description: "\(program): \(String(cString: strerror(fault)))")
        }
        let child = identifier
        return await withCheckedContinuation { continuation in
            // A thread of its own: nothing waits on the pool.
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(child, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7f
                continuation.resume(returning: signal == 0 ? (status >> 8) & 0xff : 128 + signal)
            }
        }
    }
}
