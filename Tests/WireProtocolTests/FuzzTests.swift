import AuctionRules
import Testing
import WireProtocol

/// Nothing that a remote can send traps. The seed is fixed, so that a failure comes back.
@Suite struct FuzzTests {
    @Test func mutatedClientFramesAreReadOrRefused() {
        var random = SplitMix(state: 0x6761_7665_6c01)
        var read = 0
        for round in 0..<20_000 {
            let example = ClientMessageTests.examples[round % ClientMessageTests.examples.count]
            let bytes = random.mutated(Array(example.1.utf8))
            do {
                let frame = try ClientFrame.decode(bytes)
                read += 1
                // What was read can be said again, and means the same.
                let again = try? ClientFrame.decode(frame.encoded())
                #expect(again == frame, "\(text(bytes))")
            } catch {
                let reply = error.reply
                #expect((try? ServerFrame.decode(reply.encoded())) == reply, "\(text(bytes))")
            }
        }
        #expect(read > 1000, "the mutations are too wild to test anything")
    }

    @Test func mutatedServerFramesAreReadOrRefused() throws {
        var scene = Scene()
        let accepted = scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 9000)
        let examples: [ServerMessage] =
            [
                accepted, scene.bid("ann", "b3", 100),
                .snapshot(
                    .init(
                        scene.auction.publicState, log: "l", serverTime: Instant(milliseconds: 1))
                ),
                .heartbeat(
                    .init(
                        serverTime: Instant(milliseconds: 1),
                        heads: [.init(auction: Scene.lot, seq: 1)])),
                .bye(.init(.draining, wait: 1, jitter: 2)),
            ] + scene.changes.map { ServerMessage($0) } + scene.notices.map { ServerMessage($0) }
        var random = SplitMix(state: 0x6761_7665_6c02)
        var read = 0
        for round in 0..<20_000 {
            let frame = ServerFrame(examples[round % examples.count], ref: "r")
            let bytes = random.mutated(frame.encoded())
            guard let frame = try? ServerFrame.decode(bytes) else { continue }
            read += 1
            if case .unknown = frame.message { continue }
            #expect((try? ServerFrame.decode(frame.encoded())) == frame, "\(text(bytes))")
        }
        #expect(read > 1000, "the mutations are too wild to test anything")
    }

    @Test func mutatedCommandsAreReadOrRefused() {
        var random = SplitMix(state: 0x6761_7665_6c03)
        var read = 0
        for round in 0..<20_000 {
            let command = AdminCommandTests.commands[round % AdminCommandTests.commands.count]
            let bytes = random.mutated(command.encodedBody())
            guard
                let again = try? AdminCommand.decode(name: command.name.rawValue, body: bytes)
            else { continue }
            read += 1
            #expect(
                (try? AdminCommand.decode(name: again.name.rawValue, body: again.encodedBody()))
                    == again, "\(text(bytes))")
        }
        #expect(read > 1000, "the mutations are too wild to test anything")
    }
}

/// A small generator of our own: the standard library's can't be seeded.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A few bytes changed, removed, doubled, or a digit or a quote put in.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            case 3: bytes.insert(UInt8.random(in: 48...57, using: &self), at: index)
            case 4: bytes[index] = Array("\"{}[]:,-.e0".utf8).randomElement(using: &self) ?? 0
            default:
                let end = Int.random(in: index..<bytes.count, using: &self)
                bytes.removeSubrange(index..<min(end, index + 4))
            }
        }
        return bytes
    }
}
