import ArgumentParser
import GavelBench

/// `gavel bench`: how fast a server is, on a machine like this.
struct BenchCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a server under load.",
        discussion: """
            Each scenario starts a server of its own on an empty database in --folder (which has to \
            be on a disk: in memory a commit costs nothing), plays bidders and watchers, and prints \
            each figure's median over all runs, with the least and the most. Limits are raised for \
            it; their checks, durability and order stay as they are.

            With --server and an administrator's --token the load goes to a server that runs \
            already. It makes a sale, lots and bidders there whose names begin with "bench-", \
            cancels the lots at the end and revokes the tokens; the sale and the bidders stay. A \
            server's CPU time and memory can't be told from afar and are left out. The server's \
            limits hold: with its defaults it refuses such loads.

            With a rate, bids are made by the clock, whatever has become of those before, and a \
            latency counts from the time when a bid was due: a server that hangs can't hide it. With \
            --rate max the next bid follows an answer, which shows how many a second there can be, \
            and little about waiting.

            What the server says is checked: every change of a lot in order and once, every answer \
            once and to the right bid, prices that never fall, no end before its time, and at last \
            that each lot has the bids that were accepted. A run in which something is wrong has no \
            figure: the command ends with 6.

            CPU time for each message or bid is the steadiest figure on a machine that others use, \
            too. Compare only what was measured in turn on the same one.
            """,
        subcommands: [
            BenchFanout.self, BenchBids.self, BenchMixed.self, BenchConnect.self,
            BenchClosing.self, BenchSoak.self,
        ])
}

struct BenchFanout: BenchCommand {
    static let scenario = BenchScenarioName.fanout
    static let configuration = CommandConfiguration(
        commandName: "fanout", abstract: "One lot's changes to a thousand watchers.",
        discussion: """
            Watchers on the full feed, and bids that each move the price: what a delivered message \
            costs the server, and how long it takes from a bid to a watcher and to the last one. \
            With more --lots they share the watchers and the rate.

            Example: gavel bench fanout --watchers 10000 --rate 20 --duration 10s
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}

struct BenchBids: BenchCommand {
    static let scenario = BenchScenarioName.bids
    static let configuration = CommandConfiguration(
        commandName: "bids", abstract: "Durable acknowledged bids, and nobody watches.",
        discussion: """
            Bidders keep --in-flight bids each unanswered, or make --rate bids a second together. \
            By default each has a lot of its own. With fewer --lots than --bidders they race for \
            them, and some bids come too late and are too low; with --format sealed every bid on a \
            single lot is accepted, too.

            Example: gavel bench bids --bidders 1 --lots 1 --in-flight 1
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}

struct BenchMixed: BenchCommand {
    static let scenario = BenchScenarioName.mixed
    static let configuration = CommandConfiguration(
        commandName: "mixed", abstract: "An evening: many lots, watchers who come and go, bids.",
        discussion: """
            Bids by the clock, one in ten of them too low; watchers spread over the lots, of whom \
            one in a hundred goes each second and is followed by another.

            Example: gavel bench mixed --watchers 2000 --lots 200 --bidders 100 --rate 500
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}

struct BenchConnect: BenchCommand {
    static let scenario = BenchScenarioName.connect
    static let configuration = CommandConfiguration(
        commandName: "connect", abstract: "Connections that come, watch a lot, and stay.",
        discussion: """
            From the beginning of a connection to the snapshot of the lot: how many a second, how \
            long each takes, what it costs the server, and how much memory it has when all are \
            there.

            Example: gavel bench connect --connections 10000 --rate 500
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}

struct BenchClosing: BenchCommand {
    static let scenario = BenchScenarioName.closing
    static let configuration = CommandConfiguration(
        commandName: "closing", abstract: "Many lots that end within the same second.",
        discussion: """
            Each lot has its own time within that second. Each watcher watches all of them, and \
            bidders go on bidding on other lots: how late each end is told, and how long bids take \
            meanwhile.

            Example: gavel bench closing --lots 10000 --watchers 2 --bidders 20 --rate 100
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}

struct BenchSoak: BenchCommand {
    static let scenario = BenchScenarioName.soak
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "The same as mixed for a long time: does anything grow?",
        discussion: """
            Looks at the server's memory each second, and tells how it goes.

            Example: gavel bench soak --duration 2h --rate 100
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: BenchOptions
}
