import ArgumentParser
import AuctionRules
import Foundation
import Ledger

/// What a shell proposes for ids: those in the database that the command line names, read without its
/// lock. Nothing is written or created, nobody is asked over the network, and a fault proposes nothing.
extension CompletionKind {
    static var auctionIDs: CompletionKind { ids(.auctions) }
    static var saleIDs: CompletionKind { ids(.sales) }
    static var bidderIDs: CompletionKind { ids(.bidders) }

    private static func ids(_ kind: LedgerReader.Named) -> CompletionKind {
        .custom { words, _, prefix in
            Completions.ids(
                kind, words: words, prefix: prefix, environment: ProcessInfo.processInfo.environment
            )
        }
    }
}

/// What has ids that a shell can propose.
protocol ProposedSubject: SendableMetatype {
    static var ids: CompletionKind { get }
}

extension Auction: ProposedSubject {
    static var ids: CompletionKind { .auctionIDs }
}

extension Sale: ProposedSubject {
    static var ids: CompletionKind { .saleIDs }
}

extension Bidder: ProposedSubject {
    static var ids: CompletionKind { .bidderIDs }
}

extension Argument {
    /// The id of something that there is already.
    init<Subject: ProposedSubject>(existing help: ArgumentHelp) where Value == Identifier<Subject> {
        self.init(
            help: help, completion: Subject.ids,
            transform: { try ValueText.identifier($0) })
    }
}

enum Completions {
    /// More than anybody reads through.
    static let countMax = 500

    /// - Parameter words: the command line so far.
    static func ids(
        _ kind: LedgerReader.Named, words: [String], prefix: String, environment: [String: String]
    ) -> [String] {
        guard !words.contains(where: { $0 == "--server" || $0.hasPrefix("--server=") }),
            let reader = try? LedgerReader(path: database(words, environment)),
            let ids = try? reader.names(of: kind, beginningWith: prefix, max: countMax)
        else { return [] }
        return ids
    }

    static func database(_ words: [String], _ environment: [String: String]) -> String {
        for (index, word) in words.enumerated() {
            if word == "--database", index + 1 < words.count { return words[index + 1] }
            if word.hasPrefix("--database=") { return String(word.dropFirst("--database=".count)) }
        }
        let named = environment["GAVEL_DATABASE"].flatMap { $0.isEmpty ? nil : $0 }
        return named ?? Place.defaultDatabase
    }
}
