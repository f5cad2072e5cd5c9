import Yams

/// The configuration file: YAML, its keys the names of the settings, and `limits` with those of the
/// bounds. An unknown key, one given twice, or a value that is no value stops the start: a typing
/// error must not be taken for a default.
enum ServeFile {
    static let bytesMax = 65_536

    static func read(_ path: String) throws(CommandFailure) -> ServeSource {
        let bytes = try FileBytes.read(path, max: bytesMax)
        guard bytes.count <= bytesMax else {
            throw .usage("\(path): a configuration has at most \(bytesMax) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .usage("\(path): the file is not UTF-8")
        }
        return settings(in: text, path: path)
    }

    static func settings(in text: String, path: String) -> ServeSource {
        var source = ServeSource()
        let root: Node?
        do { root = try YAMLFile.root(of: text) } catch {
            source.faults = error.list.map { "\(path):\($0)" }
            return source
        }
        // A file of comments only sets nothing.
        guard let root, root.words != "" else { return source }
        guard let mapping = root.mapping else {
            source.faults = [
                "\(path):\(root.line): the file must hold settings, like listen: :8080"
            ]
            return source
        }
        for (key, value) in mapping {
            guard key.scalar?.string == "limits" else {
                source.add(key, value, isLimit: false, path: path)
                continue
            }
            guard let limits = value.mapping else {
                source.faults.append(
                    "\(path):\(value.line): limits: must hold limits, like message-bytes-max: 16384"
                )
                continue
            }
            for (key, value) in limits { source.add(key, value, isLimit: true, path: path) }
        }
        return source
    }
}

extension ServeSource {
    fileprivate mutating func add(_ key: Node, _ value: Node, isLimit: Bool, path: String) {
        let name = key.scalar?.string ?? "…"
        guard let setting = ServeSetting.named(name, isLimit: isLimit) else {
            let what = isLimit ? "limit" : "setting"
            return faults.append(
                "\(path):\(key.line): there is no \(what) \"\(name)\"; the \(what)s are "
                    + ServeSetting.names(areLimits: isLimit))
        }
        let origin = "\(path):\(value.line): \(setting.key)"
        guard let words = value.words, !words.isEmpty else {
            return faults.append("\(origin): must have a value")
        }
        guard setting.isList || value.sequence == nil else {
            return faults.append("\(origin): must have one value, not a list")
        }
        add(setting, words, origin: origin)
    }
}
