import JSON
import Program

/// What a client's file must say so that it starts this server.
struct ConnectSnippet {
    let client: ConnectClient
    /// The absolute path of this program.
    let program: String
    let database: DatabaseLocation
    /// The tenant whose items are meant, where it isn't the usual one.
    let tenant: String?

    /// The name of the server in the client.
    static let serverName = "toolbridge"

    /// The server's entry.
    var entry: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            if client == .vscode { writer.member("type", "stdio") }
            writer.member("command", program)
            writer.key("args")
            writer.array { writer in
                for argument in ["stdio", "--database", database.url, "--toolsets", "all"] { writer.string(argument) }
            }
            if let tenant {
                writer.key("env")
                writer.object { $0.member("DEFAULT_TENANT_ID", tenant) }
            }
        }
        return writer.bytes
    }

    /// The whole file, for a client that has none.
    var file: [UInt8] {
        var writer = JSONWriter(reserving: 320)
        writer.object { writer in
            writer.key(escaping: client.serversKey)
            writer.object { writer in
                writer.key(escaping: Self.serverName)
                writer.raw(entry)
            }
        }
        return writer.bytes
    }

    var text: String { String(decoding: file, as: UTF8.self) }
}
