extension PublicChange {
    /// Appends the change to records of its lot: what may differ from one change to the next.
    @discardableResult
    func append(to records: inout RecordPages) -> RecordPages.Place {
        appendPrice(to: &records) ?? appendPlainly(to: &records)
    }

    /// The most bytes of a price's record: numbers of 10 at most, a byte before what may be missing, and an
    /// alias of 63 at most.
    private static let priceLengthMax = 10 * 10 + 10 + 64

    /// A new price of an open lot, which most changes are; nil, and nothing appended, when it is another one.
    ///
    /// A test compares the two ways. Every bid on every lot is noted, and the writer of images made an array
    /// for each, and two of all cases that a state and a reserve can be in.
    private func appendPrice(to records: inout RecordPages) -> RecordPages.Place? {
        let alias = state.leader ?? ""
        guard kind == .price, state.status == .open, state.outcome == nil, state.block == nil,
            alias.utf8.count < 64
        else { return nil }
        return StackRecord.withSpace(of: Self.priceLengthMax) { record in
            record.write(state.seq)
            record.write(at.milliseconds)
            record.write(0 as Int64)
            // The case's number, as below.
            record.write(1 as Int64)
            record.write(false)
            record.write(optional: state.price?.minorUnits)
            record.write(optional: state.minimum?.minorUnits)
            record.write(optional: state.buyNow?.minorUnits)
            record.write(state.leader != nil)
            if state.leader != nil {
                let length = UInt8(truncatingIfNeeded: alias.utf8.count << 1)
                record.write(text: alias, lengthAs: length)
            }
            record.write(Int64(state.bids))
            record.write(state.reserve)
            record.write(state.startsAt.milliseconds)
            record.write(optional: state.endsAt?.milliseconds)
            record.write(Int64(state.extensions))
            record.write(false)
            return records.append(record.written)
        }
    }

    /// Any change.
    func appendPlainly(to records: inout RecordPages) -> RecordPages.Place {
        var writer = ImageWriter(reserving: 160)
        writer.write(state.seq)
        writer.write(at)
        switch kind {
        case .price: writer.write(0)
        case .status(nil): writer.write(1)
        case .status(let reason?):
            writer.write(2)
            writer.write(reason)
        }
        writer.write(state.status)
        writer.write(state.outcome) { $0.write($1) }
        writer.write(state.price) { $0.write($1) }
        writer.write(state.minimum) { $0.write($1) }
        writer.write(state.buyNow) { $0.write($1) }
        writer.write(state.leader) { $0.write($1) }
        writer.write(state.bids)
        writer.write(state.reserve)
        writer.write(state.startsAt)
        writer.write(state.endsAt) { $0.write($1) }
        writer.write(state.extensions)
        writer.write(state.block) { writer, block in
            writer.write(block.ask) { $0.write($1) }
            writer.write(block.askSeq)
            writer.write(block.fairWarnings)
        }
        return writer.bytes.withUnsafeBytes { records.append($0) }
    }
}

extension ImageReader {
    /// - Parameter state: of the same lot at any time, for what never differs.
    mutating func publicChange(of state: PublicState) throws(ImageFault) -> PublicChange {
        let (seq, at) = (try integer(), try instant())
        let kind: PublicChange.Kind
        switch try integer() {
        case 0: kind = .price
        case 1: kind = .status(reason: nil)
        case 2: kind = .status(reason: try text())
        case let other: throw ImageFault("\(other) is no kind of change")
        }
        return PublicChange(
            kind: kind,
            state: PublicState(
                heading: state.heading, seq: seq, status: try enumeration(),
                outcome: try optionalText(), price: try optionalAmount(),
                minimum: try optionalAmount(), buyNow: try optionalAmount(),
                leader: try optionalText(), bids: try count(), reserve: try enumeration(),
                startsAt: try instant(), endsAt: try optionalInstant(), extensions: try count(),
                block: try flag()
                    ? PublicBlock(
                        ask: try optionalAmount(), askSeq: try integer(), fairWarnings: try count())
                    : nil),
            at: at)
    }
}
