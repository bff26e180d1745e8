import Auth
import HTTPServer
import JSON
import Observability
import RESTAPI
import SQLStore
import SQLiteDriver
import Synchronization
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The API as `serve` puts it together, on a free port, over a database of its own in a folder that is removed at the end.
struct TestAPI: Sendable {
    let port: Int
    let service: LocalItemService
    let clock: TestClock
    /// Wakes event streams.
    var signals: ChangeSignals { service.signals }
    private let database: SQLiteDatabase

    static let owner = Owner(tenant: "tenant", subject: "me")
    static let other = Owner(tenant: "tenant", subject: "other")

    /// - Parameters:
    ///   - items: What stands behind the routes of items instead of the database.
    ///   - sync: The same for those of syncing.
    ///   - resource: What MCP's endpoints are.
    ///   - further: Routes besides the API's.
    static func run(
        items: (any ItemService)? = nil,
        sync: (any SyncService)? = nil,
        profile: TestProfile = .development,
        rateLimits: RateLimits = .unlimited,
        info: SyncInfo = SyncInfo(rate: nil),
        streams: FeedStreams = FeedStreams(),
        exchange: ExchangeRoutes = ExchangeRoutes(),
        tenants: TenantResolution.Source = .single,
        resource: ProtectedResource? = nil,
        further: [Route<Caller>] = [],
        _ body: (TestAPI) async throws -> Void
    ) async throws {
        let folder = "/tmp/rest-tests-\(UID.random())"
        let file = folder + "/toolbridge.db"
        let database = try await SQLiteDatabase(path: file, durability: .normal)
        defer {
            for name in [file, file + "-wal", file + "-shm"] { unlink(name) }
            rmdir(folder)
        }
        let clock = TestClock()
        let service = LocalItemService(store: SQLStore(database: database), now: { clock.now })
        // A file that goes with its descriptor: what the server says isn't read here.
        let log = tmpfile()
        defer { if let log { fclose(log) } }
        let observations = Observations(level: .error, format: .json, stream: log.map { .descriptor(fileno($0)) } ?? .standardError)
        do {
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let server = ServerInfo(version: "1.2.3", role: "serve", revisions: ["2026-07-28"], endpoints: ["/mcp"])
            let data = DataRoutes(items: items ?? service, sync: sync ?? service)
            var routes: [Route<Caller>] = [serverInfoRoute(server), syncInfoRoute(info) { clock.now }]
            routes += ItemRoutes(data).all + [batchRoute(data), searchRoute(data), recentRoute(data)]
            routes += SyncRoutes(data).all + [FeedRoute(data, signals: service.signals, streams: streams).route]
            routes += IdentityRoutes(tenant: Organization(id: "tenant", name: "Personal"), source: tenants).all + exchange.all
            routes += further
            let http = HTTPService(
                routes: try RouteTable(routes),
                authenticator: APIAuthenticator(profile.policy, resource: resource),
                configuration: Self.configuration,
                observations: observations,
                rateLimits: rateLimits,
                rateKey: { $1.rateKey(in: $0) },
                onReady: { port.yield($0) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { port.finish() }
                    try await http.run()
                }
                var numbers = ports.makeAsyncIterator()
                if let number = await numbers.next() {
                    do {
                        try await body(TestAPI(port: number, service: service, clock: clock, database: database))
                    } catch {
                        group.cancelAll()
                        throw error
                    }
                }
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        } catch {
            await database.close()
            observations.finish()
            throw error
        }
        await database.close()
        observations.finish()
    }

    /// Patient: hundreds of servers share two event loops here.
    private static var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration(drainLimit: .milliseconds(500))
        configuration.deadlines.head = .seconds(60)
        configuration.deadlines.body = .seconds(60)
        return configuration
    }

