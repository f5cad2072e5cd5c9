import StrictJSON
import Testing

/// Whatever can be written is read back as it was, and noise never traps.
@Suite struct RoundTripTests {
    @Test(arguments: [UInt64(1), 2, 3, .random(in: 4 ... .max)])
    func valueSurvivesWritingAndReading(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var writer = JSONWriter()
        for round in 0..<500 {
            let value = Self.value(depth: 0, using: &random)
            writer.removeAll()
            writer.value(value)
            let read = try JSONValue(parsing: writer.bytes)
            try #require(read == value, "seed \(seed), round \(round): \(writer.text)")
        }
    }

    @Test(arguments: [UInt64(1), .random(in: 2 ... .max)])
    func noiseIsReadOrRefusedButNeverTraps(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let alphabet = Array("{}[]\",:\\u0123d8e-+.tfnrualse \n".utf8) + [0xc3, 0xa9, 0xff, 0x00]
        var accepted = 0
        for round in 0..<50_000 {
            let length = Int.random(in: 0...12, using: &random)
            let bytes = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            var writer = JSONWriter()
            writer.value(value)
            let again = try JSONValue(parsing: writer.bytes)
            try #require(again == value, "seed \(seed), round \(round): \(bytes)")
        }
        #expect(accepted > 0, "seed \(seed)")
    }

    /// Cutting a valid object anywhere gives an error, at the cut.
    @Test func everyPrefixIsRefusedAtItsEnd() {
        let text = Array(#"{"a":[1,-2.5e3,"é\u00e9\ud834\udd1e"],"b":{"c":null,"d":true}}"#.utf8)
        for length in 0..<text.count {
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSONValue(parsing: text[..<length])
            }
            #expect(error == JSONSyntaxError(.unexpectedEnd, offset: length))
        }
    }

    private static func value(depth: Int, using random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
        case 3: return .number("\(random.next() % 1000).\(random.next() % 1000)e-7")
        case 4, 5: return .string(Self.string(using: &random))
        case 6:
            return .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Self.value(depth: depth + 1, using: &random)
                })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                object[Self.string(using: &random)] = Self.value(depth: depth + 3, using: &random)
            }
            return .object(object)
        }
    }

    private static func string(using random: inout SplitMix) -> String {
        var string = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let bound: UInt32 =
                [0x24, 0x80, 0x900, 0x11_0000].randomElement(using: &random) ?? 0x80
            let scalar = Unicode.Scalar(UInt32.random(in: 0..<bound, using: &random))
            string.unicodeScalars.append(scalar ?? "\u{fffd}")
        }
        return string
    }
}

/// Steele, Lea and Flood's SplitMix64: the same seed gives the same run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
