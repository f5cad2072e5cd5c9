import AuctionRules
import StrictJSON

/// An entry as somebody sees it who may see no secret.
struct PublicEntry {
    let position: Int64
    let at: Instant
    /// Empty when nothing of the entry is public; so are the two after it.
    let kind: String
    /// Empty for an event of the house, too.
    let auction: String
    let publicPayload: [UInt8]
    let payloadDigest: EntryHash
    let hash: EntryHash
}

/// Follows a log by what is public of it: the chain, the time, and each lot's public rules. What it
/// checks needs no secret, so it is the same for a database and for a redacted export.
struct PublicAudit {
    private(set) var head: LogHead
    private var lastAt = Instant(milliseconds: 0)
    private var lots: [String: PublicLot] = [:]
    private var groups = PublicGroups()
    /// Which lot of each sale came on the block last.
    private var blocks: [String: String] = [:]
    private var space: [UInt8] = []
    /// Nil while positions follow each other.
    private let isPart: Bool

    /// - Parameter isPart: entries of one lot only: the links between them can't be checked.
    init(isPart: Bool = false) {
        self.isPart = isPart
        head = .empty
    }

    var lotCount: Int64 { Int64(lots.count) }
    /// Accepted bids that are public and were not voided.
    var bidCount: Int64 { lots.values.reduce(0) { $0 + $1.bids } }

    /// - Parameter previousHash: as it is stored with the entry; nil where it is not.
    mutating func follow(
        _ entry: PublicEntry, previousHash: EntryHash? = nil
    ) throws(LogFault) {
        func fault(_ rule: String, _ detail: String) -> LogFault {
            LogFault(
                position: entry.position,
                auction: entry.auction.isEmpty ? nil : entry.auction, rule: rule, detail: detail)
        }
        if !isPart {
            guard entry.position == head.position + 1 else {
                throw fault("log without holes", "it follows entry \(head.position)")
            }
            guard previousHash == nil || previousHash == head.hash else {
                throw fault("hash chain linked", "it does not follow from the entry before it")
            }
        } else {
            guard entry.position > head.position else {
                throw fault("log in order", "it follows entry \(head.position)")
            }
            guard entry.position != head.position + 1 || previousHash == head.hash else {
                throw fault("hash chain linked", "it does not follow from the entry before it")
            }
        }
        let computed = EntryImage.hash(
            previousHash: isPart ? previousHash ?? head.hash : head.hash, position: entry.position,
            at: entry.at, kind: entry.kind,
            auction: entry.auction, publicPayload: entry.publicPayload,
            payloadDigest: entry.payloadDigest, workingIn: &space)
        guard computed == entry.hash else {
            throw fault("hash", "its bytes do not match its hash")
        }
        guard entry.at >= lastAt, entry.at <= .latest else {
            throw fault("time never runs backwards", "it is at \(entry.at), after \(lastAt)")
        }
        head = LogHead(position: entry.position, hash: entry.hash)
        lastAt = entry.at
        guard !entry.publicPayload.isEmpty, !entry.auction.isEmpty else { return }
        do {
            try followLot(entry)
        } catch let breach as PublicLot.Breach {
            throw fault(breach.rule, breach.detail)
        } catch {
            throw fault("public payload can be read", "\(error)")
        }
    }

    private mutating func followLot(_ entry: PublicEntry) throws {
        let event = try PublicEvent(kind: entry.kind, payload: entry.publicPayload)
        if case .created(let terms) = event.content, lots[entry.auction] == nil {
            lots[entry.auction] = PublicLot(terms)
            groups.add(entry.auction, terms)
            return
        }
        // Of one lot alone nobody can tell what its group is owed.
        if !isPart { try groups.check(event, on: entry.auction) }
        try checkBlock(event, of: entry.auction)
        guard try lots[entry.auction]?.follow(event, at: entry.at) != nil else {
            throw PublicLot.Breach(
                rule: "a lot is created first", detail: "nothing is known of it")
        }
        if !isPart, lots[entry.auction]?.isLateBid == true {
            groups.noteLateBid(on: entry.auction, at: entry.at, lots)
        }
    }

    /// At most one lot of a sale is on the block, and one that has left it comes back only until the
    /// next one is there.
    private mutating func checkBlock(
        _ event: PublicEvent, of id: String
    ) throws(PublicLot.Breach) {
        guard let lot = lots[id], let sale = lot.terms.sale else { return }
        switch event.content {
        case .asked where !lot.isOnBlock:
            if let other = blocks[sale], other != id, lots[other]?.isOnBlock == true {
                throw PublicLot.Breach(
                    rule: "one lot of a sale on the block", detail: "lot \(other) is there")
            }
            blocks[sale] = id
        case .reopened where blocks[sale] != id:
            throw PublicLot.Breach(
                rule: "reopened until the next lot is on the block", detail: "it has been")
        default: break
        }
    }

    /// To be called after the last entry.
    func finish() throws(LogFault) {
        do { try groups.finish() } catch {
            throw LogFault(position: head.position, rule: error.rule, detail: error.detail)
        }
        for (id, lot) in lots {
            do {
                try lot.finish()
            } catch {
                throw LogFault(
                    position: head.position, auction: id, rule: error.rule, detail: error.detail)
            }
        }
    }
}
