import Yams

/// The configuration file: YAML, its keys the names of the settings. An unknown key, one given
/// twice, or a value that is no value stops the start: a typing error must not be taken for a
/// default.
enum ServeFile {
    static let bytesMax = 65_536

    static func read(_ path: String) throws(CommandFailure) -> [ServeSetting: GivenSetting] {
        let bytes = try FileBytes.read(path, max: bytesMax)
        guard bytes.count <= bytesMax else {
            throw .usage("\(path): a configuration has at most \(bytesMax) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .usage("\(path): the file is not UTF-8")
        }
        return try settings(in: text, path: path)
    }

    static func settings(
        in text: String, path: String
    ) throws(CommandFailure) -> [ServeSetting: GivenSetting] {
        let root: Node?
        do { root = try YAMLFile.root(of: text) } catch {
            throw .usage(error.list.map { "\(path):\($0)" }.joined(separator: "\n"))
        }
        // A file of comments only sets nothing.
        guard let root, root.words != "" else { return [:] }
        guard let mapping = root.mapping else {
            throw .usage("\(path):\(root.line): the file must hold settings, like listen: :8080")
        }
        var settings: [ServeSetting: GivenSetting] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "…"
            guard let setting = ServeSetting(rawValue: name) else {
                throw .usage(
                    "\(path):\(key.line): there is no setting \"\(name)\"; the settings are "
                        + ServeSetting.names)
            }
            guard let words = value.words, !words.isEmpty else {
                throw .usage("\(path):\(value.line): \(name): must have a value")
            }
            settings[setting] = GivenSetting(
                text: words, origin: "\(path):\(value.line): \(name)")
        }
        return settings
    }
}
