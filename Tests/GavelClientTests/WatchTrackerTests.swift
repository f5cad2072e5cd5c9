import AuctionRules
import Testing
import WireProtocol

@testable import GavelClient

@Suite struct WatchTrackerTests {
    private func tracker(_ feed: Feed = .full) -> WatchTracker {
        WatchTracker(.auction(Make.lot), feed: feed)
    }

    private func ask(
        _ lot: String = "lot-1", after: Int64? = nil, feed: Feed = .full
    ) -> ClientMessage {
        .watch(
            .auction(Make.id(lot)), feed: feed,
            resume: after.map { ResumePoint(after: $0, log: "log-1") })
    }

    @Test func changesComeOnceAndInOrder() {
        var tracker = tracker()
        #expect(tracker.open() == [ask()])
        #expect(
            kinds(&tracker, [Make.snapshot(3), Make.watching(3)]) == ["snapshot 3", "watching"])
        #expect(kinds(&tracker, [Make.price(4), Make.price(4), Make.price(3)]) == ["price 4"])
        #expect(kinds(&tracker, [Make.status(5)]) == ["status 5"])
        #expect(kinds(&tracker, [Make.price(6, lot: "lot-2")]) == [])
    }

    @Test func nothingBeforeTheSnapshotIsPassedOn() {
        var tracker = tracker()
        #expect(kinds(&tracker, [Make.price(4)]) == [])
    }

    @Test func newConnectionGoesOnAfterTheLastChange() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3), Make.price(4)])
        #expect(tracker.open() == [ask(after: 4)])
        #expect(
            kinds(&tracker, [Make.price(5), Make.price(6), Make.watching(6)])
                == ["price 5", "price 6", "watching"])
    }

    @Test func changesThatCanNotBeHadAreMissed() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3)])
        _ = tracker.open()
        #expect(kinds(&tracker, [Make.snapshot(9)]) == ["missed 4...9", "snapshot 9"])
    }

    @Test func latestFeedSkipsWithoutAWord() {
        var tracker = tracker(.latest)
        #expect(kinds(&tracker, [Make.snapshot(3), Make.price(9)]) == ["snapshot 3", "price 9"])
        #expect(tracker.open() == [ask(after: 9, feed: .latest)])
        #expect(kinds(&tracker, [Make.snapshot(20)]) == ["snapshot 20"])
    }

    @Test func otherLogStartsAnew() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(30)])
        #expect(
            kinds(&tracker, [Make.snapshot(2, log: "log-2"), Make.price(3)])
                == ["snapshot 2", "price 3"])
    }

    @Test func holeIsAskedForAndLaterChangesWait() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3)])
        #expect(tracker.receive(Make.price(6)) == .init(updates: [], ask: [ask(after: 3)]))
        #expect(tracker.receive(Make.price(7)) == .init())
        #expect(
            kinds(&tracker, [4, 5, 6, 7].map { Make.price($0) } + [Make.watching(7)])
                == ["price 4", "price 5", "price 6", "price 7", "watching"])
        #expect(kinds(&tracker, [Make.price(8)]) == ["price 8"])
    }

    @Test func holeThatStaysIsMissed() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3), Make.price(6)])
        #expect(kinds(&tracker, [Make.watching(6)]) == ["missed 4...6", "watching"])
        #expect(kinds(&tracker, [Make.price(7)]) == ["price 7"])
    }

    @Test func holeThatNobodyAnswersForIsGivenUp() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3), Make.price(6)])
        _ = kinds(&tracker, [Make.heartbeat(), Make.price(7)])
        _ = kinds(&tracker, [Make.heartbeat()])
        #expect(kinds(&tracker, [Make.price(8)]) == ["missed 4...7", "price 8"])
        #expect(kinds(&tracker, [Make.price(9)]) == ["price 9"])
    }

    @Test func changeThatTwoHeartbeatsNameIsAskedFor() {
        var tracker = tracker()
        _ = kinds(&tracker, [Make.snapshot(3)])
        #expect(tracker.receive(Make.heartbeat(4)) == .init())
        #expect(tracker.receive(Make.heartbeat()).ask == [ask(after: 3)])
        #expect(kinds(&tracker, [Make.price(4), Make.watching(4)]) == ["price 4", "watching"])
        #expect(tracker.receive(Make.heartbeat(4)) == .init())
        #expect(tracker.receive(Make.heartbeat()) == .init())
    }

    @Test func saleIsResumedLotByLot() {
        let sale = WatchTarget.sale(Make.id("spring"))
        var tracker = WatchTracker(sale, feed: .full)
        #expect(tracker.open() == [.watch(sale, feed: .full)])
        let updates = kinds(
            &tracker,
            [
                Make.snapshot(3, lot: "b", sale: "spring"),
                Make.snapshot(1, lot: "a", sale: "spring"),
                Make.snapshot(1, lot: "c", sale: "autumn"), Make.snapshot(1, lot: "d"),
                Make.price(4, lot: "b"), Make.price(2, lot: "c"),
            ])
        #expect(updates == ["snapshot 3", "snapshot 1", "price 4"])
        #expect(
            tracker.open()
                == [ask("a", after: 1), ask("b", after: 4), .watch(sale, feed: .full)])
        #expect(Set(tracker.asked) == [sale, .auction(Make.id("a")), .auction(Make.id("b"))])
        #expect(
            kinds(
                &tracker,
                [
                    Make.price(5, lot: "b"), Make.watching(5, lot: "b"),
                    Make.snapshot(5, lot: "b", sale: "spring"),
                    Make.snapshot(1, lot: "e", sale: "spring"),
                ]) == ["price 5", "watching", "snapshot 1"])
    }

    @Test func noticesOfItsTargetAndItsLotsAreHeard() {
        var tracker = WatchTracker(.sale(Make.id("spring")), feed: .latest)
        _ = kinds(&tracker, [Make.snapshot(3, lot: "b", sale: "spring")])
        let targets: [WatchTarget] = [
            .sale(Make.id("spring")), .auction(Make.id("b")), .auction(Make.id("z")),
            .sale(Make.id("autumn")),
        ]
        let notices = targets.map {
            ServerMessage.notice(.init($0, text: "t", at: .init(milliseconds: 1)))
        }
        #expect(kinds(&tracker, notices) == ["notice", "notice"])
    }

    private func kinds(_ tracker: inout WatchTracker, _ messages: [ServerMessage]) -> [String] {
        messages.flatMap { tracker.receive($0).updates }.map(kind)
    }
}

/// An update in a word and its number.
func kind(_ update: WatchUpdate) -> String {
    switch update {
    case .snapshot(let snapshot): "snapshot \(snapshot.lot.seq)"
    case .price(let price): "price \(price.seq)"
    case .status(let status): "status \(status.seq)"
    case .notice: "notice"
    case .watching: "watching"
    case .missed(_, let range): "missed \(range)"
    case .disconnected: "disconnected"
    }
}
