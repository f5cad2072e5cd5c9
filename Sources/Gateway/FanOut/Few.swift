/// A dictionary of which most hold one pair: that one is kept in place, and only further ones take
/// memory of their own. A hundred thousand watchers of one lot each have three of these.
struct Few<Key: Hashable, Value> {
    private var first: (key: Key, value: Value)?
    private var others: [Key: Value] = [:]

    var count: Int { (first == nil ? 0 : 1) + others.count }
    var isEmpty: Bool { first == nil && others.isEmpty }

    subscript(key: Key) -> Value? {
        get {
            if let first, first.key == key { return first.value }
            return others.isEmpty ? nil : others[key]
        }
        set {
            if first?.key == key {
                first = newValue.map { (key, $0) }
            } else if first == nil, others.isEmpty {
                first = newValue.map { (key, $0) }
            } else {
                others[key] = newValue
            }
        }
    }

    var keys: [Key] { (first.map { [$0.key] } ?? []) + others.keys }
    var values: [Value] { (first.map { [$0.value] } ?? []) + others.values }

    /// The value of some pair.
    var any: Value? { first?.value ?? others.first?.value }

    mutating func removeAll(where isNeedless: (Value) -> Bool) {
        if let first, isNeedless(first.value) { self.first = nil }
        guard !others.isEmpty else { return }
        others = others.filter { !isNeedless($0.value) }
    }
}
