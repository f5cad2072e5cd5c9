import Testing

@testable import Gateway

@Suite("Who may come in")
struct AdmissionTests {
    private static let second: Int64 = 1_000_000_000
    private let here: IPAddress
    private let there: IPAddress

    init() throws {
        here = try #require(IPAddress("192.0.2.1"))
        there = try #require(IPAddress("192.0.2.2"))
    }

    private func book(
        exempt: [Network] = Network.loopback, _ change: (inout GatewayLimits) -> Void = { _ in }
    ) -> AdmissionBook {
        var limits = GatewayLimits()
        change(&limits)
        return AdmissionBook(limits: limits, exempt: exempt)
    }

    private static func refused(_ verdict: AdmissionBook.Verdict) -> ReachedLimit? {
        if case .refuse(let limit, _, _) = verdict { limit } else { nil }
    }

    @Test("An address has so many connections; one that ends makes room")
    func perAddress() throws {
        var book = book { $0.newConnectionsPerAddressBurst = 1000 }
        for _ in 0..<50 { #expect(Self.refused(book.enter(here, at: 0)) == nil) }
        #expect(Self.refused(book.enter(here, at: 0)) == .connectionsOfAddress)
        #expect(Self.refused(book.enter(there, at: 0)) == nil)
        book.leave(AddressKey(here))
        #expect(Self.refused(book.enter(here, at: 0)) == nil)
        #expect(Self.refused(book.enter(here, at: 0)) == .connectionsOfAddress)
    }

    @Test("An address opens so many at once, and then some a second")
    func newOfAddress() {
        var book = book()
        for _ in 0..<20 { #expect(Self.refused(book.enter(here, at: 0)) == nil) }
        #expect(
            book.enter(here, at: 0)
                == .refuse(.newConnectionsOfAddress, wait: Self.second / 5, isTold: true))
        for number: Int64 in 1...5 {
            #expect(Self.refused(book.enter(here, at: number * Self.second / 5)) == nil)
        }
        #expect(Self.refused(book.enter(here, at: Self.second)) == .newConnectionsOfAddress)
    }

    @Test("One flooding address takes nothing from the others")
    func floodOfOne() throws {
        var book = book()
        for _ in 0..<10_000 { _ = book.enter(here, at: 0) }
        for number in 1...250 {
            let other = try #require(IPAddress("198.51.100.\(number)"))
            #expect(Self.refused(book.enter(other, at: 0)) == nil)
        }
    }

    @Test("All together open so many a second, exempt or not")
    func newOfNode() throws {
        var book = book { ($0.newConnectionsPerSecond, $0.newConnectionsBurst) = (10, 3) }
        let loopback = try #require(IPAddress("127.0.0.1"))
        for address in [here, loopback, nil] {
            #expect(Self.refused(book.enter(address, at: 0)) == nil)
        }
        #expect(Self.refused(book.enter(there, at: 0)) == .newConnectionsOfNode)
        #expect(Self.refused(book.enter(loopback, at: 0)) == .newConnectionsOfNode)
        // What was let in already and is only named now does not count again.
        #expect(Self.refused(book.enter(there, countsForNode: false, at: 0)) == nil)
        #expect(Self.refused(book.enter(there, at: Self.second / 10)) == nil)
    }

    @Test("Exempt addresses, and connections without one, are not counted")
    func exempt() throws {
        var book = book {
            $0.newConnectionsBurst = 1000
            $0.connectionsPerAddressMax = 1
        }
        let loopback = try #require(IPAddress("::1"))
        for _ in 0..<100 {
            #expect(book.enter(loopback, at: 0) == .enter(nil))
            #expect(book.enter(nil, at: 0) == .enter(nil))
        }
        #expect(book.count == 0)
        var strict = self.book(exempt: []) { $0.connectionsPerAddressMax = 1 }
        #expect(Self.refused(strict.enter(loopback, at: 0)) == nil)
        #expect(Self.refused(strict.enter(loopback, at: 0)) == .connectionsOfAddress)
    }

    @Test("In a flood nobody is told any more why it is refused")
    func told() {
        var book = book {
            $0.toldRefusalsPerSecond = 2
            $0.connectionsPerAddressMax = 0
        }
        var told: [Bool] = []
        for _ in 0..<4 {
            if case .refuse(_, _, let isTold) = book.enter(here, at: 0) { told.append(isTold) }
        }
        #expect(told == [true, true, false, false])
    }

    @Test("What is kept is bounded by who is connected and who has come lately")
    func bounded() {
        var book = book()
        for number in 0..<100_000 {
            // Each from another network, as fast as the node lets them in, and gone at once.
            let address = IPAddress(bits: UInt128(number) << 64)
            let now = Int64(number) * Self.second / 500
            if case .enter(let key?) = book.enter(address, at: now) { book.leave(key) }
            #expect(book.count <= 256)
        }
    }

    @Test("A party has so many connections, and giving back more than it took opens no door")
    func counts() {
        let counts = ConnectionCounts<String>(max: 2)
        #expect(counts.enter("a"))
        #expect(counts.enter("a"))
        #expect(!counts.enter("a"))
        #expect(counts.enter("b"))
        counts.leave("a")
        #expect(counts.enter("a"))
        for _ in 0..<5 { counts.leave("a") }
        #expect(counts.count == 1)
        #expect(counts.enter("a"))
        #expect(counts.enter("a"))
        #expect(!counts.enter("a"))
    }
}
