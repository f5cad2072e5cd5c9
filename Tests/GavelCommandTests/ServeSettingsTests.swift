import AuctionRules
import BidService
import Gateway
import Testing

@testable import GavelCommand

@Suite("A server's settings")
struct ServeSettingsTests {
    private func settings(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: String = ""
    ) -> ServeSettings {
        ServeSettings(
            options: ServeSource(arguments: arguments), environment: environment,
            file: ServeFile.settings(in: file, path: "g.yaml"))
    }

    private func configuration(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: String = ""
    ) throws(CommandFailure) -> ServeConfiguration {
        try settings(arguments, environment, file: file).checked()
    }

    @Test("Without settings a server listens on this machine only, with the socket beside")
    func defaults() throws {
        let configuration = try configuration()
        #expect(configuration == ServeConfiguration())
        #expect(configuration.listen.description == "127.0.0.1:8080")
        #expect(configuration.socketPath == "gavel.db.sock")
    }

    @Test("An option goes before the environment, and that before the file")
    func precedence() throws {
        let file = "listen: :1\ndatabase: f.db\nmin-reopen: 1m\norigin: [http://a, https://b:8]\n"
        let environment = ["GAVEL_LISTEN": ":2", "GAVEL_DATABASE": "e.db", "GAVEL_ORIGIN": ""]
        let configuration = try configuration(["--listen", ":3"], environment, file: file)
        #expect(configuration.listen.port == 3)
        #expect(configuration.database == "e.db")
        #expect(configuration.serviceLimits.reopenMin == 60_000)
        #expect(configuration.origins == ["http://a", "https://b:8"])
    }

    @Test(
        "The server's own page may connect, whatever else may",
        arguments: [
            (":8080", "http://127.0.0.1:8080 http://localhost:8080 http://[::1]:8080"),
            ("0.0.0.0:80", "http://127.0.0.1 http://localhost http://[::1]"),
            ("192.0.2.7:81", "http://192.0.2.7:81"), ("[2001:db8::1]:80", "http://[2001:db8::1]"),
            ("127.0.0.1:0", ""),
        ])
    func pageOrigins(listen: String, own: String) throws {
        let own = own.split(separator: " ").map(String.init)
        #expect(try configuration(["--listen", listen]).allowedOrigins == own)
        let more = try configuration([
            "--listen", listen, "--origin", "https://a.example",
        ])
        #expect(more.allowedOrigins == own + ["https://a.example"])
        guard let first = own.first else { return }
        let same = try configuration(["--listen=\(listen)", "--origin=\(first)"])
        #expect(same.allowedOrigins == own)
    }

    @Test("The socket may be elsewhere, or none")
    func sockets() throws {
        #expect(try configuration(["--socket", "/run/g.sock"]).socketPath == "/run/g.sock")
        #expect(try configuration(["--socket", "none"]).socketPath == nil)
        #expect(try configuration(["--min-reopen", "0"]).serviceLimits.reopenMin == 0)
    }

    @Test(
        "A malformed file stops the start, and the line and the key are named",
        arguments: [
            ("lissten: :1", "g.yaml:1: there is no setting \"lissten\""),
            ("database: x\nlisten:", "g.yaml:2: listen: must have a value"),
            ("listen: ~", "listen: must have a value"), ("listen: {a: 1}", "listen: must have a"),
            ("listen: nowhere", "g.yaml:1: listen: \"nowhere\" has no port"),
            ("listen: :1\nlisten: :2", "\"listen\" is given twice"),
            ("- listen", "must hold settings"), ("listen", "must hold settings"),
            ("listen: [", "not YAML"), ("\tlisten: :1", "not YAML"),
            ("listen: :1\n---\nlisten: :2", "not YAML"), ("min-reopen: 5", "without a unit"),
            ("min_reopen: 5m", "no setting \"min_reopen\""),
            ("Listen: :1", "no setting \"Listen\""),
            ("min-reopen: -5m", "not a duration"), ("event-loops: 0", "from 1 to 256"),
            ("event-loops: two", "from 1 to 256"), ("event-loops: 2.5", "from 1 to 256"),
            ("log-level: all", "not a log level"), ("log-format: xml", "not a log format"),
            ("metrics: all", "not a choice for the metrics: use one of local, public, off"),
            ("origin: a.example", "not an origin"),
            ("origin: [http://a/b]", "not an origin"), ("? [a]\n: b", "no setting"),
            ("config: other.yaml", "no setting \"config\""),
            ("listen: [1, 2]", "g.yaml:1: listen: must have one value"),
            ("limits: 5", "g.yaml:1: limits: must hold limits"),
            ("limits:\n  watch-max: 5", "g.yaml:2: there is no limit \"watch-max\""),
            ("limits:\n  watches-max: 0", "g.yaml:2: limits.watches-max: \"0\" is not a whole"),
            ("limits: {watches-max: 1, watches-max: 2}", "\"watches-max\" is given twice"),
            ("limits: {watches-max: 1e3}", "from 1 to 10000"),
            ("watches-max: 5", "no setting \"watches-max\""),
            ("limits: {listen: 1}", "no limit \"listen\""),
        ])
    func malformedFiles(text: String, complaint: String) {
        do throws(CommandFailure) {
            _ = try configuration(file: text)
            Issue.record("The file was taken")
        } catch {
            #expect(error.status == .usage)
            #expect(error.message.contains(complaint), "\(error.message)")
        }
    }

