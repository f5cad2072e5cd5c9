import AuctionRules
import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

@Suite("What connections share", .timeLimit(.minutes(5)))
struct SharedLimitTests {
    @Test("A bidder has so many connections; one that goes makes room")
    func connectionsOfBidder() async throws {
        var limits = GatewayLimits.generous
        limits.connectionsPerBidderMax = 2
        let gallery = try await Gallery(limits: limits)
        let token = try await gallery.bidder("ann")
        let authenticate = #"{"type":"authenticate","token":"\#(token)"}"#
        let (first, second) = (
            try await gallery.connect(token: token), try await gallery.connect()
        )
        for caller in [first, second] { #expect(try await caller.next().name == "welcome") }
        // Saying it again does not count again.
        for _ in 0..<3 {
            #expect(try await second.ask(authenticate).message.type == "authenticated")
        }
        let third = try await gallery.connect(token: token)
        for name in ["welcome", "bye", "close 4504"] {
            #expect(try await third.next().name == name)
        }
        let fourth = try await gallery.connect()
        #expect(try await fourth.next().name == "welcome")
        try await fourth.say(authenticate)
        for name in ["bye", "close 4504"] { #expect(try await fourth.next().name == name) }
        #expect(gallery.statistics.limitsReached.value(.connectionsOfBidder) == 2)

        try await first.channel.close()
        let fifth = try await gallery.connect(token: token)
        #expect(try await fifth.next().name == "welcome")
    }

    @Test("Too much waits: the loop with the connection furthest behind sheds it")
    func outboundBudget() {
        let statistics = GatewayStatistics()
        let budget = OutboundBudget(bytesMax: 100, gauge: statistics.outboundBytes)
        let (first, second) = (budget.join(), budget.join())
        budget.change(by: 80)
        #expect(!budget.isExceeded)
        budget.change(by: 70)
        #expect(budget.isExceeded)
        budget.report(80, of: second)
        #expect(!budget.isWorst(70, of: first))
        #expect(budget.isWorst(80, of: second))
        budget.raise(to: 90, of: second)
        budget.raise(to: 10, of: second)
        #expect(!budget.isWorst(85, of: first))
        budget.change(by: -80)
        budget.report(0, of: second)
        #expect(!budget.isExceeded)
        #expect(budget.isWorst(70, of: first))
        #expect(statistics.outboundBytes.value == 70)
    }
}
