import FoundationEssentials
import JSON
import Program
import ToolBridge

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A client's configuration file, into which one server is merged.
///
/// Everything else in it stays byte for byte.
struct ClientFile {
    let path: String

    enum Outcome: Equatable {
        case unchanged
        case created
        /// The old content lies at this path.
        case changed(backup: String)
    }

    /// - Throws: ``StartFault`` if the file isn't what the client would read; then it is left alone.
    func install(_ snippet: ConnectSnippet) throws(StartFault) -> Outcome {
        guard access(path, F_OK) == 0 else {
            try write(snippet.file, to: path)
            return .created
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw StartFault("\(path) can't be read") }
        let old = [UInt8](data)
        let new = old.allSatisfy(\.isJSONSpace) ? snippet.file : try merged(old, snippet)
        guard new != old else { return .unchanged }
        let backup = path + ".backup-" + Timestamp.now().description.filter { $0.isNumber }.prefix(17)
        try write(old, to: backup)
        try write(new, to: path)
        return .changed(backup: backup)
    }

    private func merged(_ old: [UInt8], _ snippet: ConnectSnippet) throws(StartFault) -> [UInt8] {
        let root: JSONValue
        do {
            root = try JSONValue(parsing: old)
        } catch {
            throw StartFault("\(path) isn't plain JSON (\(error)): paste the snippet by hand, nothing was changed")
        }
        let key = snippet.client.serversKey
        let servers = root[key] ?? [:]
        guard root.kind == .object, servers.kind == .object else {
            throw StartFault("\(path) has no object under \(key): paste the snippet by hand, nothing was changed")
        }
        var list = PayloadEdit(servers)
        list.set(ConnectSnippet.serverName, to: snippet.entry)
        var file = PayloadEdit(root)
        file.set(key, to: list.bytes)
        // What stands around the object, such as the last line break, is the client's as well.
        return Array(old[..<root.range.lowerBound]) + file.bytes + Array(old[root.range.upperBound...])
    }

    private func write(_ bytes: [UInt8], to path: String) throws(StartFault) {
        do {
            try FileManager.default.createDirectory(atPath: path.folder, withIntermediateDirectories: true)
        } catch {
            throw StartFault("the folder of \(path) can't be made")
        }
        try AtomicFile(path: path).replace(with: bytes)
    }
}

extension UInt8 {
    fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
