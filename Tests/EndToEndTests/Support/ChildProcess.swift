import Foundation
import Synchronization

/// A process that the tests start.
///
/// Not Foundation's `Process`: on Linux every child that is started at the same moment inherits the
/// descriptors by which that notices an end, so that parallel tests wait for each other's servers.
/// Here nothing of one child reaches another.
final class ChildProcess: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    let identifier: pid_t
    private let state = Mutex(State())

    /// - Parameters:
    ///   - output: gets the standard output; closed here.
    ///   - errors: gets the standard error; closed here.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String],
        output: FileHandle, errors: FileHandle
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.fileDescriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.fileDescriptor, 2)
        var argv = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var started: pid_t = 0
        let fault = PrivatePipe.making.withLock { _ in
            posix_spawnp(&started, executable, &actions, nil, &argv, &envp)
        }
        guard fault == 0 else {
            throw Failure("\(executable) can't be started: \(String(cString: strerror(fault)))")
        }
        let identifier = started
        self.identifier = identifier
        try? output.close()
        try? errors.close()
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            note(signal == 0 ? (status >> 8) & 0xff : 128 + signal)
        }
    }

    /// Waits for the end: the exit code, or 128 and the signal that ended it.
    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Int32? in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Sends a signal, unless the process has ended.
    func send(_ signal: Int32) {
        state.withLock { if $0.status == nil { _ = kill(identifier, signal) } }
    }

    private func note(_ status: Int32) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }
}

/// A pipe that no other child inherits.
struct PrivatePipe {
    /// Held while a pipe is not yet private, and while a child is started.
    static let making = Mutex(())

    let reading: FileHandle
    let writing: FileHandle

    init() throws {
        var ends: [Int32] = [0, 0]
        let fault = Self.making.withLock { _ -> Int32? in
            guard pipe(&ends) == 0 else { return errno }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return nil
        }
        if let fault { throw Failure("pipe: \(fault)") }
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }
}

/// Runs a program to its end.
func run(
    _ executable: String, _ arguments: [String], environment: [String: String]
) async throws -> (status: Int32, output: String, errors: String) {
    let output = try PrivatePipe()
    let errors = try PrivatePipe()
    let child = try ChildProcess(
        executable, arguments, environment: environment, output: output.writing,
        errors: errors.writing)
    async let printed = output.reading.readToEndInBackground()
    async let complained = errors.reading.readToEndInBackground()
    return try await (child.status(), printed, complained)
}

extension FileHandle {
    func readToEndInBackground() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                do {
                    let data = try self.readToEnd() ?? Data()
                    continuation.resume(returning: String(decoding: data, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
