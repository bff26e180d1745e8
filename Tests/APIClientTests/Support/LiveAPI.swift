import APIClient
import Auth
import HTTPServer
import Observability
import RESTAPI
import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The API's routes over a real port and a database, with tokens and signed tenants, and a client in front of it.
struct LiveAPI: Sendable {
    static let secret = Secret("a secret of the tests that is long enough")
    static let token = Secret("the-only-token")
    /// The token's subject, in the tenant that is signed.
    static let owner = Owner(tenant: "tenant", subject: "local")

    let service: LocalItemService
    let items: APIItems
    let client: APIClient
    let events: EventLog

    static func run(_ body: (LiveAPI) async throws -> Void) async throws {
        let folder = "/tmp/api-client-tests-\(UID.random())"
        let file = folder + "/toolbridge.db"
        let database = try await SQLiteDatabase(path: file, durability: .normal)
        defer {
            for name in [file, file + "-wal", file + "-shm"] { unlink(name) }
            rmdir(folder)
        }
        let service = LocalItemService(store: SQLStore(database: database), now: { .now() })
        let clocks = Clocks(wall: { Timestamp.now().milliseconds })
        let proof = TenantProof(secret: secret, nonces: NonceMemory(clocks: clocks), clocks: clocks)
        let policy = CallerPolicy(tokens: .local(token), tenants: TenantPolicy(defaultTenant: "tenant", proof: proof))
        let data = DataRoutes(items: service, sync: service)
        let routes: [Route<Caller>] =
            healthRoutes(service: "toolbridge", role: "serve", version: "1", readiness: Readiness([])) + ItemRoutes(data).all
            + [batchRoute(data), searchRoute(data), recentRoute(data)] + SyncRoutes(data).all + [syncInfoRoute(SyncInfo(rate: nil))]
        do {
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let http = HTTPService(
                routes: try RouteTable(routes),
                authenticator: APIAuthenticator(policy),
                configuration: HTTPServerConfiguration(drainLimit: .milliseconds(500)),
                onReady: { port.yield($0) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { port.finish() }
                    try await http.run()
                }
                var numbers = ports.makeAsyncIterator()
                if let number = await numbers.next(), let address = APIAddress("http://127.0.0.1:\(number)") {
                    let events = EventLog()
                    let client = APIClient(
                        APISettings(tenants: TenantSigner(keyring: TenantKeyring(secret: secret))),
                        transport: HTTPClientTransport(address),
                        clocks: clocks,
                        report: { events.add($0) }
                    )
                    let credentials = APICredentials(owner: owner) { _ throws(ItemError) in token }
                    let live = LiveAPI(service: service, items: client.items(credentials), client: client, events: events)
                    let result: Result<Void, any Error>
                    do { result = .success(try await body(live)) } catch { result = .failure(error) }
                    await client.shutdown()
                    group.cancelAll()
                    try result.get()
                }
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}
