import Foundation
import NIOPosix
import StrictJSON

/// The identity provider's public keys, by the names that tokens call them.
struct IssuerKeySet: Sendable {
    let keys: [IssuerKey]
    /// Why which keys of the file were passed over: they are for something else.
    let passedOver: [String]
    private let byName: [String: IssuerKey]

    /// A dozen keys take 10 KiB.
    static let bytesMax = 1_048_576
    static let keysMax = 100

    var ids: Set<IssuerKey.ID> { Set(keys.map(\.id)) }

    /// The key that a token with this `kid` must have been signed with. A token without one is
    /// taken only when there is no choice.
    func key(named name: String?) -> IssuerKey? {
        guard let name else { return keys.count == 1 ? keys[0] : nil }
        return byName[name]
    }

    // MARK: - Reading

    /// - Parameter threadPool: where the file is read.
    static func read(
        _ path: String, on threadPool: NIOThreadPool
    ) async throws(KeySetFault) -> IssuerKeySet {
        let bytes: [UInt8]
        do {
            bytes = try await threadPool.runIfActive { try Self.bytes(of: path) }
        } catch let fault as KeySetFault {
            throw fault
        } catch {
            throw KeySetFault(.unreadable, path, "it can't be read now: \(error)")
        }
        return try await IssuerKeySet(bytes, path: path)
    }

    init(_ bytes: [UInt8], path: String) async throws(KeySetFault) {
        let members = try Self.members(of: bytes, path: path)
        var keys: [IssuerKey] = []
        var passedOver: [String] = []
        for (index, member) in members.enumerated() {
            let reader = IssuerKeyReader(member, number: index + 1, path: path)
            switch try await reader.read() {
            case .key(let key): keys.append(key)
            case .passedOver(let why): passedOver.append(why)
            }
        }
        guard !keys.isEmpty else {
            throw KeySetFault(
                .empty, path,
                "there is no key in it that verifies EdDSA (Ed25519), ES256 or RS256"
                    + passedOver.map { "; " + $0 }.joined())
        }
        var byName: [String: IssuerKey] = [:]
        for key in keys {
            guard let name = key.name else {
                guard keys.count == 1 else {
                    throw KeySetFault(
                        .ambiguous, path, "with several keys each needs a kid: give it one")
                }
                continue
            }
            guard byName.updateValue(key, forKey: name) == nil else {
                throw KeySetFault(
                    .ambiguous, path, "two keys have the kid \"\(name)\": give each its own")
            }
        }
        self.keys = keys
        self.passedOver = passedOver
        self.byName = byName
    }

    private static func members(
        of bytes: [UInt8], path: String
    ) throws(KeySetFault) -> [JSONObject] {
        let values: [JSONValue]
        do {
            guard let root = try JSONValue(parsing: bytes).asObject else {
                throw KeySetFault(.malformed, path, "it is no JSON object with \"keys\" (a JWKS)")
            }
            values = try root.array("keys")
        } catch let fault as KeySetFault {
            throw fault
        } catch {
            throw KeySetFault(.malformed, path, "it is no JSON Web Key Set: \(error)")
        }
        guard values.count <= keysMax else {
            throw KeySetFault(.tooLarge, path, "it has more than \(keysMax) keys")
        }
        var members: [JSONObject] = []
        for (index, value) in values.enumerated() {
            guard let object = value.asObject else {
                throw KeySetFault(.malformed, path, "key \(index + 1) is no object")
            }
            members.append(object)
        }
        return members
    }

    private static func bytes(of path: String) throws(KeySetFault) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw KeySetFault(.missing, path, "there is no such file: name it with its whole path")
        }
        guard !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
            throw KeySetFault(
                .unreadable, path,
                "it can't be read: it must be a file that the server's user may read")
        }
        defer { try? handle.close() }
        let data: Data
        do { data = try handle.read(upToCount: bytesMax + 1) ?? Data() } catch {
            throw KeySetFault(.unreadable, path, "it can't be read: \(error.localizedDescription)")
        }
        guard data.count <= bytesMax else {
            throw KeySetFault(.tooLarge, path, "it has more than \(bytesMax) bytes")
        }
        return Array(data)
    }
}
