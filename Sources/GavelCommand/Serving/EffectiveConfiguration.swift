import StrictJSON

/// What a server would work with, and where each value comes from. There are no secrets in it:
/// those are in files, which the settings name.
struct EffectiveConfiguration {
    private let rows: [(name: String, value: String, origin: String?, help: String)]

    init(_ configuration: ServeConfiguration, origins: [String: String]) {
        rows = ServeSetting.all.map { setting in
            (setting.key, setting.show(configuration), origins[setting.key], setting.help)
        }
    }

    func print(on console: Console) {
        var table = Table([
            .init(heading: "setting"), .init(heading: "value", isFlexible: true),
            .init(heading: "from"),
        ])
        for row in rows {
            table.add([
                .init(row.name), .init(row.value.isEmpty ? "–" : row.value),
                .init(row.origin ?? "default", row.origin == nil ? .faint : .plain),
            ])
        }
        console.print(table)
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("type", "configuration")
            writer.array("settings") { writer in
                for row in rows {
                    writer.object { writer in
                        writer.field("name", row.name)
                        writer.field("value", row.value)
                        writer.field("from", row.origin)
                        writer.field("help", row.help)
                    }
                }
            }
        }
        return writer.bytes
    }
}
