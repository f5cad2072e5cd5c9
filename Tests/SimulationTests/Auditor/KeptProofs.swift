import AuctionRules
import Proof

/// What people were given that is signed: receipts of their own bids, and lots' certificates. Each of
/// them has to stay good against whatever log the server comes back with.
struct KeptProofs {
    private var receipts: [RequestName: Set<SignedStatement>] = [:]
    private var certificates: [AuctionID: Set<SignedStatement>] = [:]
    /// The keys that signatures were checked with, and what they were good for: under the same keys
    /// they stay good.
    private var keys = KeySet([])
    private var heads: [SignedStatement: TreeHead] = [:]

    mutating func keep(receipt: SignedStatement, of name: RequestName) {
        receipts[name, default: []].insert(receipt)
    }

    /// - Returns: false for one that is kept already.
    mutating func keep(certificate: SignedStatement, of auction: AuctionID) -> Bool {
        certificates[auction, default: []].insert(certificate).inserted
    }

    func hasReceipt(of name: RequestName) -> Bool { receipts[name] != nil }

    /// Holds all of them against the log: their keys are in it, and were in use then; it was as it is
    /// now up to the entry that they name; and each text is what follows from it.
    mutating func check(against truth: Truth) -> [Finding] {
        var findings: [Finding] = []
        if truth.keys != keys {
            keys = truth.keys
            heads = [:]
        }
        for (name, kept) in receipts.sorted(by: { $0.key < $1.key }) {
            let reply = truth.reply(to: name)
            let text = reply.map { ReceiptStatement.text(of: $0, on: name.auction) }
            let entry = reply.flatMap { truth.position(of: $0.entryHash) }
            for signed in kept {
                guard signed.statement == text, let entry else {
                    findings.append(
                        Finding(
                            promise: .signed,
                            detail:
                                "\(name): a receipt says \(signed.statement), the log \(text ?? "nothing")"
                        ))
                    continue
                }
                let problem = problem(with: signed, covering: entry, in: truth)
                if let problem {
                    findings.append(
                        Finding(promise: .signed, detail: "a receipt of \(name): \(problem)"))
                }
            }
        }
        for (auction, kept) in certificates.sorted(by: { $0.key < $1.key }) {
            let texts = truth.certificates[auction] ?? []
            for signed in kept {
                let problem =
                    texts.contains(signed.statement)
                    ? problem(with: signed, covering: 1, in: truth)
                    : "it says \(signed.statement), the log \(texts)"
                if let problem {
                    findings.append(
                        Finding(promise: .signed, detail: "a certificate of \(auction): \(problem)")
                    )
                }
            }
        }
        return findings
    }

    /// - Parameter position: an entry that its tree head must cover.
    private mutating func problem(
        with signed: SignedStatement, covering position: Int64, in truth: Truth
    ) -> String? {
        let head: TreeHead
        do { head = try heads[signed] ?? signed.verify(with: keys) } catch { return "\(error)" }
        heads[signed] = head
        guard head.log == truth.logID else { return "it is about another log" }
        guard head.position >= position else { return "it was signed before the log had it" }
        guard truth.entryHashes[head.position] == head.hash else {
            return "the log's entry \(head.position) is another one"
        }
        return nil
    }

    /// Those certificates that were published and are not stored.
    ///
    /// - Parameter texts: those of all certificates and of the tree heads over them.
    func missing(in texts: Set<String>) -> [Finding] {
        certificates.sorted { $0.key < $1.key }.flatMap { auction, kept in
            kept.filter { !texts.contains($0.statement) || !texts.contains($0.head) }.map {
                Finding(
                    promise: .signed,
                    detail: "a certificate of \(auction) is not stored any more: \($0.statement)")
            }
        }
    }
}
