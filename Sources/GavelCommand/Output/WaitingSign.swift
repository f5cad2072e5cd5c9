import Foundation
import Synchronization

/// That work goes on of which nobody knows how far it is, on standard error and for people only.
final class WaitingSign: Sendable {
    private let title: String
    private let isShown: Bool
    private let start = ContinuousClock.now
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// What is over by then needs no sign.
    private static let patience = Duration.milliseconds(400)
    private static let period = Duration.milliseconds(200)

    /// - Parameter isQuiet: never shown, as with `--json`.
    init(_ title: String, isQuiet: Bool) {
        self.title = title
        isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    }

    /// Does the work with a sign that it is being done, and leaves the line as if there had been none.
    func during<Value>(_ work: () async throws(CommandFailure) -> Value)
        async throws(CommandFailure) -> Value
    {
        guard isShown else { return try await work() }
        let drawing = Task { [title, start] in
            try? await Task.sleep(for: Self.patience)
            var step = 0
            while !Task.isCancelled {
                let seconds = (ContinuousClock.now - start).components.seconds
                Console.writeToStandardError(
                    Array(Self.line(title, step: step, seconds: seconds).utf8))
                step += 1
                try? await Task.sleep(for: Self.period)
            }
            if step > 0 { Console.writeToStandardError(Array("\r\u{1B}[K".utf8)) }
        }
        do {
            let value = try await work()
            drawing.cancel()
            await drawing.value
            return value
        } catch {
            drawing.cancel()
            await drawing.value
            throw error
        }
    }

    /// A block that goes to and fro, and the seconds.
    static func line(_ title: String, step: Int, seconds: Int64) -> String {
        let (width, block) = (30, 6)
        let way = width - block
        let place = step % (2 * way)
        let left = place <= way ? place : 2 * way - place
        let bar =
            String(repeating: "░", count: left) + String(repeating: "█", count: block)
            + String(repeating: "░", count: way - left)
        return "\r\(title) \(bar) \(seconds) s"
    }
}
