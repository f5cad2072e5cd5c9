import AuctionRules
import Foundation
import GavelClient
import Synchronization
import WireProtocol

/// Shows what is watched as a table that lives, until the watching ends or somebody interrupts it.
final class LiveWatch: Sendable {
    private struct State {
        var board = WatchBoard()
        var screen = LiveScreen()
        var clock = ServerClock()
        var isOpen = false
    }

    private let console: Console
    private let title: String
    private let state = Mutex(State())

    /// Ten times a second: as soon as an eye can tell, however many changes there are.
    private static let period = Duration.milliseconds(100)

    init(on console: Console, title: String) {
        self.console = console
        self.title = title
    }

    /// Whether standard output is a terminal that can be drawn on.
    static func isPossible(
        on console: Console, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        console.isTerminal && environment["TERM"].map { !["", "dumb"].contains($0) } == true
    }

    func follow(_ update: WatchUpdate) {
        state.withLock { state in
            switch update {
            case .snapshot(let snapshot): state.clock.hear(snapshot.serverTime)
            case .price(let price): state.clock.hear(price.at)
            case .status(let status): state.clock.hear(status.at)
            default: break
            }
            state.board.follow(update, at: state.clock.now)
        }
    }

    /// Draws while `body` watches, and leaves the terminal as it was, with the lots as they stand in
    /// the end.
    func run(_ body: () async throws -> Void) async throws {
        // The terminal is given back first, and then they do what they always do.
        let interruption = Interruption(by: [SIGINT, SIGTERM, SIGHUP]) { [self] number in
            close()
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        open()
        let drawing = Task {
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: Self.period)
            }
        }
        defer { interruption.cancel() }
        do {
            try await body()
        } catch {
            drawing.cancel()
            close()
            throw error
        }
        drawing.cancel()
        close()
        let size = LiveScreen.Size.now(of: console)
        let lines = state.withLock { state in
            WatchLayout(columns: size.columns, rows: .max, hasColour: console.hasColour)
                .tableLines(of: state.board, now: state.clock.now, rows: .max)
        }
        console.print(lines)
    }

    private func draw() {
        let size = LiveScreen.Size.now(of: console)
        let layout = WatchLayout(
            columns: size.columns, rows: size.rows, hasColour: console.hasColour)
        // Written under the lock: no frame may come after the terminal was given back.
        state.withLock { state in
            guard state.isOpen else { return }
            let lines = layout.lines(of: state.board, title: title, now: state.clock.now)
            let frame = state.screen.frame(lines, size)
            if !frame.isEmpty { console.print(line: Array(frame.utf8)) }
        }
    }

    private func open() {
        state.withLock { state in
            state.isOpen = true
            console.print(line: Array(LiveScreen.opening.utf8))
        }
    }

    /// Idempotent.
    private func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            console.print(line: Array(LiveScreen.closing.utf8))
        }
    }
}

/// The server's clock as its messages tell it. What they carry is never ahead of it, so the one that
/// was least late is nearest.
struct ServerClock {
    private let start = ContinuousClock.now
    /// The server's time at ``start``, at least.
    private var atStart: Milliseconds?

    private var elapsed: Milliseconds {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    mutating func hear(_ instant: Instant) {
        let told = instant.milliseconds - elapsed
        atStart = max(told, atStart ?? told)
    }

    /// This machine's own clock as long as nothing was heard.
    var now: Instant {
        guard let atStart else {
            return Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        return Instant(milliseconds: atStart + elapsed)
    }
}
