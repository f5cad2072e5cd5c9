import AuctionRules
import BidService
import DiskSimulation
import Ledger
import Testing

@Suite("The service on a failing disk", .timeLimit(.minutes(5)))
struct FailingDiskTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let effect: SimulatedDisk.Effect
        let operation: SimulatedDisk.Operation
        var testDescription: String { "\(effect) at \(operation)" }
    }

    static let faults = [
        Fault(effect: .fail, operation: .write), Fault(effect: .tear, operation: .write),
        Fault(effect: .full, operation: .write), Fault(effect: .fail, operation: .sync),
    ]

    @Test(
        "Whichever write or sync of a bid's commit fails: nothing of it goes out, and the bid counts once",
        arguments: faults)
    func everyOperation(fault: Fault) async throws {
        for successes in 0... {
            let house = try DiskHouse()
            try await house.open("lot")
            let before = house.published.items
            house.disk.inject(fault.effect, at: fault.operation, after: successes)
            let answer = try await house.bid("A", 5000, id: "k1")
            guard house.disk.injected(fault.effect) > 0 else {
                #expect(answer.isAccepted)
                // One commit is one write and one sync.
                #expect(successes == 1)
                _ = try house.audit()
                return
            }
            #expect(answer == .unknownOutcome)
            #expect(house.service.statistics.logFailures == 1)
            // Nothing of it goes out but what was read from the disk again.
            let again = try await house.repeated("A", 5000, id: "k1")
            #expect(again.isAccepted)
            #expect(house.service.availability == .available)
            #expect(house.failures.all.count == 1)
            let lot = try #require(try house.audit().auctions[AuctionID("lot")])
            #expect(lot.commitments.count == 1)
            #expect(house.published.items.prefix(before.count) == before[...])
            #expect(house.published.changes.map(\.state.seq) == [1, 2])
        }
    }

    @Test(
        "While the disk fails, all is turned away, nothing is published, and the disk is left in peace"
    )
    func lasting() async throws {
        let house = try DiskHouse(limits: ServiceLimits())
        try await house.open("lot")
        // What a commit holds is published after its answer.
        await house.published.wait {
            $0.contains { if case .change = $0 { true } else { false } }
        }
        let before = house.published.items
        house.disk.inject(.fail, at: .write, times: nil)
        house.disk.inject(.fail, at: .open, times: nil)
        #expect(try await house.bid("A", 5000, id: "k1") == .unknownOutcome)
        for round in 0..<50 {
            let answer = try await house.bid("A", 6000 + Int64(round))
            #expect(answer == .refused(.unavailable))
        }
        let announcement = await house.service.perform(.addBidder(Bidder(id: try BidderID("new"))))
        #expect(
            announcement == Command.addBidder(Bidder(id: try BidderID("new"))).declinedAsUnavailable
        )
        #expect(house.service.availability == .logUnavailable)
        #expect(house.published.items == before)
        // However many bids come: it is tried once, and again only when time has passed.
        #expect(house.disk.count(.open, of: .database) <= 3)
        house.disk.clearFaults()
        #expect(try await house.bid("A", 9999) == .refused(.unavailable))
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        #expect(house.service.availability == .available)
        let lot = try #require(try house.audit().auctions[AuctionID("lot")])
        #expect(lot.commitments.count == 1)
    }

    @Test("Under load, with syncs that fail: each bid gets one verdict, and that is in the log")
    func underLoad() async throws {
        var limits = ServiceLimits.forTests
        // So that batches wait for each other, and are handed on.
        limits.batchEntriesMax = 4
        let house = try DiskHouse(limits: limits)
        try await house.open("lot", for: nil)
        let answers = try await withThrowingTaskGroup(of: [BidKey: Answer].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var answers: [BidKey: Answer] = [:]
                    let bidder = worker.isMultiple(of: 2) ? "A" : "B"
                    for step in 1...25 {
                        if step.isMultiple(of: 8), worker < 3 {
                            house.disk.inject(
                                .fail, at: .sync, of: .writeAheadLog, after: worker)
                        }
                        let id = "k\(worker)-\(step)"
                        let key = BidKey(bidder: try BidderID(bidder), id: try BidID(id))
                        answers[key] = try await house.repeated(
                            bidder, Int64(step * 10_000 + worker), id: id)
                    }
                    return answers
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }
        #expect(house.failures.all.count > 0)
        let seqs = house.published.changes.map(\.state.seq)
        #expect(seqs == Array(1...Int64(seqs.count)))
        let lot = try #require(try house.audit().auctions[AuctionID("lot")])
        #expect(answers.count == 200)
        for (key, answer) in answers {
            let reply = try #require(lot.reply(to: key))
            #expect(answer == .reply(reply))
        }
    }

    @Test("A commit is tried once: its write-ahead log is synced once, whatever comes after")
    func commitIsTriedOnce() async throws {
        let house = try DiskHouse(limits: ServiceLimits())
        try await house.open("lot")
        let before = house.disk.count(.sync, of: .writeAheadLog)
        house.disk.inject(.fail, at: .sync, of: .writeAheadLog)
        house.disk.inject(.fail, at: .open, times: nil)
        #expect(try await house.bid("A", 5000, id: "k1") == .unknownOutcome)
        for round in 0..<10 {
            #expect(try await house.bid("B", 6000 + Int64(round)) == .refused(.unavailable))
        }
        // Closing the failed log may sync what was committed before; nothing is written.
        #expect(house.disk.count(.sync, of: .writeAheadLog) <= before + 2)
        house.disk.clearFaults()
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        _ = try house.audit()
    }

    @Test("A failing heartbeat is a failed log, too: nobody bids meanwhile, and it comes back")
    func heartbeat() async throws {
        let house = try DiskHouse()
        try await house.open("lot")
        house.disk.inject(.fail, at: .sync)
        try await house.wait { house.service.statistics.logFailures == 1 }
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        #expect(house.failures.all.map(\.kind) == [.ioError])
        _ = try house.audit()
    }

    @Test("A failing checkpoint in an idle moment is a failed log; what was acknowledged is there")
    func checkpoint() async throws {
        var options = SQLiteLedger.Options()
        options.checkpoints.idlePages = 1
        let house = try DiskHouse(options: options)
        try await house.open("lot")
        #expect(try await house.bid("A", 5000, id: "k1").isAccepted)
        house.disk.inject(.fail, at: .write, of: .database)
        try await house.wait { house.service.statistics.logFailures == 1 }
        try await house.wait { house.service.isAvailable }
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        _ = try house.audit()
        #expect(house.published.changes.map(\.state.seq) == [1, 2])
    }

    @Test("A disk that can't be read at the recovery: it goes on trying, and comes back")
    func readError() async throws {
        let house = try DiskHouse(limits: ServiceLimits())
        try await house.open("lot")
        house.disk.inject(.fail, at: .sync)
        house.disk.inject(.fail, at: .read, after: 3, times: nil)
        #expect(try await house.bid("A", 5000, id: "k1") == .unknownOutcome)
        try await house.wait { house.failures.all.count >= 2 }
        #expect(house.service.availability == .logUnavailable)
        house.disk.clearFaults()
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        _ = try house.audit()
    }

    @Test("A damaged log: it stays down, says so, tells once, and comes back when it is mended")
    func damaged() async throws {
        let house = try DiskHouse(limits: ServiceLimits())
        try await house.open("lot")
        house.service.stop()
        let sound = try #require(house.disk.contents(of: DiskHouse.path))
        let second = try DiskHouse(house.disk, limits: ServiceLimits())
        // One letter of the lot's title, in the log.
        let title = try #require(sound.firstRange(of: Array("\"A lot\"".utf8)))
        var damaged = sound
        damaged[title.lowerBound + 1] = UInt8(ascii: "B")
        // Nothing of the bid is written: in the write-ahead log its page would stand in for the damaged one.
        house.disk.inject(.fail, at: .write, of: .writeAheadLog)
        #expect(try await second.bidAfterReplacing(with: damaged) == .unknownOutcome)
        try await second.wait { second.service.availability == .logDamaged }
        for _ in 0..<40 {
            second.pass(1000)
            #expect(try await second.bid("A", 7000) == .refused(.unavailable))
        }
        #expect(second.failures.all.count == 2)
        guard case .corrupt(position: .some) = second.failures.all.last?.kind else {
            Issue.record("\(second.failures.all)")
            return
        }
        house.disk.replace(DiskHouse.path, with: sound)
        #expect(try await second.repeated("A", 5000, id: "k1").isAccepted)
        _ = try second.audit()
    }

    @Test("A database that is gone is not begun anew", arguments: [false, true])
    func gone(isEmptied: Bool) throws {
        let disk = SimulatedDisk()
        var options = SQLiteLedger.Options()
        options.disk = disk
        try SQLiteLedger(path: DiskHouse.path, options: options).close()
        if isEmptied { disk.replace(DiskHouse.path, with: []) } else { disk.remove(DiskHouse.path) }
        options.createsMissing = false
        let error = #expect(throws: LedgerError.self) {
            try SQLiteLedger(path: DiskHouse.path, options: options)
        }
        #expect(error?.kind == (isEmptied ? .notADatabase : .fileMissing))
        #expect(disk.contents(of: DiskHouse.path) == (isEmptied ? [] : nil))
    }
}

extension DiskHouse {
    /// A bid whose commit fails, while the file becomes another one.
    fileprivate func bidAfterReplacing(with bytes: [UInt8]) async throws -> Answer {
        disk.replace(Self.path, with: bytes)
        return try await bid("A", 5000, id: "k1")
    }
}

extension Command {
    fileprivate var declinedAsUnavailable: Answer {
        .declined(
            Objection(.unavailable, "The service can't store anything now; try again later."))
    }
}
