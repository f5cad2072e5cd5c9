import Testing
import WireProtocol

@testable import Gateway

@Suite struct CloseCodeTests {
    @Test(
        arguments: [
            (.normal, 1000, false), (.goingAway, 1001, true), (.protocolError, 1002, false),
            (.unacceptableData, 1003, false), (.notUTF8, 1007, false), (.tooBig, 1009, false),
            (.internalError, 1011, true), (.overloaded, 1013, true),
            (.draining, 4101, true), (.noPong, 4102, true), (.tooSlow, 4103, true),
            (.tokenExpired, 4105, true), (.writerUnavailable, 4106, true),
            (.badToken, 4500, false), (.nothingSaid, 4502, false), (.revoked, 4503, false),
            (.tooManyConnections, 4504, false), (.keptOverRateLimit, 4505, false),
            (.suspended, 4507, false),
        ] as [(CloseCode, UInt16, Bool)])
    func codeSaysWhetherToComeBack(code: CloseCode, number: UInt16, reconnect: Bool) {
        #expect(code.rawValue == number)
        #expect(code.reconnects == reconnect)
        #expect(code.isValidOnWire)
    }

    @Test func onlyRegisteredCodesAndOpenRangesGoOverTheWire() {
        let valid = (UInt16.min...UInt16.max).filter {
            CloseCode(rawValue: $0).isValidOnWire
        }
        #expect(valid == [1000, 1001, 1002, 1003] + Array(1007...1014) + Array(3000...4999))
    }
}
