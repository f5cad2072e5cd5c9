import AuctionRules
import Testing

@testable import WireProtocol

/// The short way of telling a bidder that somebody else leads, against the plain one: the same bytes.
@Suite struct OutbidScribeTests {
    @Test("Both ways write the same, whoever is displaced")
    func same() throws {
        var scene = Scene(bidders: ["ann", "bob", String(repeating: "z", count: 64)])
        let bidders = ["ann", "bob", String(repeating: "z", count: 64)]
        for number in 0..<30 {
            let amount = Scene.amount(2000 + Int64(number) * 1234)
            scene.ask(
                bidders[number % 3], "b\(number)",
                .bid(number % 4 == 0 ? .exact : .max, amount: amount))
        }
        var count = 0
        for notice in scene.notices {
            guard let bytes = Self.bytes(of: notice) else { continue }
            count += 1
            #expect(bytes == ServerFrame(ServerMessage(notice)).encodedPlainly())
        }
        #expect(count >= 20)
    }

    @Test("Other notices are left to the plain way")
    func left() throws {
        var scene = Scene()
        scene.ask("ann", "b1", .bid(.max, amount: Scene.amount(9000)))
        scene.ask("bob", "b2", .bid(.max, amount: Scene.amount(12_000)))
        scene.run(.administer(Scene.lot, .close(reason: "done")), at: Scene.opens + 2)
        let settled = scene.notices.suffix(2)
        #expect(settled.count == 2)
        for notice in settled { #expect(Self.bytes(of: notice) == nil) }
    }

    private static func bytes(of notice: PrivateNotice) -> [UInt8]? {
        var isWritten = false
        let bytes = [UInt8](unsafeUninitializedCapacity: OutbidScribe.bytesMax) { room, count in
            guard let start = room.baseAddress else { return }
            let written = OutbidScribe.write(notice, to: start)
            isWritten = written != nil
            count = written ?? 0
        }
        return isWritten ? bytes : nil
    }
}
