import MCP
import ToolBridge
import Tools

/// The items of one service, whoever calls: what most tests are about.
func items<Caller: Sendable>(
    of service: any ItemService,
    _ owner: @escaping @Sendable (Caller) throws -> Owner
) -> @Sendable (Caller) async throws -> OwnedItems {
    { OwnedItems(service, of: try owner($0)) }
}

extension ToolCatalogue {
    init(
        service: any ItemService,
        owner: @escaping @Sendable (Caller) throws -> Owner,
        health: Tool<Caller>,
        pageBytes: Int = ToolPage.bytes
    ) {
        self.init(items: items(of: service, owner), health: health, pageBytes: pageBytes)
    }
}

extension ItemTools {
    init(
        service: any ItemService,
        offers: Set<String> = [],
        pageBytes: Int = ToolPage.bytes,
        owner: @escaping @Sendable (Caller) throws -> Owner
    ) {
        self.init(offers: offers, pageBytes: pageBytes, items: items(of: service, owner))
    }
}

extension ItemPrompts {
    init(
        service: any ItemService,
        pageBytes: Int = ToolPage.bytes,
        now: @escaping @Sendable () -> Timestamp = { .now() },
        owner: @escaping @Sendable (Caller) throws -> Owner
    ) {
        self.init(pageBytes: pageBytes, now: now, items: items(of: service, owner))
    }
}

extension ItemResources {
    init(service: any ItemService, owner: @escaping @Sendable (Caller) throws -> Owner) {
        self.init(items: items(of: service, owner))
    }
}
