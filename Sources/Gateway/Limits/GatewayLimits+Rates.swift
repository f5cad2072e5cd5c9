extension GatewayLimits {
    /// Of one connection's messages or requests.
    var messages: RateLimit { RateLimit(perSecond: messagesPerSecond, burst: messageBurst) }
    /// Of what one connection may be refused for its rate.
    var refusals: RateLimit { RateLimit(perSecond: refusalsPerSecond, burst: refusalBurst) }
    /// Of one bidder's bids.
    var bids: RateLimit { RateLimit(perSecond: bidsPerSecond, burst: bidBurst) }
    /// Of one address's new connections.
    var newConnectionsOfAddress: RateLimit {
        RateLimit(
            perSecond: newConnectionsPerAddressPerSecond, burst: newConnectionsPerAddressBurst)
    }
    /// Of everybody's new connections.
    var newConnectionsOfNode: RateLimit {
        RateLimit(perSecond: newConnectionsPerSecond, burst: newConnectionsBurst)
    }
    /// Of connections that are told why they are refused.
    var toldRefusals: RateLimit {
        RateLimit(perSecond: toldRefusalsPerSecond, burst: toldRefusalsPerSecond)
    }
    /// Of one bidder's bids on one lot.
    var bidsOnLot: RateLimit { RateLimit(perSecond: bidsOnLotPerSecond, burst: bidOnLotBurst) }
}
