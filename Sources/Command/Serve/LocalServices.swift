import Auth
import HTTPServer
import MCP
import MCPServer
import Observability
import Program
import SQLStore
import SQLiteDriver
import ToolBridge
import Tools

/// The services over a database of this process: what `serve` and `stdio` share.
struct LocalServices: Sendable {
    let database: SQLiteDatabase
    let store: SQLStore<SQLiteDatabase>
    let items: LocalItemService
    /// Whether the store answers.
    let readiness: Readiness
    /// Of all MCP servers over these items.
    let changes = ServerChanges()
    let notices: ItemNotices
    private let owners: OwnerChoices

    /// Opens the database, which is made and migrated as needed.
    ///
    /// - Parameter choices: In which tenants callers have chosen to work; the same that decides about their next requests.
    /// - Throws: ``StartFault``.
    init(
        _ location: DatabaseLocation,
        _ observations: Observations,
        choices: TenantChoices = TenantChoices()
    ) async throws(StartFault) {
        let metrics = StoreMetrics(observations.metrics)
        do {
            database = try await SQLiteDatabase(path: location.path, meter: metrics)
        } catch {
            throw StartFault("the database \(location.path) can't be opened: \(error)")
        }
        metrics.watch(database, in: observations.metrics)
        let store = SQLStore(database: database)
        self.store = store
        readiness = Readiness([
            Readiness.Check("database") {
                do {
                    try await store.check()
                    metrics.answered(true)
                } catch {
                    metrics.answered(false)
                    observations.record(.storeFault(error: "\(error)", operation: "check"))
                    throw error
                }
            }
        ])
        items = LocalItemService(
            store: store,
            count: { metrics.count($0) },
            report: { observations.record(.storeFault(error: "\($0)", operation: nil)) }
        )
        owners = OwnerChoices(items, choices: choices)
        notices = ItemNotices(items: items, sync: items, signals: items.signals, changes: changes)
    }

    /// What MCP clients are offered.
    ///
    /// - Parameters:
    ///   - role: `serve` or `stdio`.
    ///   - selection: Which tools.
    ///   - pageBytes: After so many bytes the page of a list ends.
    /// - Throws: ``MCP/DefinitionError``, which would be a slip of ours.
    func definition(role: String, selection: ToolSelection, pageBytes: Int) throws -> ServerDefinition<Caller> {
        let catalogue = ToolCatalogue<Caller>(
            items: owners.items,
            health: .healthCheck { await health(role, $0) },
            pageBytes: pageBytes
        )
        let resources = ItemResources<Caller>(items: owners.items)
        return try ServerDefinition(
            info: .toolbridge,
            instructions: ServerInstructions.text,
            tools: catalogue.tools(selection),
            templates: resources.templates,
            listing: resources.listing,
            prompts: ItemPrompts<Caller>(pageBytes: pageBytes, items: owners.items).all,
            announces: .resources,
            subscriptions: resources.subscriptions(told: notices)
        )
    }

    private func health(_ role: String, _ caller: Caller) async -> HealthReport {
        let isHealthy: Bool
        do {
            try await store.check()
            try await database.checkWriting()
            isHealthy = true
        } catch {
            isHealthy = false
        }
        return HealthReport(
            isHealthy: isHealthy,
            tenant: caller.owner?.tenant ?? "",
            apiBaseURL: nil,
            version: Version.current,
            role: role,
            upstream: "local"
        )
    }

    /// The secrets that seal MCP sessions: configured ones, else those that the database keeps.
    ///
    /// - Throws: ``StartFault``.
    func stateKeys(_ settings: SettingsReader) async throws(StartFault) -> StateKeys {
        if let ring = try settings.value(Settings.stateKeys) {
            do {
                return try StateKeys(text: ring.reveal())
            } catch {
                throw StartFault("\(Settings.stateKeys.name): \(error)")
            }
        }
        do {
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let id = "k" + UID.random().description.prefix(8)
            let kept = try await store.stateKeys(orKeeping: ToolBridge.StateKey(id: id, secret: secret))
            return try StateKeys(kept.map { (kid: $0.id, secret: $0.secret) })
        } catch {
            throw StartFault("the database's keys can't be read: \(error)")
        }
    }
}
