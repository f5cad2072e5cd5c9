import Foundation
import Synchronization

/// How far a long piece of work is, on standard error and for people only: nothing is shown where
/// nobody looks.
final class ProgressBar: Sendable {
    private static let width = 30

    private let title: String
    /// Whether anybody would see it.
    let isShown: Bool
    private let shown = Mutex(Int64(-1))

    /// - Parameter isQuiet: never shown, as with `--json`.
    init(_ title: String, isQuiet: Bool) {
        self.title = title
        isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    }

    /// May be called from any thread, and as often as one likes: a percent is drawn once.
    func note(_ done: Int64, of total: Int64) {
        guard isShown, total > 0 else { return }
        let percent = min(100, done / max(1, total / 100))
        let isNew = shown.withLock { shown in
            guard percent > shown else { return false }
            shown = percent
            return true
        }
        guard isNew else { return }
        Console.writeToStandardError(Array(Self.line(title, percent: percent).utf8))
    }

    /// Leaves the line as if nothing had been there.
    func clear() {
        guard isShown, shown.withLock({ $0 >= 0 }) else { return }
        Console.writeToStandardError(Array("\r\u{1b}[K".utf8))
    }

    static func line(_ title: String, percent: Int64) -> String {
        let full = Int(percent) * width / 100
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        return "\r\(title) \(bar) \(percent) %"
    }
}
