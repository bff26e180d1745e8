package import MCP
import Synchronization

/// Servers that offer the same clients different things; each is made when it is first asked for.
package final class ServerVariants<Key: Hashable & Sendable, Caller: Sendable>: Sendable {
    /// What most clients get.
    package let standard: Server<Caller>
    private let standardKey: Key
    private let define: @Sendable (Key) throws -> ServerDefinition<Caller>
    private let maximum: Int
    private let kept = Mutex(Kept())

    private struct Kept {
        var servers: [Key: (server: Server<Caller>, lastUse: Int)] = [:]
        var uses = 0
    }

    /// - Parameters:
    ///   - changes: Of all of them.
    ///   - maximum: How many are kept beside the standard one: whoever asks for more costs time, but no memory.
    ///   - define: Makes what is offered for a key.
    /// - Throws: What `define` throws.
    package init(
        standard key: Key,
        sharing changes: ServerChanges = ServerChanges(),
        maximum: Int = 64,
        define: @escaping @Sendable (Key) throws -> ServerDefinition<Caller>
    ) throws {
        standardKey = key
        standard = Server(try define(key), sharing: changes)
        self.maximum = max(maximum, 1)
        self.define = define
    }

    /// The server for a key; the same one for a while.
    ///
    /// - Throws: What `define` throws.
    package func server(_ key: Key) throws -> Server<Caller> {
        if key == standardKey { return standard }
        let found = kept.withLock { kept in
            kept.uses += 1
            kept.servers[key]?.lastUse = kept.uses
            return kept.servers[key]?.server
        }
        if let found { return found }
        // Two requests may make the same at once; that harms nobody, and no other request waits for them.
        let server = Server(try define(key), sharing: standard.changes)
        kept.withLock { kept in
            if kept.servers[key] == nil, kept.servers.count >= maximum {
                let oldest = kept.servers.min { $0.value.lastUse < $1.value.lastUse }
                if let oldest { kept.servers[oldest.key] = nil }
            }
            kept.servers[key] = (server, kept.uses)
        }
        return server
    }

    /// How many are kept beside the standard one.
    package var count: Int { kept.withLock { $0.servers.count } }
}