    /// Sends a request and checks what every answer must have.
    ///
    /// - Parameter subject: Who calls; `nil` sends no credentials.
    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        _ headers: [(String, String)] = [],
        as subject: String? = "me"
    ) async throws -> Response {
        try await send(method, target, bytes: body.map { Array($0.utf8) }, headers, as: subject)
    }

    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        bytes: [UInt8]?,
        _ headers: [(String, String)] = [],
        as subject: String? = "me"
    ) async throws -> Response {
        var head = "\(method) \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.0 == "Host" }) { head += "Host: test\r\n" }
        if !headers.contains(where: { $0.0 == "X-Correlation-ID" }) { head += "X-Correlation-ID: t-1\r\n" }
        if let subject { head += "X-Debug-Sub: \(subject)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let bytes, !headers.contains(where: { $0.0 == "Content-Length" }) { head += "Content-Length: \(bytes.count)\r\n" }
        let response = try await RawExchange.run(port: port, Array((head + "\r\n").utf8) + (bytes ?? []))
        let context: Comment = "\(method) \(target.prefix(200)) → \(response.status) \(response.text.prefix(300))"
        let correlation = try #require(response.field("X-Correlation-ID"), context)
        #expect(response.field("Date") != nil, context)
        #expect((response.field("Content-Length") == nil) == (response.status == 204), context)
        // Errors at this path have OAuth's shape besides.
        if response.status >= 400, target != "/oauth/token" {
            #expect(response.field("Content-Type") == "application/json", context)
            #expect(response.text.hasPrefix(#"{"error":""#), context)
            #expect(response.text.hasSuffix(#","correlation_id":"\#(correlation)"}"#), context)
        }
        return response
    }

    /// The uid of a new item.
    func create(_ kind: ItemKind, _ payload: String = "{}", as subject: String = "me") async throws -> String {
        let response = try await send("POST", "/v1/\(kind.path)", payload, as: subject)
        #expect(response.status == 201, "\(response.text)")
        return try #require(try response.json["uid"]?.string)
    }

    /// A member that names a living parent, with its comma, for kinds that need one.
    func parentMember(of kind: ItemKind) async throws -> String {
        switch kind {
        case .comments: #""parentType":"note","parentUid":"\#(try await create(.notes))","#
        case .chatMessages: #""chatUid":"\#(try await create(.chats))","#
        default: ""
        }
    }

    /// The headers of a device that has just opened a session.
    func device(as subject: String = "me") async throws -> [(String, String)] {
        let opened = try await send("POST", "/v1/sync/sessions", as: subject)
        let id = try #require(try opened.json["id"]?.string)
        return [("X-Sync-Session", id), ("X-Sync-Epoch", try #require(opened.field("X-Sync-Epoch")))]
    }

    /// The acknowledgements of a push that is taken.
    func push(_ items: [String], _ kind: ItemKind = .notes, _ headers: [(String, String)]? = nil) async throws -> [JSONValue] {
        let headers = if let headers { headers } else { try await device() }
        let response = try await send("POST", "/v1/sync/\(kind.path)/push", #"{"items":[\#(items.joined(separator: ","))]}"#, headers)
        #expect(response.status == 200, "\(response.text.prefix(300))")
        return Array(try response.json.elements)
    }

    /// From now on the database answers nothing.
    func closeDatabase() async {
        await database.close()
    }

    /// All rows of all tables, as text.
    func dump() async throws -> [String] {
        try await database.read(for: nil) { connection in
            var tables: [String] = []
            try connection.run(SQLStatement("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"), []) {
                row throws(StoreError) in
                tables.append(row.text(0) ?? "")
                return true
            }
            var lines: [String] = []
            for table in tables {
                var columns: [String] = []
                try connection.run(SQLStatement("SELECT name FROM pragma_table_info('\(table)')"), []) { row throws(StoreError) in
                    columns.append("quote(\"\(row.text(0) ?? "")\")")
                    return true
                }
                let list = columns.joined(separator: " || ',' || ")
                try connection.run(SQLStatement("SELECT \(list) FROM \"\(table)\" ORDER BY 1"), []) { row throws(StoreError) in
                    lines.append("\(table): \(row.text(0) ?? "")")
                    return true
                }
            }
            return lines
        }
    }
}

extension Response {
    var json: JSONValue {
        get throws { try JSONValue(parsing: body, limits: .message) }
    }

    /// The payload of an item's answer, byte for byte.
    var payload: String {
        get throws { String(decoding: try #require(try json["payload"]).bytes, as: UTF8.self) }
    }

    var code: String? { (try? json)?["code"]?.string }
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_772_359_200_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(_ delta: Int64) {
        milliseconds.withLock { $0 += delta }
    }
}

extension JSONValue {
    /// The value's own text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The time at which every test begins.
let start = "2026-03-01T10:00:00.000Z"
let knownUID = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

/// Which callers a test's API takes.
enum TestProfile: Sendable {
    case development
    case local(token: Secret)
    case policy(CallerPolicy)

    var policy: CallerPolicy {
        let tenants = TenantPolicy(defaultTenant: "tenant")
        return switch self {
        case .development: CallerPolicy(tokens: .none, takesDebugSubject: true, tenants: tenants)
        case .local(let token): CallerPolicy(tokens: .local(token), tenants: tenants)
        case .policy(let policy): policy
        }
    }
}
