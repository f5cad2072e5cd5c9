import Foundation
import GavelBench
import GavelLoad
import NIOCore
import NIOPosix
import Synchronization

/// Hostile connections, a thousand as a rule, from addresses that no honest bidder has. Each one makes one
/// attack after the other, until the siege is lifted.
final class Siege: Sendable {
    /// 127.0.0.2 and on.
    static let addresses = 19

    private struct State {
        var isOn = true
        var open = 0
        var attempts = 0
        var outcomes: [String: Int] = [:]
    }

    private let port: UInt16
    private let lots: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let state = Mutex(State())

    /// Lays siege to a server with so many lots.
    ///
    /// - Parameter size: how many connections attack it.
    init(of size: Int, to server: GavelProcess, lots: Int) {
        port = server.port
        self.lots = lots
        group.next().execute { Self.standBack() }
        for number in 0..<size { attack(number, round: number) }
    }

    /// Linux's SCHED_IDLE, which Glibc's headers leave out.
    private static let idlePolicy: CInt = 5

    /// Has the calling thread run only while nobody else wants its core.
    ///
    /// Attackers have machines of their own. Here they share the server's cores, and get what it and the
    /// bidders leave: what the bidders wait for is then the server, and not a core. The lowest priority
    /// is not enough for that: where the kernel does not preempt, whoever runs ends his slice, and who is
    /// woken waits for some milliseconds.
    private static func standBack() {
        var parameters = sched_param(sched_priority: 0)
        // 0: this thread alone.
        precondition(
            sched_setscheduler(0, Self.idlePolicy, &parameters) == 0,
            "No thread may run when nobody else wants to: \(String(cString: strerror(errno)))")
    }

    /// How often somebody has connected, or tried to.
    var attempts: Int { state.withLock { $0.attempts } }
    /// How attacks ended, and how often.
    var outcomes: [String: Int] { state.withLock { $0.outcomes } }
    var open: Int { state.withLock { $0.open } }

    /// Ends all attacks; returns when every connection has ended.
    func lift() async throws {
        state.withLock { $0.isOn = false }
        // Closes what is still open, whoever waits for what.
        try await group.shutdownGracefully()
    }

    private func attack(_ number: Int, round: Int) {
        let attack = Attack.allCases[round % Attack.allCases.count]
        let client = Lines.client(to: port, on: group) { settings in
            settings.source = "127.0.0.\(2 + number % Self.addresses)"
            settings.upgrades = attack.upgrades
            settings.offersDeflate = attack == .bomb
            settings.receiveBuffer = attack.receiveBuffer
        }
        state.withLock { state in
            state.open += 1
            state.attempts += 1
        }
        let loop = group.next()
        client.connect { [lots] in
            Attacker(attack, lots: lots) { end in
                self.note(attack, end)
                loop.scheduleTask(in: attack.pause) {
                    guard self.state.withLock({ $0.isOn }) else { return }
                    self.attack(number, round: round + 1)
                }
            }
        }
    }

    private func note(_ attack: Attack, _ end: LoadEnd) {
        state.withLock { state in
            state.open -= 1
            guard state.isOn else { return }
            let outcome =
                end.closeCode.map { "closed \($0)" }
                ?? end.status.map { $0 == 101 ? "cut" : "HTTP \($0)" } ?? "turned away"
            state.outcomes["\(attack.rawValue): \(outcome)", default: 0] += 1
        }
    }
}
