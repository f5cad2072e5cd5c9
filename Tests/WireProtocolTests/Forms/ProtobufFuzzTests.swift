import Testing
import WireProtocol

/// Nothing that a remote can send traps, and what is read means the same in both forms. The seed is
/// fixed, so that a failure comes back.
@Suite struct ProtobufFuzzTests {
    @Test func mutatedClientFramesAreReadOrRefused() {
        var random = SplitMix(state: 0x6761_7665_6c04)
        let examples = MessageGallery.client.map { $0.encoded(as: .protobuf) }
        var read = 0
        for round in 0..<20_000 {
            let bytes = random.mutated(examples[round % examples.count])
            do {
                let frame = try ClientFrame.decode(bytes, as: .protobuf)
                read += 1
                for encoding in WireEncoding.allCases {
                    let again = try? ClientFrame.decode(
                        frame.encoded(as: encoding), as: encoding)
                    #expect(again == frame, "\(bytes)")
                }
            } catch {
                let reply = error.reply
                let again = try? ServerFrame.decode(
                    reply.encoded(as: .protobuf), as: .protobuf)
                #expect(again == reply, "\(bytes)")
            }
        }
        #expect(read > 1000, "the mutations are too wild to test anything")
    }

    @Test func mutatedServerFramesAreReadOrRefused() {
        var random = SplitMix(state: 0x6761_7665_6c05)
        let examples = MessageGallery.server.map { $0.encoded(as: .protobuf) }
        var read = 0
        for round in 0..<20_000 {
            let bytes = random.mutated(examples[round % examples.count])
            guard let frame = try? ServerFrame.decode(bytes, as: .protobuf) else { continue }
            read += 1
            // Of a later server's message nothing is known that could be said again.
            if case .unknown = frame.message { continue }
            for encoding in WireEncoding.allCases {
                let again = try? ServerFrame.decode(frame.encoded(as: encoding), as: encoding)
                #expect(again == frame, "\(bytes)")
            }
        }
        #expect(read > 1000, "the mutations are too wild to test anything")
    }

    @Test func randomBytesAreReadOrRefused() {
        var random = SplitMix(state: 0x6761_7665_6c06)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<40, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? ClientFrame.decode(bytes, as: .protobuf)
            _ = try? ServerFrame.decode(bytes, as: .protobuf)
        }
    }
}
