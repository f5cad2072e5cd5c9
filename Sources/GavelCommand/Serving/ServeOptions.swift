import ArgumentParser
import Foundation

/// The settings of a server as options. Which there are says ``ServeSetting/all``.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file (GAVEL_CONFIG).", valueName: "file"))
    var config: String?
    @Flag(help: "Print the settings and where each comes from, and don't start.")
    var checkConfig = false
    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Settings, like --listen :9000; see above.", valueName: "settings"))
    var settings: [String] = []

    /// - Parameter database: the global option.
    func given(
        database: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> ServeSettings {
        var options = ServeSource(arguments: settings)
        if let database { options.given["database"] = .init(text: database, origin: "--database") }
        let path = config ?? environment["GAVEL_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        var file = ServeSource()
        if let path {
            do { file = try ServeFile.read(path) } catch {
                // Together with whatever else is wrong.
                file.faults = ["\(config == nil ? "GAVEL_CONFIG" : "--config"): \(error.message)"]
            }
        }
        return ServeSettings(options: options, environment: environment, file: file)
    }

    /// For the command's help.
    static var help: String {
        let main = ServeSetting.all.filter { !$0.isLimit }
        let limits = ServeSetting.all.filter(\.isLimit)
        let defaults = ServeConfiguration()
        let lines = main.map { setting in
            let value = setting.show(defaults)
            let preset = value.isEmpty ? "" : " Default: \(value)."
            return "  \(setting.option) <\(setting.valueName)>\n"
                + wrapped(setting.help + preset, indentation: 6)
        }
        let limitLines = limits.map { "  \($0.name)=\($0.show(defaults))  \($0.help)" }
        return """
            Settings:
            \(lines.joined(separator: "\n"))
              --limit <name=value>
                  A bound, repeatable; below limits in the file. Their defaults are:
            \(limitLines.map { "    " + $0 }.joined(separator: "\n"))
            """
    }

    /// Within 79 columns, as the parser would break it without the indentation.
    private static func wrapped(_ text: String, indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation)
        var lines: [String] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indentation, line.count + 1 + word.count > 79 {
                lines.append(line)
                line = margin
            }
            line += (line.count > indentation ? " " : "") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
