import AuctionRules
import WireProtocol

/// What stands in a request's query, read strictly.
extension HTTPRequest {
    func count(
        _ name: String, in range: ClosedRange<Int>
    ) throws(HTTPFailure) -> Int? {
        guard let text = try parameter(name) else { return nil }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            range.contains(number)
        else {
            throw .badRequest(
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func identifier<Subject>(
        _ name: String
    ) throws(HTTPFailure) -> Identifier<Subject>? {
        guard let text = try parameter(name) else { return nil }
        guard let id = try? Identifier<Subject>(text) else {
            throw .badRequest("\(name) is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
        }
        return id
    }

    func status(_ name: String) throws(HTTPFailure) -> AuctionStatus? {
        guard let text = try parameter(name) else { return nil }
        guard let status = AuctionStatus(rawValue: text) else {
            let words = AuctionStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("\(name) is one of \(words)")
        }
        return status
    }

    func feed(_ name: String) throws(HTTPFailure) -> Feed? {
        guard let text = try parameter(name) else { return nil }
        guard let feed = Feed(rawValue: text) else {
            throw .badRequest("\(name) is latest or full")
        }
        return feed
    }
}
