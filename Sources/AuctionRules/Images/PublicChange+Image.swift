extension PublicChange {
    /// Appends the change to records of its lot: what may differ from one change to the next.
    @discardableResult
    func append(to records: inout RecordPages) -> RecordPages.Place {
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
                auction: state.auction, sale: state.sale, seq: seq, title: state.title,
                format: state.format, currency: state.currency, status: try enumeration(),
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
