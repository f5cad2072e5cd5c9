import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite("The door")
struct DoorTests {
    private static let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A connection to the door that takes what comes until the other side has closed.
    private static func visit(_ door: Door) async throws {
        let visitor = try await ClientBootstrap(group: loop).connect(to: door.address).get()
        try await visitor.closeFuture.get()
    }

    @Test("Whoever comes is handed over with the address", arguments: ["127.0.0.1", "::1"])
    func receives(host: String) async throws {
        let door = try Door(host: host, port: 0)
        let (peers, peer) = AsyncStream.makeStream(of: IPAddress?.self)
        let closed = door.open(on: Self.loop) { descriptor, address in
            peer.yield(address)
            Foundation.close(descriptor)
        }
        var iterator = peers.makeAsyncIterator()
        for _ in 0..<3 {
            try await Self.visit(door)
            let address = await iterator.next()
            #expect(address == .some(IPAddress(host)))
        }
        door.close()
        try await closed.get()
    }

    @Test("A closed door lets nobody in, and its port is free")
    func closes() async throws {
        let door = try Door(host: "127.0.0.1", port: 0)
        let closed = door.open(on: Self.loop) { descriptor, _ in Foundation.close(descriptor) }
        try await Self.visit(door)
        door.close()
        try await closed.get()
        // Twice is as good as once, though the descriptor is gone.
        door.close()
        door.discard()
        await #expect(throws: (any Error).self) { try await Self.visit(door) }
        let port = try #require(door.address.port)
        try Door(host: "127.0.0.1", port: port).discard()
    }

    @Test("A door that closes at once has never let anybody in")
    func closesAtOnce() async throws {
        let door = try Door(host: "127.0.0.1", port: 0)
        door.close()
        let closed = door.open(on: Self.loop) { _, _ in Issue.record("Somebody has come") }
        try await closed.get()
    }

    @Test("An address that is taken, or is none, is an error")
    func fails() throws {
        let door = try Door(host: "127.0.0.1", port: 0)
        defer { door.discard() }
        let port = try #require(door.address.port)
        let taken = #expect(throws: IOError.self) { try Door(host: "127.0.0.1", port: port) }
        #expect(taken?.errnoCode == EADDRINUSE)
        let foreign = #expect(throws: IOError.self) { try Door(host: "192.0.2.1", port: 0) }
        #expect(foreign?.errnoCode == EADDRNOTAVAIL)
    }

    @Test("A place among an address's connections is given back once")
    func stays() throws {
        var limits = GatewayLimits()
        limits.connectionsPerAddressMax = 1
        let gatekeeper = Gatekeeper(limits: limits, statistics: GatewayStatistics())
        let address = try #require(IPAddress("192.0.2.1"))
        guard case .enter(let first?) = gatekeeper.admit(address) else {
            Issue.record("The first may not come in")
            return
        }
        let stay = AddressStay(of: first, gatekeeper: gatekeeper)
        stay.end()
        guard case .enter(_?) = gatekeeper.admit(address) else {
            Issue.record("The first has gone, and the second may not come in")
            return
        }
        // It must not take the second one's place away.
        stay.end()
        guard case .refuse = gatekeeper.admit(address) else {
            Issue.record("There is one already")
            return
        }
    }
}
