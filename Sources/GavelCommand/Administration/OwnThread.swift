import Foundation

/// Where long work that blocks goes: a thread of its own, since nothing may block in the pool that
/// all tasks share.
enum OwnThread {
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result(catching: work)) }
            thread.start()
        }
    }
}
