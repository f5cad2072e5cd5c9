import AuctionRules
import WireProtocol

/// The client's state, and its way through connections. One task runs ``run()``; everything else
/// comes in as calls.
actor ClientCore {
    private struct Watch {
        var tracker: WatchTracker
        let buffer: MessageBuffer<WatchUpdate>
        /// A watcher of `full` who has not kept up: nothing more is put in until there is room,
        /// and then the rest is asked for again.
        var isLagging = false
    }

    let configuration: GavelClient.Configuration
    nonisolated let privateMessages: MessageBuffer<ServerMessage>
    var requests: [String: PendingRequest] = [:]
    /// Nil between connections.
    private(set) var connection: GavelConnection?
    /// Why it has ended for good.
    private(set) var end: GavelClientError?
    private var watches: [Int: Watch] = [:]
    private var lastNumber = 0
    private var backOff: BackOff
    /// What the watchdog looks at.
    private var framesReceived = 0

    init(_ configuration: GavelClient.Configuration) {
        self.configuration = configuration
        backOff = configuration.backOff
        privateMessages = MessageBuffer(
            countMax: configuration.privateMessagesMax, overflow: .dropOldest)
    }

    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    // MARK: - Connections

    func run() async {
        var hasConnected = false
        while !Task.isCancelled {
            let reason: CloseReason
            do {
                let connection = try await GavelConnection.connect(
                    to: configuration.endpoint, options: configuration.connection,
                    group: configuration.group)
                hasConnected = true
                reason = await serve(connection)
            } catch {
                guard hasConnected || configuration.retriesFirstConnect, error.isPassing
                else { return finish(error) }
                reason = CloseReason(fault: "\(error)")
            }
            guard !Task.isCancelled else { break }
            guard reason.reconnects else { return finish(.connectionClosed(reason)) }
            let delay = backOff.next(after: reason.bye, chance: configuration.chance())
            for number in watches.keys {
                put(.disconnected(reason, retryAfter: delay), for: number)
            }
            try? await configuration.clock.sleep(for: delay)
        }
        finish(.cancelled)
    }

    /// Speaks on a connection until it ends.
    private func serve(_ connection: GavelConnection) async -> CloseReason {
        self.connection = connection
        for number in watches.keys.sorted() { open(number) }
        sendRequests()
        var watchdog: Task<Void, Never>?
        do {
            for try await frame in connection.messages {
                framesReceived += 1
                if case .welcome(let welcome) = frame.message, watchdog == nil {
                    watchdog = Task { await self.guardAgainstSilence(connection, welcome) }
                }
                receive(frame)
            }
        } catch {
            // The buffer of a connection ends without an error; the reason says it all.
        }
        watchdog?.cancel()
        self.connection = nil
        if Task.isCancelled { await connection.close() }
        return await connection.closed()
    }

    /// Cuts a connection on which nothing at all has come for two heartbeats and a half.
    private func guardAgainstSilence(
        _ connection: GavelConnection, _ welcome: ServerMessage.Welcome
    ) async {
        guard welcome.heartbeatInterval > 0 else { return }
        while !Task.isCancelled {
            let before = framesReceived
            let span = Duration.milliseconds(welcome.heartbeatInterval) * 2.5
            try? await configuration.clock.sleep(for: span)
            if !Task.isCancelled, before == framesReceived { return connection.abort() }
        }
    }

    private func finish(_ error: GavelClientError) {
        guard end == nil else { return }
        end = error
        let failure = error == .cancelled ? nil : error
        for watch in watches.values { watch.buffer.finish(throwing: failure) }
        watches = [:]
        privateMessages.finish(throwing: failure)
        for ref in requests.keys { complete(ref, .failure(error)) }
    }

    // MARK: - Hearing

    private func receive(_ frame: ServerFrame) {
        switch frame.message {
        case .welcome, .bye, .error: break
        default: backOff.succeeded()
        }
        if let ref = frame.ref, requests[ref] != nil { return receive(frame.message, for: ref) }
        switch frame.message {
        case .error(let failure):
            guard let ref = frame.ref, ref.hasPrefix("w"), let number = Int(ref.dropFirst())
            else { return }
            refuse(number, failure)
        case .outbid, .won, .lost, .bidVoided, .belowOffer:
            privateMessages.append(frame.message)
        default:
            for number in watches.keys { tell(number, frame.message) }
        }
    }

    private func tell(_ number: Int, _ message: ServerMessage) {
        guard let watch = watches[number], !watch.isLagging else { return }
        let heard = watches[number]?.tracker.receive(message)
        for update in heard?.updates ?? [] { put(update, for: number) }
        for question in heard?.ask ?? [] { connection?.send(ClientFrame(question)) }
    }

    // MARK: - Watching

    func watch(_ target: WatchTarget, feed: Feed) -> (Int, MessageBuffer<WatchUpdate>) {
        let number = nextNumber()
        let buffer = MessageBuffer<WatchUpdate>(countMax: configuration.watchBufferMax)
        guard end == nil else {
            buffer.finish(throwing: end == .cancelled ? nil : end)
            return (number, buffer)
        }
        // The server knows one watch of a lot: this one must not weaken another.
        let isFullAlready = watches.values.contains {
            $0.tracker.target == target && $0.tracker.feed == .full
        }
        watches[number] = Watch(
            tracker: WatchTracker(target, feed: isFullAlready ? .full : feed), buffer: buffer)
        open(number)
        return (number, buffer)
    }

    func unwatch(_ number: Int) {
        guard let watch = watches.removeValue(forKey: number) else { return }
        watch.buffer.finish()
        let others = watches.values.map(\.tracker.target)
        for target in watch.tracker.asked where !others.contains(target) {
            connection?.send(ClientFrame(.unwatch(target)))
        }
    }

    /// Asks for what the watch has not seen. The last question carries the watch's ref: a sale's
    /// lot that can't be resumed is no reason to end the sale's watch.
    private func open(_ number: Int) {
        guard let connection, let questions = watches[number]?.tracker.open() else { return }
        for question in questions.dropLast() { connection.send(ClientFrame(question)) }
        if let last = questions.last { connection.send(ClientFrame(last, ref: "w\(number)")) }
    }

    private func refuse(_ number: Int, _ failure: ServerMessage.Failure) {
        guard case .again(let delay) = RequestVerdict(.error(failure), repeats: 3) else {
            watches.removeValue(forKey: number)?.buffer.finish(
                throwing: GavelClientError.rejected(failure))
            return
        }
        Task {
            try? await configuration.clock.sleep(for: delay)
            open(number)
        }
    }

    private func put(_ update: WatchUpdate, for number: Int) {
        guard let watch = watches[number], !watch.isLagging else { return }
        let isLatest = watch.tracker.feed == .latest
        let hasRoom = watch.buffer.append(update) { isLatest ? update.supersedes($0) : nil }
        guard !hasRoom, !isLatest else { return }
        watches[number]?.isLagging = true
        watch.buffer.whenRoom { [weak self] in
            Task { await self?.catchUp(number) }
        }
    }

    private func catchUp(_ number: Int) {
        watches[number]?.isLagging = false
        open(number)
    }
}

extension WatchUpdate {
    /// Whether an older update that nobody has taken yet is worth nothing beside this one; nil:
    /// nothing older is.
    fileprivate func supersedes(_ older: WatchUpdate) -> Bool? {
        switch self {
        case .price, .snapshot:
            guard let auction, auction == older.auction else { return false }
            switch (self, older) {
            case (_, .price), (.snapshot, .snapshot): return true
            default: return nil
            }
        case .disconnected:
            if case .disconnected = older { return true }
            return false
        case .status, .notice, .watching, .missed: return nil
        }
    }

    /// The lot whose state it tells.
    private var auction: AuctionID? {
        switch self {
        case .snapshot(let snapshot): snapshot.lot.auction
        case .price(let price): price.auction
        case .status(let status): status.auction
        case .notice, .watching, .missed, .disconnected: nil
        }
    }
}

extension GavelClientError {
    /// Whether another try to connect may go better.
    fileprivate var isPassing: Bool {
        switch self {
        case .cannotConnect, .timedOut, .connectionClosed: true
        case .refused(let status, _): status == 429 || status >= 500
        default: false
        }
    }
}
