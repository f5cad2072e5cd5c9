import Dispatch
import Foundation

/// Takes signals that would end the process at once, so that something can be put in order before.
final class Interruption {
    private let numbers: [Int32]
    private let sources: [any DispatchSourceSignal]

    /// - Parameter body: is told the signal's number, on any thread.
    init(by numbers: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
        self.numbers = numbers
        sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { body(number) }
            source.activate()
            return source
        }
    }

    /// From then on the signals do again what they always do.
    func cancel() {
        for source in sources { source.cancel() }
        for number in numbers { signal(number, SIG_DFL) }
    }
}
