internal import CSimulatedDisk
public import Ledger
internal import Synchronization

/// A disk in memory that real SQLite and the real ledger work on, and that fails when and how a test
/// wants it. Any number of them can exist at once.
///
/// It counts every operation, so that a test can make each one of them the one that fails. Nothing
/// about it is random but by its seed.
public final class SimulatedDisk: Disk, @unchecked Sendable {
    // Sendable: what the pointer leads to is guarded by a mutex of its own, and `hook` is set before
    // anybody uses the disk.
    let pointer: OpaquePointer
    /// The VFS that it is for SQLite.
    public let name: String
    private var hook: Hook?

    /// What is called before every operation.
    private final class Hook {
        let body: @Sendable (Operation, File) -> Void
        init(_ body: @escaping @Sendable (Operation, File) -> Void) { self.body = body }
    }

    public init(seed: UInt64 = 1) {
        let number = Self.lastNumber.withLock { last in
            last += 1
            return last
        }
        let name = "simulated-\(number)"
        guard let pointer = disk_create(name, seed) else {
            preconditionFailure("SQLite takes no further VFS")
        }
        self.name = name
        self.pointer = pointer
    }

    deinit {
        disk_set_hook(pointer, nil, nil)
        disk_destroy(pointer)
    }

    /// Has a closure called before every operation, on the thread that asks; it may block. To be set
    /// before the disk is used.
    public func onOperation(_ body: @escaping @Sendable (Operation, File) -> Void) {
        let hook = Hook(body)
        self.hook = hook
        disk_set_hook(
            pointer,
            { context, operation, file in
                guard let context, let operation = Operation(rawValue: operation),
                    let file = File(rawValue: file)
                else { return }
                Unmanaged<Hook>.fromOpaque(context).takeUnretainedValue().body(operation, file)
            }, Unmanaged.passUnretained(hook).toOpaque())
    }

    // MARK: - Faults

    /// What is asked of a disk.
    public enum Operation: Int32, Sendable, CaseIterable {
        case open, read, write, truncate, sync, delete
    }

    /// Of which file it is asked.
    public enum File: Int32, Sendable, CaseIterable {
        case database, writeAheadLog, journal, temporary
    }

    /// What happens instead.
    public enum Effect: Int32, Sendable, CaseIterable {
        /// Nothing but an error. What a failed sync was for is never synced any more, as on Linux.
        case fail
        /// Only the first bytes of a write get through, then an error.
        case tear
        /// There is no room.
        case full
        /// A read gives zeroes, as from a file that was cut off.
        case shortRead
        /// A sync says that it is done, and has done nothing.
        case lie
        /// The process dies there: nothing works until the reboot. What was written is there.
        case crash
        /// The power fails there: as a crash, and of what was not synced only a seeded part is there.
        case powerLoss
    }

    /// Arms a fault; several may be armed.
    ///
    /// - Parameters:
    ///   - operation: at which operation; nil: any.
    ///   - file: on which file; nil: any.
    ///   - successes: how many such operations from now still go well.
    ///   - times: how many fail then; nil: all, until the faults are cleared.
    ///   - bytes: how many bytes of a torn write get through; nil: seeded.
    public func inject(
        _ effect: Effect, at operation: Operation? = nil, of file: File? = nil,
        after successes: Int = 0, times: Int? = 1, bytes: Int? = nil
    ) {
        disk_inject(
            pointer,
            DiskFault(
                operation: operation?.rawValue ?? -1, file: file?.rawValue ?? -1,
                effect: effect.rawValue, after: Int64(successes),
                times: times.map(Int64.init) ?? -1,
                bytes: bytes.map(Int64.init) ?? -1))
    }

    /// The disk works again, unless it is down.
    public func clearFaults() { disk_clear_faults(pointer) }

    /// The process dies now: nothing works until ``reboot()``. What was written is there.
    public func crash() { disk_stop(pointer, 0) }

    /// The power fails now: as ``crash()``, and of what was not synced only a seeded part is there.
    public func losePower() { disk_stop(pointer, 1) }

    /// Everything works again with what is there. What was open before stays dead.
    public func reboot() { disk_reboot(pointer) }

    /// Between a crash or a loss of power and the reboot.
    public var isDown: Bool { disk_is_down(pointer) != 0 }

    /// How many bytes it holds; nil: any number.
    public var capacity: Int64? {
        get {
            let capacity = disk_capacity(pointer)
            return capacity < 0 ? nil : capacity
        }
        set { disk_set_capacity(pointer, newValue ?? -1) }
    }

    public var used: Int64 { disk_used(pointer) }

    /// Sets what SQLite takes for the time, in milliseconds since 1970.
    public func setTime(_ milliseconds: Int64) { disk_set_time(pointer, milliseconds) }

    // MARK: - What happened

    /// How many files SQLite has open on it: 0 once every connection has been closed.
    public var openFiles: Int { Int(disk_open_files(pointer)) }

    /// How many such operations there were, those that failed included; nil: of all kinds.
    public func count(_ operation: Operation? = nil, of file: File? = nil) -> Int {
        Int(disk_count(pointer, operation?.rawValue ?? -1, file?.rawValue ?? -1))
    }

    /// How many faults with this effect have happened; nil: with any.
    public func injected(_ effect: Effect? = nil) -> Int {
        Int(disk_injected(pointer, effect?.rawValue ?? -1))
    }

    /// A hash of all operations so far, with their places, lengths and results.
    public var trace: UInt64 { disk_trace(pointer) }

    /// The bytes of a file as they are now; nil when there is none.
    public func contents(of path: String) -> [UInt8]? {
        let size = disk_file_size(pointer, path)
        guard size >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        return disk_file_read(pointer, path, 0, &bytes, size) == size ? bytes : nil
    }

    /// Puts bytes in a file's place, synced.
    public func replace(_ path: String, with bytes: [UInt8]) {
        disk_file_replace(pointer, path, bytes, Int64(bytes.count))
    }
}
