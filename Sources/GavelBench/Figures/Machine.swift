import Foundation
import StrictJSON

/// What a figure was measured on.
public struct Machine: Hashable, Sendable {
    public let processors: Int
    public let processorName: String
    /// In bytes.
    public let memory: Int64
    public let kernel: String
    /// Whether the program was built for release.
    public let isRelease: Bool

    /// This one.
    public static func here() -> Machine {
        var name = utsname()
        uname(&name)
        let kernel = withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        let processorName = model?.split(separator: ":").last.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #if DEBUG
            let isRelease = false
        #else
            let isRelease = true
        #endif
        return Machine(
            processors: ProcessInfo.processInfo.activeProcessorCount,
            processorName: processorName ?? "unknown",
            memory: Int64(clamping: ProcessInfo.processInfo.physicalMemory), kernel: kernel,
            isRelease: isRelease)
    }

    func write(into writer: inout JSONWriter) {
        writer.field("processors", processors)
        writer.field("processor", processorName)
        writer.field("memory_bytes", memory)
        writer.field("kernel", kernel)
        writer.field("release_build", isRelease)
    }
}
