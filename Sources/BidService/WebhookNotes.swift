import Ledger
import Synchronization

/// What of webhooks is to be stored, on its way to the writer. It goes along with the next commit, which
/// costs a bid nothing; only what somebody waits for gets a commit of its own.
///
/// What was in a commit that failed is stored with a later one: the rows say how things are to be, so that
/// it does no harm when they are on disk already.
final class WebhookNotes: Sendable {
    typealias Responder = @Sendable (_ isStored: Bool) -> Void

    private struct Note {
        var rows = WebhookRows()
        var isUrgent = false
        var responders: [Responder] = []

        var isEmpty: Bool { rows.isEmpty && responders.isEmpty }

        mutating func merge(_ newer: Note) {
            rows.merge(newer.rows)
            isUrgent = isUrgent || newer.isUrgent
            responders += newer.responders
        }
    }

    private struct State {
        var waiting = Note()
        /// What is in batches that are not on disk yet, by their numbers.
        var taken: [Int: Note] = [:]
        var number = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Parameter respond: told once, that it is on disk, or that the service ended before it was; at once
    ///   and on this thread when that has ended already.
    /// - Returns: whether the writer is to be woken.
    func add(_ rows: WebhookRows, isUrgent: Bool, respond: @escaping Responder) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting.merge(Note(rows: rows, isUrgent: isUrgent, responders: [respond]))
            return true
        }
        if !isTaken { respond(false) }
        return isTaken && isUrgent
    }

    /// Whether there is something that gets a commit of its own.
    var isUrgent: Bool { state.withLock { $0.waiting.isUrgent } }

    /// For a batch that is about to be handed over: the rows, and the number to ``confirm(_:)``.
    func take() -> (rows: WebhookRows, number: Int)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            state.number += 1
            state.taken[state.number] = state.waiting
            defer { state.waiting = Note() }
            return (state.waiting.rows, state.number)
        }
    }

    /// The batch is on disk.
    func confirm(_ number: Int) {
        let note = state.withLock { $0.taken.removeValue(forKey: number) }
        for respond in note?.responders ?? [] { respond(true) }
    }

    /// The log has failed and is read anew: what was in unfinished batches is to be stored again.
    func takeBack() {
        state.withLock { state in
            var all = Note()
            for (_, note) in state.taken.sorted(by: { $0.key < $1.key }) { all.merge(note) }
            all.merge(state.waiting)
            state.waiting = all
            state.taken = [:]
        }
    }

    /// Nothing is stored any more.
    func close() {
        let responders = state.withLock { state in
            state.isClosed = true
            defer {
                state.waiting = Note()
                state.taken = [:]
            }
            return state.taken.values.flatMap(\.responders) + state.waiting.responders
        }
        for respond in responders { respond(false) }
    }
}
