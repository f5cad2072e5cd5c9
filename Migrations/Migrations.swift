/// One step of the database's schema: a file of plain SQL that a person can read and run by hand.
public struct Migration: Hashable, Sendable {
    /// 1, 2, 3 … without a hole: the order in which the files are run.
    public let number: Int
    /// The file's name without its ending, such as `v0001_event_log`.
    public let name: String
    public let sql: String

    init(_ number: Int, _ name: String, _ bytes: [UInt8]) {
        self.number = number
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}

/// Every migration, in order. One that has been released is never changed, moved or taken out: a
/// database remembers the checksum of what was run on it, and refuses another history.
public let all: [Migration] = [
    Migration(1, "v0001_event_log", PackageResources.v0001_event_log_sql),
    Migration(2, "v0002_house", PackageResources.v0002_house_sql),
    Migration(3, "v0003_auctions", PackageResources.v0003_auctions_sql),
    Migration(4, "v0004_bids", PackageResources.v0004_bids_sql),
    Migration(5, "v0005_operations", PackageResources.v0005_operations_sql),
    Migration(6, "v0006_views_for_people", PackageResources.v0006_views_for_people_sql),
    Migration(7, "v0007_event_log_view", PackageResources.v0007_event_log_view_sql),
    Migration(8, "v0008_secret_views", PackageResources.v0008_secret_views_sql),
    Migration(9, "v0009_integrity_of_log", PackageResources.v0009_integrity_of_log_sql),
    Migration(10, "v0010_integrity_of_bidding", PackageResources.v0010_integrity_of_bidding_sql),
    Migration(11, "v0011_snapshot", PackageResources.v0011_snapshot_sql),
    Migration(12, "v0012_certificate", PackageResources.v0012_certificate_sql),
    Migration(13, "v0013_webhook", PackageResources.v0013_webhook_sql),
]