    @Test("A malformed variable of the environment is named")
    func malformedEnvironment() {
        do throws(CommandFailure) {
            _ = try configuration([], ["GAVEL_MIN_REOPEN": "soon"])
            Issue.record("The variable was taken")
        } catch {
            #expect(error.message.hasPrefix("GAVEL_MIN_REOPEN: "))
        }
    }

    @Test("A file of comments only sets nothing")
    func emptyFiles() throws {
        #expect(try configuration(file: "# nothing\n") == ServeConfiguration())
    }

    @Test("An unknown variable stops the start, unless it is a tool's or an orchestrator's")
    func unknownVariables() throws {
        #expect(
            settings([], ["GAVEL_LISTN": ":1", "GAVEL_ORIGINS": "*"]).faults.map {
                $0.prefix { $0 != ":" }
            } == ["GAVEL_LISTN", "GAVEL_ORIGINS"])
        let harmless = [
            "GAVEL_CONFIG": "g.yaml", "GAVEL_SERVER": "http://h:1", "GAVEL_TOKEN": "t",
            "GAVEL_PORT": "tcp://10.0.0.1:8080", "GAVEL_PORT_8080_TCP_ADDR": "10.0.0.1",
            "GAVEL_SERVICE_HOST": "10.0.0.1", "GAVEL_SERVICE_PORT_HTTP": "8080",
            "GAVEL_LISTN": "", "PATH": "/bin",
        ]
        #expect(try configuration([], harmless) == ServeConfiguration())
    }

    @Test(
        "A wrong option is named",
        arguments: [
            (["--lissten", ":1"], ["--lissten: there is no such option"]),
            (["--listen"], ["--listen: must have a value"]),
            (["--listen="], ["--listen: must have a value"]),
            (["--listen", "--origin", "*"], ["--listen: must have a value"]),
            (["--listen", ":1", "--listen", ":2"], ["--listen: is given twice"]),
            (["more"], ["more: there is no such option"]),
            (["--watches-max", "3"], ["--watches-max: there is no such option"]),
            (["--limit", "watches-max"], ["write it like message-bytes-max=16384"]),
            (["--limit", "watch-max=3"], ["there is no limit \"watch-max\""]),
            (["--limit", "listen=3"], ["there is no limit \"listen\""]),
            (["--limit", "watches-max=x"], ["--limit watches-max: \"x\" is not a whole number"]),
            (
                ["--limit=watches-max=1", "--limit", "watches-max=1"],
                ["--limit watches-max: is given twice"]
            ),
            (
                ["--listen", "here", "--event-loops", "0", "x"],
                ["x: there is no such", "--listen: \"here\" has no port", "--event-loops: \"0\""]
            ),
        ])
    func wrongOptions(arguments: [String], complaints: [String]) {
        let faults = settings(arguments).faults
        #expect(faults.count == complaints.count, "\(faults)")
        for (fault, complaint) in zip(faults, complaints) {
            #expect(fault.contains(complaint), "\(fault)")
        }
    }

    @Test("Every fault of every source is told at once")
    func allFaults() {
        let file = "lissten: :1\nmin-reopen: 5\nlimits: {page-max: 0}\n"
        do throws(CommandFailure) {
            _ = try configuration(["--listen", "x"], ["GAVEL_EVENT_LOOPS": "many"], file: file)
            Issue.record("The settings were taken")
        } catch {
            #expect(error.status == .usage)
            let lines = error.message.split(separator: "\n")
            #expect(lines.count == 5, "\(error.message)")
            for start in [
                "g.yaml:1: there", "g.yaml:2: min-reopen: ", "g.yaml:3: limits.page-max: ",
                "--listen: ", "GAVEL_EVENT_LOOPS: ",
            ] {
                #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
            }
        }
    }

    @Test("Lists are lists in the file, parted by commas elsewhere, and repeatable as options")
    func lists() throws {
        let both = ["http://a", "https://b:8"]
        #expect(try configuration(file: "origin: [http://a, https://b:8]").origins == both)
        #expect(try configuration([], ["GAVEL_ORIGIN": "http://a,https://b:8"]).origins == both)
        #expect(
            try configuration(["--origin", "http://a", "--origin", "https://b:8"]).origins == both)
    }

    // MARK: - Limits

    @Test("A limit is an option, a variable, or below limits in the file")
    func limits() throws {
        let file = "limits:\n  watches-max: 1\n  page-max: 11\n  fragments-max: 21\n"
        let environment = ["GAVEL_LIMITS_WATCHES_MAX": "2", "GAVEL_LIMITS_PAGE_MAX": "12"]
        let configuration = try configuration(
            ["--limit", "watches-max=3"], environment, file: file)
        #expect(configuration.limits.watchesMax == 3)
        #expect(configuration.limits.pageMax == 12)
        #expect(configuration.limits.fragmentsMax == 21)
    }

    @Test("Every bound of the gateway is a setting under its own name")
    func everyGatewayLimit() {
        let settings = Set(ServeSetting.all.map(\.name))
        for property in Mirror(reflecting: GatewayLimits()).children {
            let name = property.label?.dashed ?? ""
            #expect(settings.contains(name), "\(name) is missing in ServeSetting.all")
        }
    }

    @Test("A limit sets its own place, and its default is within its range")
    func limitsAreTheirOwn() throws {
        let defaults = ServeConfiguration()
        var names: Set<String> = []
        for setting in ServeSetting.all {
            #expect(names.insert(setting.variable).inserted, "\(setting.variable)")
        }
        let gateway = Mirror(reflecting: GatewayLimits()).children.compactMap(\.label)
        for setting in ServeSetting.limits {
            let preset = try #require(Int64(setting.show(defaults)), "\(setting.name)")
            var configuration = ServeConfiguration()
            // One more or one less is within the range: no default stands alone.
            do { try setting.read("\(preset + 1)", &configuration) } catch {
                try setting.read("\(preset - 1)", &configuration)
            }
            #expect(configuration != defaults, "\(setting.name)")
            let changed = Mirror(reflecting: configuration.limits).children.compactMap {
                property -> String? in
                let preset = Mirror(reflecting: defaults.limits).children.first {
                    $0.label == property.label
                }
                return "\(preset?.value ?? "")" == "\(property.value)" ? nil : property.label
            }
            let own = gateway.first { $0.dashed == setting.name }
            #expect(changed == (own.map { [$0] } ?? []), "\(setting.name)")
            #expect(throws: ValueFault.self) { try setting.read("-1", &configuration) }
            #expect(throws: ValueFault.self) {
                try setting.read("9223372036854775807", &configuration)
            }
        }
    }

    @Test("Limits that contradict each other are refused")
    func contradictions() {
        let faults = settings(["--limit", "outbound-soft-low=70000"]).faults
        #expect(
            faults == [
                "--limit outbound-soft-low: outbound-soft-low (70000) must not be more than "
                    + "outbound-soft-high (65536)"
            ])
        let file = "limits: {outbound-bytes-max: 5000}"
        #expect(
            settings(file: file).faults.first?.hasPrefix("g.yaml:1: limits.outbound-bytes-max: ")
                == true)
    }

    // MARK: - What comes of it

    @Test("What a server works with is shown with where it comes from")
    func effective() throws {
        let settings = settings(
            ["--limit", "page-max=50"], ["GAVEL_ORIGIN": "https://a.example"],
            file: "listen: :90\n")
        let effective = EffectiveConfiguration(
            try settings.checked(), origins: settings.origins)
        let text = String(decoding: effective.json, as: UTF8.self)
        for row in [
            #"{"name":"listen","value":"127.0.0.1:90","from":"g.yaml:1: listen","help":"#,
            #"{"name":"origin","value":"https://a.example","from":"GAVEL_ORIGIN","help":"#,
            #"{"name":"limits.page-max","value":"50","from":"--limit page-max","help":"#,
            #"{"name":"min-reopen","value":"5m","from":null,"help":"#,
        ] {
            #expect(text.contains(row), "\(text)")
        }
        for setting in ServeSetting.all { #expect(text.contains("\"\(setting.key)\"")) }
    }
}

extension String {
    /// `messageBytesMax` as `message-bytes-max`.
    fileprivate var dashed: String {
        reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
}
