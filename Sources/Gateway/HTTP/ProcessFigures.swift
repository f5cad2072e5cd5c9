import Foundation

/// What the process takes of its machine, under the names that every exporter has for it. Reading
/// it asks the kernel: not for an event loop.
struct ProcessFigures: Sendable {
    /// Nil where the kernel does not tell.
    var residentBytes: Int64?
    var openDescriptors: Int64?
    var descriptorsMax: Int64?
    var cpuMicroseconds: Int64?

    static func current() -> ProcessFigures {
        var figures = ProcessFigures()
        if let memory = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) {
            figures.residentBytes = residentBytes(
                ofMemory: memory, pageBytes: sysconf(CInt(_SC_PAGESIZE)))
        }
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // One of them is that of the folder.
            figures.openDescriptors = Int64(names.count) - 1
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.descriptorsMax = Int64(clamping: limit.rlim_cur)
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            figures.cpuMicroseconds = usage.ru_utime.microseconds + usage.ru_stime.microseconds
        }
        return figures
    }

    /// - Parameter memory: `/proc/self/statm`: the second number is what is resident, in pages.
    static func residentBytes(ofMemory memory: String, pageBytes: Int) -> Int64? {
        let numbers = memory.split { $0 == " " || $0 == "\n" }
        guard numbers.count > 1, let pages = Int64(numbers[1]) else { return nil }
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: Int64(pageBytes))
        return overflow ? nil : bytes
    }

    func write(to text: inout PrometheusText) {
        if let residentBytes {
            text.family("process_resident_memory_bytes", .gauge, "Memory that is resident.")
            text.sample(residentBytes)
        }
        if let openDescriptors {
            text.family("process_open_fds", .gauge, "Open file descriptors.")
            text.sample(openDescriptors)
        }
        if let descriptorsMax {
            text.family("process_max_fds", .gauge, "File descriptors that may be open.")
            text.sample(descriptorsMax)
        }
        if let cpuMicroseconds {
            text.family("process_cpu_seconds_total", .counter, "Time of the processors used.")
            text.sample(seconds: cpuMicroseconds)
        }
    }
}

extension timeval {
    fileprivate var microseconds: Int64 { Int64(tv_sec) &* 1_000_000 &+ Int64(tv_usec) }
}
