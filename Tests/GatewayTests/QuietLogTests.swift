import Logging
import Testing

@testable import Gateway

@Suite("What anybody can make happen is logged a few times, and then counted")
struct QuietLogTests {
    @Test("The first lines of a while are said, the next while says how many were not")
    func throttling() {
        let recorder = LogRecorder()
        let log = QuietLog(recorder.logger, linesMax: 2, period: .seconds(10))
        let start = ContinuousClock.now
        for number in 1...5 {
            log.info("refused", metadata: ["n": "\(number)"], now: start + .seconds(number))
        }
        log.info("refused", metadata: ["n": "6"], now: start + .seconds(11))
        log.info("refused", metadata: ["n": "7"], now: start + .seconds(12))
        #expect(
            recorder.all == [
                "info refused n=1", "info refused n=2", "info refused n=6 not_logged_before=3",
                "info refused n=7",
            ])
    }

    @Test("Nothing is counted for nobody")
    func silence() {
        let recorder = LogRecorder()
        var logger = recorder.logger
        logger.logLevel = .warning
        let log = QuietLog(logger, linesMax: 1)
        for _ in 0..<3 { log.info("refused", metadata: [:]) }
        #expect(recorder.all.isEmpty)
    }
}
