import Foundation
import Testing

/// Lets a test run on threads of its own, where it may wait for a ``RawSocket``: a test that waits on
/// one of the few threads which all tests share keeps the others from going on.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Executor()) { try await function() }
    }

    /// A thread for each piece of the test between two awaits: none of them has to wait for another.
    private final class Executor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}

extension Trait where Self == OwnThreads {
    /// For tests that wait for sockets.
    static var onThreadsOfItsOwn: OwnThreads { OwnThreads() }
}
