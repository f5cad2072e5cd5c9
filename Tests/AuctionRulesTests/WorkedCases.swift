import Testing

/// The rulebook's worked cases (section 8), under its numbers.
@Suite struct WorkedCases {
    @Test func `P01: the first bid stands at the start`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            """)
    }

    @Test func `P02: a lower rival lifts the leader to his own max at most`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            B max 11.75   -> 12 A 12.50, B is outbid
            """)
    }

    @Test func `P03: on a tie the earlier commitment wins`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            B max 12      -> 12 A 12.50, B is outbid
            """)
    }

    @Test func `P04: a higher rival leads one step over the beaten max`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            B max 20      -> 12.50 B 13, A is outbid
            """)
    }

    @Test func `P05: or at his own max, where that is less`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            B max 12.20   -> 12.20 B 12.70, A is outbid
            """)
    }

    @Test func `P06: from a round start`() throws {
        try Scenario.check(
            """
            lot start 10
            A max 12      -> 10 A 10.50
            B max 15      -> 12.50 B 13
            """)
    }

    @Test func `P08: the step is taken at the beaten max, not at the old price`() throws {
        try Scenario.check(
            """
            lot start 95
            A max 120     -> 95 A 96
            B max 200     -> 122.50 B 125
            """)
    }

    @Test func `P10: under the minimum is too low, the minimum is not`() throws {
        try Scenario.check(
            """
            lot start 10
            A max 50      -> 10 A 10.50
            B max 10.49   -> too_low 10.50, 10 A 10.50, silent
            B max 10.50   -> 11 A 11.50
            """)
    }

    @Test func `P14: a raised max stays private`() throws {
        try Scenario.check(
            """
            lot start 9.99
            A max 12      -> 9.99 A 10.49
            B max 11.75   -> 12 A 12.50
            A max 15      -> 12 A 12.50, silent
            """)
    }

    @Test func `P14: unless the lot completes the increment`() throws {
        try Scenario.check(
            """
            lot start 9.99, complete_increment_on_raise
            A max 12      -> 9.99 A 10.49
            B max 11.75   -> 12 A 12.50
            A max 15      -> 12.25 A 12.75
            """)
    }

    @Test func `X21: an exact bid is shown at face value`() throws {
        try Scenario.check(
            """
            lot start 10
            A max 30      -> 10 A 10.50
            B exact 50    -> 50 B 51, A is outbid
            C max 50      -> too_low 51, 50 B 51
            C max 51      -> 51 C 52, B is outbid
            """)
    }

    @Test func `R18: the reserve is met as soon as it is covered`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 100
            A max 100     -> 100 A 102.50, met
            """)
    }

    @Test func `R19: a lot under its reserve is not sold`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 100, ends 21:00:00
            20:59:00  A max 90   -> 10 A 10.50, unmet
            20:59:10  B max 60   -> 61 A 62, unmet
            21:00:00  clock      -> 61 A -, unmet, reserve_not_met
            """)
    }

    @Test func `B1: at the cap the lot is sold and closed`() throws {
        try Scenario.check(
            """
            lot start 10 cap 100
            A max 99      -> 10 A 10.50
            B max 120     -> 100 B -, sold to B at 100, A is outbid
            C max 150     -> closed 0 ms late
            """)
    }

    @Test func `I27: an id repeated is the same bid, and can't be another`() throws {
        try Scenario.check(
            """
            lot start 10
            A max 30 as k1   -> 10 A 10.50
            A max 30 as k1   -> same reply, silent, 10 A 10.50
            A max 40 as k1   -> idempotency_conflict, silent, 10 A 10.50
            """)
    }

    @Test func `V28: a void takes back what the bid had driven up`() throws {
        try Scenario.check(
            """
            lot start 10
            A max 100     -> 10 A 10.50
            B max 80      -> 81 A 82
            void B        -> 10 A 10.50
            """)
    }

    @Test func `V31: a void may unmeet the reserve`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 100
            A max 60      -> 10 A 10.50, unmet
            B max 150     -> 100 B 102.50, met
            void B        -> 10 A 10.50, unmet
            """)
    }

    @Test func `T1: at the end the lot is closed, a millisecond before it is open`() throws {
        try Scenario.check(
            """
            lot start 10, ends 21:00:00
            20:59:59.999  A max 30   -> 10 A 10.50
            21:00:00      B max 50   -> closed 0 ms late, 10 A -, sold to A at 10
            """)
    }

    @Test func `T3: catawiki adds 90 s`() throws {
        try Scenario.check(
            """
            lot start 10, ends 21:00:00, soft_close catawiki
            20:59:23  A max 30   -> 10 A 10.50, ends 21:01:30
            """)
    }

    @Test func `T4: mws leaves three minutes after each late bid`() throws {
        try Scenario.check(
            """
            lot start 10, ends 15:00:00, soft_close mws
            14:58:00  A max 30   -> ends 15:01:00
            15:00:00  B max 50   -> ends 15:03:00
            """)
    }

    @Test func `T14: a pause keeps what was left, a resume gives at least two minutes`() throws {
        try Scenario.check(
            """
            lot start 10, ends 21:00:00, min_resume 120
            20:59:00  A max 30   -> 10 A 10.50
            20:59:15  pause      -> ends never
            21:10:00  B max 50   -> paused, 10 A 10.50
            21:20:00  resume     -> ends 21:22:00
            21:21:59  B max 50   -> 31 B 32
            21:22:00  clock      -> sold to B at 31
            """)
    }

    @Test func `T15: an outage gives back the end that it took`() throws {
        try Scenario.check(
            """
            lot start 10, ends 21:00:00
            20:59:00  A max 30                              -> 10 A 10.50
            21:04:00  outage since 20:59:10 reopens 5 min   -> ends 21:09:00, outage
            21:08:59  B max 50                              -> 31 B 32
            """)
    }

    /// The queue moved 40 ms past the end before it came to the bid: what counts is the stamp.
    @Test func `T16: stamped in time and decided late is in time`() throws {
        try Scenario.check(
            """
            lot start 10, ends 21:00:00
            20:59:59.990  A max 30   -> 10 A 10.50
            20:59:59.999  B max 50   -> 31 B 32
            21:00:00.040  clock      -> sold to B at 31
            """)
    }

    @Test func `F1: the highest sealed bid wins, a tie goes to the earliest`() throws {
        try Scenario.check(
            """
            lot start 10 sealed_first_price, ends 21:00:00
            A max 500   -> - - 10, silent
            B max 700   -> - - 10, silent
            C max 700   -> - - 10, silent
            close       -> sold to B at 700
            """)
    }

    @Test func `F1: and none under the reserve`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 800 sealed_first_price, ends 21:00:00
            A max 500   -> - - 10
            B max 700   -> - - 10
            C max 700   -> - - 10
            close       -> - - -, reserve_not_met
            """)
    }

    @Test func `F2: Vickrey's winner pays the second highest`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 400 vickrey, ends 21:00:00
            A max 500   -> - - 10, silent
            B max 700   -> - - 10, silent
            C max 650   -> - - 10, silent
            close       -> sold to B at 650, met
            """)
    }

    @Test func `F2: alone it pays the reserve`() throws {
        try Scenario.check(
            """
            lot start 10 reserve 400 vickrey, ends 21:00:00
            A max 500   -> - - 10
            close       -> sold to A at 400, met
            """)
    }
}
