import AuctionRules
import Testing

@testable import GavelCommand

@Suite("A server's settings")
struct ServeSettingsTests {
    private func configuration(
        _ options: [ServeSetting: String] = [:], _ environment: [String: String] = [:],
        file: String = ""
    ) throws(CommandFailure) -> ServeConfiguration {
        try ServeSettings(
            options: options, environment: environment,
            file: try ServeFile.settings(in: file, path: "g.yaml")
        ).configuration()
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
        let configuration = try configuration([.listen: ":3"], environment, file: file)
        #expect(configuration.listen.port == 3)
        #expect(configuration.database == "e.db")
        #expect(configuration.reopenMin == 60_000)
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
        #expect(try configuration([.listen: listen]).allowedOrigins == own)
        let more = try configuration([.listen: listen, .origin: "https://a.example"])
        #expect(more.allowedOrigins == own + ["https://a.example"])
        guard let first = own.first else { return }
        #expect(try configuration([.listen: listen, .origin: first]).allowedOrigins == own)
    }

    @Test("The socket may be elsewhere, or none")
    func sockets() throws {
        #expect(try configuration([.socket: "/run/g.sock"]).socketPath == "/run/g.sock")
        #expect(try configuration([.socket: "none"]).socketPath == nil)
        #expect(try configuration([.minReopen: "0"]).reopenMin == 0)
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
            ("log-level: all", "not a log level"), ("origin: a.example", "not an origin"),
            ("origin: [http://a/b]", "not an origin"), ("? [a]\n: b", "no setting"),
            ("config: other.yaml", "no setting \"config\""),
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
            _ = try configuration([:], ["GAVEL_MIN_REOPEN": "soon"])
            Issue.record("The variable was taken")
        } catch {
            #expect(error.message.hasPrefix("GAVEL_MIN_REOPEN: "))
        }
    }

    @Test("A file of comments only sets nothing")
    func emptyFiles() throws {
        #expect(try configuration(file: "# nothing\n") == ServeConfiguration())
    }
}
