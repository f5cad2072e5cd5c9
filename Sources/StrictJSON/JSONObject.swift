/// The members of a JSON object in the order in which they were written.
///
/// Guarantees that no key occurs twice. Look-up walks the members, which is the fastest way for
/// the handful that a message has; use ``members`` once for an object with very many.
public struct JSONObject: Sendable, Equatable {
    /// One key and its value.
    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }

        public static func == (left: Member, right: Member) -> Bool {
            sameBytes(left.key, right.key) && left.value == right.value
        }
    }

    /// All members, in order.
    public private(set) var members: [Member]

    /// An object without members.
    public init() {
        self.members = []
    }

    /// The members must have distinct keys; the parser has checked.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// Nil when a key occurs twice.
    public init?(_ members: [Member]) {
        var seen = SeenKeys()
        for (index, member) in members.enumerated() {
            guard seen.insert(member.key, after: members[..<index]) else { return nil }
        }
        self.members = members
    }

    public var count: Int { self.members.count }
    public var isEmpty: Bool { self.members.isEmpty }

    /// The value at `key`, or nil when there is none. Setting replaces in place or appends;
    /// setting nil removes.
    public subscript(key: String) -> JSONValue? {
        get {
            for member in self.members where sameBytes(member.key, key) {
                return member.value
            }
            return nil
        }
        set {
            let index = self.members.firstIndex { sameBytes($0.key, key) }
            switch (index, newValue) {
            case (let index?, let value?): self.members[index].value = value
            case (let index?, nil): self.members.remove(at: index)
            case (nil, let value?): self.members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}
