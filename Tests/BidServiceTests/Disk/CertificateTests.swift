import AuctionRules
import BidService
import DiskSimulation
import Ledger
import Proof
import Testing

/// A lot that is closed on disk has its certificate there, signed by the same commit.
@Suite("Certificates of a close", .timeLimit(.minutes(5)))
struct CertificateTests {
    /// What a verification finds on the disk.
    private static func report(_ house: DiskHouse) throws -> LogReport {
        _ = try house.audit()
        let report = try LogVerifier(path: DiskHouse.path, on: house.disk).verify()
        #expect(report.fault == nil)
        return report
    }

    @Test("Hundreds of lots that close at once have theirs with one signature a commit")
    func many() async throws {
        let house = try DiskHouse()
        #expect(await house.service.use(SigningKey()) == .done)
        let names = (0..<600).map { "lot\($0)" }
        try await house.open("lot")
        for name in names {
            _ = await house.service.perform(
                .createAuction(try AuctionID(name), try Fixture.terms(for: 600_000)))
        }
        house.pass(600_000)
        try await house.wait { try names.allSatisfy { try house.state($0).status == .closed } }
        let report = try Self.report(house)
        #expect(report.certificates == 601 && report.unsignedCertificates == 0)
        let reader = try LedgerReader(path: DiskHouse.path, on: house.disk)
        let first = try #require(try reader.certificate(of: AuctionID("lot0"))?.signed)
        let size = try first.verify(with: KeySet(house.service.board.signingKeys)).size
        #expect(size > 100, "the close of many lots is a few commits")
    }

    @Test("Whichever write or sync of the close fails, no lot is closed without one")
    func faults() async throws {
        for successes in 0... {
            let house = try DiskHouse()
            #expect(await house.service.use(SigningKey()) == .done)
            try await house.open("lot")
            house.disk.inject(.fail, at: successes % 2 == 0 ? .write : .sync, after: successes / 2)
            _ = await house.service.perform(
                .administer(try AuctionID("lot"), .close(reason: "enough")))
            let wasInjected = house.disk.injected(.fail) > 0
            try await house.wait { house.service.availability == .available }
            let report = try Self.report(house)
            let isClosed = try house.state().status == .closed
            #expect(report.certificates == (isClosed ? 1 : 0) && report.unsignedCertificates == 0)
            guard wasInjected || successes < 4 else { return }
        }
    }

    @Test("What closed without a key is signed when there is one, oldest first and in parts")
    func later() async throws {
        let house = try DiskHouse()
        try await house.open("lot")
        for index in 0..<300 {
            let id = try AuctionID("lot\(index)")
            _ = await house.service.perform(.createAuction(id, try Fixture.terms(for: nil)))
            _ = await house.service.perform(.administer(id, .close(reason: "enough")))
        }
        #expect(try Self.report(house).unsignedCertificates == 300)
        let next = try DiskHouse(house.disk)
        #expect(await next.service.use(SigningKey()) == .done)
        let id = try AuctionID("one-more")
        _ = await next.service.perform(.createAuction(id, try Fixture.terms(for: nil)))
        _ = await next.service.perform(.administer(id, .close(reason: "enough")))
        // The heartbeat takes along what is left.
        next.pass(5000)
        let reader = try LedgerReader(path: DiskHouse.path, on: house.disk)
        try await next.wait { try reader.certificate(of: id)?.signed != nil }
        try reader.close()
        let report = try Self.report(next)
        #expect(report.certificates == 301 && report.unsignedCertificates == 0)
    }

    @Test("A new key signs from the commit after its own on, and old certificates stay good")
    func rotation() async throws {
        let house = try DiskHouse()
        #expect(await house.service.use(SigningKey()) == .done)
        try await house.open("a", "b")
        _ = await house.service.perform(.administer(try AuctionID("a"), .close(reason: "enough")))
        house.pass(10)
        #expect(await house.service.use(SigningKey()) == .done)
        house.pass(10)
        _ = await house.service.perform(.administer(try AuctionID("b"), .close(reason: "enough")))
        let keys = house.service.board.signingKeys
        let report = try Self.report(house)
        #expect(report.certificates == 2 && report.unsignedCertificates == 0)
        let reader = try LedgerReader(path: DiskHouse.path, on: house.disk)
        for (lot, key) in zip(["a", "b"], keys) {
            let signed = try #require(try reader.certificate(of: AuctionID(lot))?.signed)
            #expect(try signed.verify(with: KeySet(keys)).key == key.key.id)
        }
    }
}
