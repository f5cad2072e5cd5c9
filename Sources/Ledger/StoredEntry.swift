import AuctionRules

/// An entry as the database holds it, not yet believed.
struct StoredEntry {
    let position: Int64
    let at: Int64
    let kind: String
    let auction: String?
    let payload: [UInt8]
    /// Empty when there is none.
    let publicPayload: [UInt8]
    let salt: [UInt8]
    /// Nil when it is not 32 bytes long, as is the next one.
    let previousHash: EntryHash?
    let hash: EntryHash?

    /// The entry, once its hash, its place in the chain and its payload have been checked.
    ///
    /// - Parameters:
    ///   - head: the entry before; nil when it is not known.
    ///   - bytes: somewhere to work; what is in it is lost.
    func verified(
        after head: LogHead?, workingIn bytes: inout [UInt8]
    ) throws(LedgerError) -> LogEntry {
        guard let previousHash, let hash else { throw damaged("a hash is not 32 bytes long") }
        if let head {
            guard position == head.position + 1 else {
                throw damaged("entry \(head.position + 1) is missing")
            }
            guard previousHash == head.hash else {
                throw damaged("it does not follow from the entry before it")
            }
        }
        guard let salt = EntrySalt(bytes: salt) else {
            throw damaged("its salt is not 16 bytes long")
        }
        let at = Instant(milliseconds: at)
        bytes.removeAll(keepingCapacity: true)
        let image = EntryImage(
            previousHash: previousHash, position: position, at: at, kind: kind, auction: auction,
            salt: salt, payload: payload, publicPayload: publicPayload, appendingTo: &bytes)
        guard image.hash == hash else { throw damaged("its bytes do not match its hash") }
        do {
            let event = try EventCodec.decode(kind: kind, auction: auction, payload: payload)
            return LogEntry(
                position: position, event: event, at: at, payload: payload,
                publicPayload: publicPayload.isEmpty ? nil : publicPayload, salt: salt,
                payloadDigest: image.payloadDigest, previousHash: previousHash, hash: hash)
        } catch {
            throw damaged("\(error)")
        }
    }

    /// A row of the log, as somebody sees it who may see no secret; nil when a hash is not 32 bytes
    /// long, or the salt not 16.
    ///
    /// - Parameters:
    ///   - row: position, at, kind, auction, payload, public payload, salt, and at 8 the hash.
    ///   - bytes: somewhere to work; what is in it is lost.
    static func publicEntry(_ row: Statement, workingIn bytes: inout [UInt8]) -> PublicEntry? {
        let kind = row.text(2)
        let auction = row.text(3)
        guard let salt = EntrySalt(bytes: row.bytes(6)), let hash = row.hash(8)
        else { return nil }
        let isPublic = !row.isNull(5)
        return PublicEntry(
            position: row.integer(0), at: Instant(milliseconds: row.integer(1)),
            kind: isPublic ? kind : "", auction: isPublic ? auction : "",
            publicPayload: row.bytes(5),
            payloadDigest: EntryImage.payloadDigest(
                salt: salt, kind: kind, auction: auction, payload: row.bytes(4),
                workingIn: &bytes), hash: hash)
    }

    private func damaged(_ what: String) -> LedgerError {
        LedgerError(
            .corrupt(position: position),
            "Entry \(position) of the log is damaged: \(what). Restore a backup, or find out with "
                + "\"gavel log verify\" how far the log can be trusted.")
    }
}
