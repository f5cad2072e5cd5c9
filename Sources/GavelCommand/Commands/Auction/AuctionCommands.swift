import ArgumentParser

struct AuctionCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auction", abstract: "Create lots, show them and run them.",
        subcommands: [
            CreateAuction.self, ImportAuctions.self, ListAuctions.self, ShowAuction.self,
            ExplainAuction.self, ListRequests.self, WatchAuctions.self, OpenAuction.self,
            PauseAuction.self,
            ResumeAuction.self,
            CloseAuction.self, CancelAuction.self, ExtendAuction.self, LowerReserve.self,
            VoidBid.self, Announce.self, AskAuction.self, WarnAuction.self, HammerAuction.self,
            PassAuction.self, ReopenAuction.self, RoomBidCommand.self, UndoBid.self,
            ShowCertificate.self,
        ])
}
