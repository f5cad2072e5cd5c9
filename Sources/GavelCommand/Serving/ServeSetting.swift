import AuctionRules

/// One thing that a server can be told: as an option, as a variable of the environment, and as a key
/// of the configuration file, under one name.
///
/// All of them are in ``all``: one more is one more line there.
struct ServeSetting: Sendable {
    /// As the options and the file spell it: `log-level`.
    let name: String
    /// Whether it stands below `limits:` in the file, and after `--limit` among the options.
    var isLimit = false
    /// What its value is, for help: `host:port`.
    let valueName: String
    /// One sentence.
    let help: String
    /// Whether it may be given several times: then all of what is given counts.
    var isList = false
    let read: @Sendable (String, inout ServeConfiguration) throws(ValueFault) -> Void
    /// The value as ``read`` would take it.
    let show: @Sendable (ServeConfiguration) -> String

    /// Unlike the name, never that of a limit and of another setting at the same time.
    var key: String { isLimit ? "limits." + name : name }
    var option: String { isLimit ? "--limit " + name : "--" + name }
    var variable: String { "GAVEL_" + (isLimit ? "limits-" + name : name).asVariable }

    static func named(_ name: String, isLimit: Bool) -> ServeSetting? {
        all.first { $0.name == name && $0.isLimit == isLimit }
    }
}

extension String {
    fileprivate var asVariable: String { uppercased().replacing("-", with: "_") }
}

// MARK: - Kinds

/// A place of the configuration that a setting fills.
typealias ServePath<Value> = any WritableKeyPath<ServeConfiguration, Value> & Sendable

extension ServeSetting {
    /// One value of any kind.
    static func value<Value>(
        _ name: String, _ path: ServePath<Value>, _ valueName: String, _ help: String,
        read: @escaping @Sendable (String) throws(ValueFault) -> Value,
        show: @escaping @Sendable (Value) -> String
    ) -> ServeSetting {
        ServeSetting(
            name: name, valueName: valueName, help: help,
            read: { text, configuration throws(ValueFault) in
                configuration[keyPath: path] = try read(text)
            },
            show: { show($0[keyPath: path]) })
    }

    /// Any text, like a path.
    static func text(
        _ name: String, _ path: ServePath<String>, _ valueName: String, _ help: String
    ) -> ServeSetting {
        value(name, path, valueName, help, read: { $0 }, show: { $0 })
    }

    /// Any text; without it something is off.
    static func optional(
        _ name: String, _ path: ServePath<String?>, _ valueName: String, _ help: String
    ) -> ServeSetting {
        value(name, path, valueName, help, read: { $0 }, show: { $0 ?? "" })
    }

    static func number(
        _ name: String, _ path: ServePath<Int>, in range: ClosedRange<Int>, _ help: String
    ) -> ServeSetting {
        value(
            name, path, "n", "\(help) From \(range.lowerBound) to \(range.upperBound).",
            read: { text throws(ValueFault) in
                Int(
                    try ValueText.number(
                        text, in: Int64(range.lowerBound)...Int64(range.upperBound)))
            },
            show: { "\($0)" })
    }

    static func duration(
        _ name: String, _ path: ServePath<Milliseconds>, _ help: String
    ) -> ServeSetting {
        value(
            name, path, "duration", help,
            read: { text throws(ValueFault) in try DurationText.parse(text) },
            show: { DurationText.format($0) })
    }

    static func yesOrNo(
        _ name: String, _ path: ServePath<Bool>, _ help: String
    ) -> ServeSetting {
        value(
            name, path, "yes|no", help,
            read: { text throws(ValueFault) in try ValueText.yesOrNo(text) },
            show: { $0 ? "yes" : "no" })
    }

    /// One of an enumeration's words.
    static func choice<Word: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: ServePath<Word>, of what: String, _ valueName: String,
        _ help: String
    ) -> ServeSetting where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return value(
            name, path, valueName, "\(help) One of \(words).",
            read: { text throws(ValueFault) in try ValueText.choice(text, of: what) },
            show: { $0.rawValue })
    }

    /// Several values: in the file a list, elsewhere parted by commas, and as an option repeatable.
    static func list<Element>(
        _ name: String, _ path: ServePath<[Element]>, _ valueName: String, _ help: String,
        read: @escaping @Sendable (String) throws(ValueFault) -> Element,
        show: @escaping @Sendable (Element) -> String
    ) -> ServeSetting {
        var setting = value(
            name, path, valueName, help,
            read: { text throws(ValueFault) in
                var elements: [Element] = []
                for word in ValueText.words(text) { elements.append(try read(word)) }
                return elements
            },
            show: { $0.map(show).joined(separator: ", ") })
        setting.isList = true
        return setting
    }
}
