/// Where a token is shown: what a token is good for depends on it.
package enum Door: Sendable, Hashable, CaseIterable {
    /// Routes on an owner's data.
    case data
    /// Sync sessions: as ``data``, but clients of long standing name no tenant there.
    case sessions
    /// The exchange of a token for another.
    case exchange
    /// The question which tenant a token's subject belongs to.
    case tenant
    /// MCP's endpoints.
    case mcp
}
