extension House {
    /// The version of all images. Another one, when what is in an image changes, or when the rules
    /// would make another state of the same log: older images are then not looked at, and the log is
    /// followed from its beginning once.
    public static let imageVersion = 5

    /// All but the lots, as bytes. What the lots tell is left out: which of them are in which sale, and
    /// on which a bidder has bid.
    public var image: [UInt8] {
        var writer = ImageWriter()
        writer.write(sales.values) { $0.write($1) }
        writer.write(bidders.values) { $0.write($1) }
        writer.write(tokens) { $0.write($1.value) }
        writer.write(signingKeys) { $0.write($1) }
        return writer.bytes
    }

    /// The house that an image shows, without lots.
    init(image: [UInt8]) throws(ImageFault) {
        self = try ImageReader.reading(image) { reader throws(ImageFault) in try reader.house() }
    }
}

extension ImageReader {
    fileprivate mutating func house() throws(ImageFault) -> House {
        var house = House()
        for _ in 0..<(try count()) {
            house.sales.insert(try catalogue())
        }
        for _ in 0..<(try count()) {
            house.bidders.insert(try membership())
        }
        for _ in 0..<(try count()) {
            let token = try token()
            house.tokens[token.hash] = token
        }
        for _ in 0..<(try count()) { house.signingKeys.append(try signingKey()) }
        guard isAtEnd else { throw ImageFault("it is too long") }
        return house
    }
}

extension ImageWriter {
    fileprivate mutating func write(_ catalogue: House.Catalogue) {
        let sale = catalogue.sale
        write(sale.id)
        write(sale.title)
        write(sale.stagger)
        write(sale.requiresApproval)
        write(sale.softCloseGroup) { $0.write($1) }
        write(catalogue.registrations.values) { writer, registration in
            writer.write(registration.bidder)
            writer.write(registration.isApproved)
            writer.write(registration.exposureLimit) { $0.write($1) }
        }
    }

    fileprivate mutating func write(_ membership: House.Membership) {
        write(membership.bidder.id)
        write(membership.bidder.name) { $0.write($1) }
        write(membership.bidder.bidLimit) { $0.write($1) }
        write(membership.isSuspended)
    }

    fileprivate mutating func write(_ token: Token) {
        write(token.hash.hex)
        switch token.bearer {
        case .bidder(let id):
            write(0)
            write(id)
        case .administrator(let name):
            write(1)
            write(name)
        }
        write(token.expiresAt) { $0.write($1) }
    }

    fileprivate mutating func write(_ key: PublishedKey) {
        write(key.key.hex)
        write(key.from)
        write(key.until) { $0.write($1) }
    }

    private mutating func write(_ limit: Limit) {
        write(limit.amount)
        write(limit.currency.code)
    }
}

extension ImageReader {
    fileprivate mutating func catalogue() throws(ImageFault) -> House.Catalogue {
        let sale = Sale(
            id: try identifier(), title: try text(), stagger: try integer(),
            requiresApproval: try flag(), softCloseGroup: try optionalIdentifier())
        var catalogue = House.Catalogue(sale: sale)
        for _ in 0..<(try count()) {
            let registration = Registration(
                sale: sale.id, bidder: try identifier(), isApproved: try flag(),
                exposureLimit: try limit())
            catalogue.registrations[registration.bidder] = registration
        }
        return catalogue
    }

    fileprivate mutating func membership() throws(ImageFault) -> House.Membership {
        let bidder = Bidder(id: try identifier(), name: try optionalText(), bidLimit: try limit())
        return House.Membership(bidder: bidder, isSuspended: try flag())
    }

    fileprivate mutating func token() throws(ImageFault) -> Token {
        let hex = try text()
        guard let hash = TokenHash(hex: hex) else { throw ImageFault("a token is no hash") }
        let bearer: Token.Bearer
        switch try integer() {
        case 0: bearer = .bidder(try identifier())
        case 1: bearer = .administrator(name: try text())
        case let other: throw ImageFault("\(other) is no bearer")
        }
        return Token(hash: hash, bearer: bearer, expiresAt: try optionalInstant())
    }

    fileprivate mutating func signingKey() throws(ImageFault) -> PublishedKey {
        guard let key = PublicKey(hex: try text()) else {
            throw ImageFault("a signing key is no public key")
        }
        return PublishedKey(key: key, from: try instant(), until: try optionalInstant())
    }

    private mutating func limit() throws(ImageFault) -> Limit? {
        guard try flag() else { return nil }
        return Limit(amount: try amount(), currency: try currency())
    }
}
