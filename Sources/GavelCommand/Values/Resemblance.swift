/// What somebody may have meant who wrote something that there is not.
enum Resemblance {
    /// The candidate that is nearest to `word`, if any is near enough: few letters left out, put in,
    /// changed or swapped, of those that there are.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(word.lowercased())
        let most = max(1, min(3, wanted.count / 3))
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let letters = Array(candidate.lowercased())
            guard abs(letters.count - wanted.count) <= most else { continue }
            let distance = distance(wanted, letters)
            guard distance <= most, distance < best?.distance ?? .max else { continue }
            best = (distance, candidate)
        }
        return best?.candidate
    }

    /// Of two texts: the edits that make the one of the other, two swapped neighbours being one.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for (i, one) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (one == other ? 0 : 1))
                if i > 0, j > 0, one == right[j - 1], left[i - 1] == other {
                    least = min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
