import GavelClient
import Testing
import WireProtocol

/// Somebody who watches one lot over all crashes: comes back each time with what he has seen last, and
/// must be told all since, once, in order, and word for word what he heard before the crash.
struct CrashWatcher {
    let lot: String
    private var log: String?
    /// Everything up to here was heard, and found again after a crash.
    private var confirmed: Int64 = 0
    /// What was heard since.
    private var heard: [ServerMessage] = []
    private var follower: Follower?
    private(set) var changes = 0
    /// How many times too much had happened to be told again: then there is a snapshot.
    private(set) var snapshots = 0

    init(lot: String) { self.lot = lot }

    /// Comes (back) to a server that has just started.
    mutating func enter(_ server: TestServer) async throws {
        let resume = log.map { ResumePoint(after: confirmed, log: $0) }
        let follower = try await Follower.watch(lot, on: server, resume: resume)
        self.follower = follower
        await follower.wait { messages in messages.contains(where: \.endsEntrance) }
        let told = follower.messages
        for case .snapshot(let snapshot) in told {
            #expect(log == nil || log == snapshot.log)
            // What this watcher heard is in it: a snapshot is never older.
            #expect(snapshot.lot.seq >= heard.last?.changeSeq ?? confirmed)
            if log != nil { snapshots += 1 }
            log = snapshot.log
            confirmed = snapshot.lot.seq
            heard = []
        }
        let again = told.filter { $0.changeSeq != nil }
        #expect(Array(again.prefix(heard.count)) == heard, "\(lot): not what was heard before")
        checkOrder(again)
    }

    /// The connection is dead: keeps what was heard over it.
    mutating func leave() async {
        guard let follower else { return }
        await follower.wait { _ in false }
        heard = follower.messages.filter { ($0.changeSeq ?? 0) > confirmed }
        checkOrder(heard)
        changes += heard.count
    }

    /// Goes on after what the server has just confirmed.
    mutating func confirm() {
        let told = follower?.messages.compactMap(\.changeSeq) ?? []
        confirmed = max(confirmed, told.last ?? confirmed)
        heard = []
    }

    private func checkOrder(_ messages: [ServerMessage]) {
        let seqs = messages.compactMap(\.changeSeq)
        guard let first = seqs.first else { return }
        #expect(first == confirmed + 1, "\(lot): a hole after \(confirmed)")
        #expect(seqs == Array(first..<first + Int64(seqs.count)), "\(lot): a hole, or twice")
    }
}

extension ServerMessage {
    /// All that was missed has been told, or a snapshot stands for it.
    fileprivate var endsEntrance: Bool {
        switch self {
        case .watching, .snapshot: true
        default: false
        }
    }
}
