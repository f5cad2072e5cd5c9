import Foundation

/// Where a load turns its loop: a thread of its own, since nothing may block in the pool that all
/// tasks share.
enum LoadThread {
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws(BenchError) -> Value {
        let result: Result<Value, BenchError> = await withCheckedContinuation { continuation in
            Thread {
                do {
                    continuation.resume(returning: .success(try work()))
                } catch let error as BenchError {
                    continuation.resume(returning: .failure(error))
                } catch let fault as BenchFault {
                    continuation.resume(returning: .failure(.fault(fault)))
                } catch {
                    continuation.resume(returning: .failure(.server("\(error)")))
                }
            }.start()
        }
        return try result.get()
    }
}
