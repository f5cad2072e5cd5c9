import Testing

@testable import GavelBench

@Suite("Frames that a load reads")
struct PollFrameTests {
    private func frame(_ bytes: [UInt8]) -> (opcode: UInt8, payload: Range<Int>, isSound: Bool)? {
        bytes.withUnsafeBytes { PollFrame($0).map { ($0.opcode, $0.payload, $0.isSound) } }
    }

    @Test("A whole frame is found whatever its length, and no byte before it is whole")
    func lengths() throws {
        let heads: [(Int, [UInt8])] = [
            (0, [0x81, 0]), (5, [0x81, 5]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xff, 0xff]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ]
        for (length, head) in heads {
            let bytes = head + [UInt8](repeating: 7, count: length)
            let whole = try #require(frame(bytes + [1, 2, 3]))
            #expect(whole.isSound && whole.opcode == 1)
            #expect(whole.payload == head.count..<bytes.count)
            for count in Set([0, 1, head.count - 1, bytes.count - 1]) where count < bytes.count {
                #expect(frame(Array(bytes[..<count])) == nil, "\(length), \(count)")
            }
        }
    }

    @Test(
        "What a server must not send is not sound",
        arguments: [
            [0x01, 0], [0xc1, 0], [0x81, 0x80, 0, 0, 0, 0], [0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0],
            [0x81, 127, 0, 0, 0, 0, 0x7f, 0, 0, 0],
        ] as [[UInt8]])
    func unsound(bytes: [UInt8]) throws { #expect(try #require(frame(bytes)).isSound == false) }

    @Test("A client's frame is masked with zeros", arguments: [0, 1, 125, 126, 65_535])
    func own(length: Int) {
        let text = [UInt8](repeating: 0x61, count: length)
        let frame = PollLine.frame(text)
        #expect(frame[0] == 0x81 && frame[1] & 0x80 == 0x80)
        let head = length <= 125 ? 2 : 4
        #expect(frame[head..<(head + 4)].allSatisfy { $0 == 0 })
        #expect(Array(frame[(head + 4)...]) == text)
    }
}
