import AuctionRules
import StrictJSON

/// The protocol's own types: what a field of one means is the same everywhere.
extension Schema {
    /// Of a lot, a sale, a bidder or a bid.
    public static let identifier = text(matching: "^[A-Za-z0-9._:-]+$")
        .with("minLength", .integer(1)).with("maxLength", .integer(64))

    /// An id in the query of an address, where an empty text is none.
    public static let identifierOrNone = text(matching: "^[A-Za-z0-9._:-]*$")
        .with("maxLength", .integer(64))

    /// In minor units of the lot's currency.
    public static let amount = integer(from: 1, to: Amount.largest.minorUnits)
        .described("In minor units of the lot's currency (cents, yen, fils).")

    /// Unix milliseconds.
    public static let instant = integer(from: 0, to: Instant.latest.milliseconds)
        .described("Unix milliseconds, by the server's clock.")

    public static let duration = integer(from: 0, to: Instant.durationMax).described(
        "In milliseconds.")

    public static let count = integer(from: 0)

    /// The number of a public change.
    public static let seq = integer(from: 0)
        .described("The lot's public change; they are numbered 1, 2, 3 … without a hole.")

    public static let digest = text(matching: "^[0-9a-f]{64}$")

    public static let log = text(lengthMax: 64)
        .described("The log that `seq` counts in; another one after a restored database.")

    public static let alias = text().described("An alias on this lot, like \"Bidder 1\".")

    public static let currency = text(matching: "^[A-Z]{3}$").described("An ISO 4217 code.")

    public static let status = words(AuctionStatus.self)

    public static let outcome = words(["sold", "no_bids", "reserve_not_met", "passed", "withdrawn"])
        .described("How the lot ended; null until then.")

    public static let reserve = words(ReserveState.self)
        .described("`none` or the secret reserve: whether the price has met it.")

    public static let format = words(Format.self)

    /// The lot's price where somebody leads.
    public static let price = amount.nullable
        .described(
            "What the lot stands at, in minor units. Null before the first bid, and on a sealed lot "
                + "until the close.")

    public static let minimum = amount.nullable
        .described(
            "The least that the next bid must offer, in minor units; null when none is taken.")

    public static let buyNow = amount.nullable
        .described(
            "The price at which the lot can be had at once, in minor units; null when it can't, or "
                + "no longer.")

    public static let endsAt = instant.nullable
        .described(
            "When the lot ends, Unix milliseconds; null while it is paused or has no end. It has "
                + "ended when its `status` says so, not before.")

    public static let ref = text(lengthMax: Int64(ClientFrame.refLengthMax))
        .described("The `ref` of the message that this answers.")

    /// What messages about live-room lots have beside; those about other lots do without.
    static func block() -> [Field] {
        [
            field(
                "ask", amount,
                "What the auctioneer asks for, in minor units; absent off the block."
            ).optional,
            field("ask_seq", count, "The ask's number; a bid on the block names it.").optional,
            field(
                "fair_warnings", integer(from: 0, to: 2), "How many fair warnings have been given."
            ).optional,
        ]
    }

    /// Something signed by the server.
    public static let signedStatementFields: [Field] = [
        field("statement", text(), "A JSON text; what was signed is its bytes."),
        field("index", count, "The statement's place among the leaves of its tree."),
        field(
            "path", array(of: digest, countMax: 64),
            "The hashes beside the way to the tree's root, from the leaf."),
        field("head", text(), "The tree's head, a JSON text; what is signed is its bytes."),
        field(
            "signature", text(matching: "^[0-9a-f]{128}$"),
            "Ed25519 over the head, by the key that it names."),
    ]
}
