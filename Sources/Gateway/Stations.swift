import BidService
import NIOCore
import NIOPosix

/// The stations of all event loops, each made on its loop and used only there.
final class Stations: Sendable {
    private let byLoop: [ObjectIdentifier: NIOLoopBound<Station>]
    let mailboxes: [LoopMailbox]
    private let ticking: [RepeatedTask]

    /// Makes a station on every loop of the group, and lets its clock tick.
    init(
        on group: MultiThreadedEventLoopGroup, service: BidService, authenticator: Authenticator,
        gatekeeper: Gatekeeper, clock: any ServiceClock, limits: GatewayLimits,
        statistics: GatewayStatistics, readiness: Readiness, log: ConnectionLog
    ) async throws {
        let census = Census()
        var byLoop: [ObjectIdentifier: NIOLoopBound<Station>] = [:]
        var mailboxes: [LoopMailbox] = []
        var ticking: [RepeatedTask] = []
        for loop in group.makeIterator() {
            let bound = try await loop.submit {
                let hub = LoopHub(
                    clock: clock, limits: limits, statistics: statistics,
                    budget: gatekeeper.outbound, census: census)
                let station = Station(
                    hub: hub, mailbox: LoopMailbox(loop: loop, hub: hub), service: service,
                    authenticator: authenticator, gatekeeper: gatekeeper, clock: clock,
                    limits: limits, statistics: statistics, readiness: readiness, log: log)
                return NIOLoopBound(station, eventLoop: loop)
            }.get()
            byLoop[ObjectIdentifier(loop)] = bound
            mailboxes.append(try await loop.submit { bound.value.mailbox }.get())
            ticking.append(
                loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                    bound.value.hub.second()
                    Self.lookAfterMore(bound, on: loop)
                })
        }
        self.byLoop = byLoop
        self.mailboxes = mailboxes
        self.ticking = ticking
    }

    /// With a pause, in which the loop hears of its sockets.
    private static func lookAfterMore(_ station: NIOLoopBound<Station>, on loop: any EventLoop) {
        guard station.value.hub.isInRound else { return }
        loop.scheduleTask(in: LoopMailbox.pauseOfSockets) {
            station.value.hub.lookAfterMore()
            lookAfterMore(station, on: loop)
        }
    }

    /// The server stops: has every connection come to its end.
    ///
    /// - Returns: one for each loop, which succeeds when the loop has no connection any more.
    func quiesce() -> [EventLoopFuture<Void>] {
        mailboxes.map { mailbox in
            mailbox.loop.flatSubmit {
                self.station(on: mailbox.loop).open.quiesce(on: mailbox.loop)
            }
        }
    }

    /// The server stops: answers the requests that wait for news, which nobody else would.
    func closePolls() {
        for mailbox in mailboxes {
            mailbox.loop.execute { self.station(on: mailbox.loop).hub.polls.close() }
        }
    }

    /// Stops the clocks: from then on nothing of the stations is in the loops' way.
    func stop() async {
        for (task, mailbox) in zip(ticking, mailboxes) {
            let stopped = mailbox.loop.makePromise(of: Void.self)
            task.cancel(promise: stopped)
            try? await stopped.futureResult.get()
        }
    }

    /// Ends the connections that have lost their right, on every loop.
    func end(_ revocation: Revocation) {
        for mailbox in mailboxes {
            mailbox.append(.revoked(revocation))
            mailbox.post()
        }
    }

    /// The station of the loop that this is called on.
    func station(on loop: any EventLoop) -> Station {
        guard let station = byLoop[ObjectIdentifier(loop)] else {
            preconditionFailure("A channel's loop is one of the group's")
        }
        return station.value
    }
}
