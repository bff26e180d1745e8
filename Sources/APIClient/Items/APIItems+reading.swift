package import ToolBridge

extension APIItems {
    package func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        var call = APICall(.get, "GET", "/v1/\(kind.path)/\(uid)" + (includeDeleted ? "?includeDeleted=true" : ""))
        call.takesSession = true
        return try await perform(call, of: owner).response().item(kind)
    }

    package func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        var target = TargetWriter("/v1/\(kind.path)")
        target.add("limit", query.limit)
        target.add("cursor", query.cursor)
        if query.direction == .newestChangeFirst { target.add("order", "desc") }
        if query.includeDeleted { target.add("includeDeleted", "true") }
        target.add(query.filter)
        if let bytes = query.maximumBytes { target.add("maxBytes", max(bytes, 1)) }
        var call = APICall(.list, "GET", target.text)
        call.takesSession = true
        // The predecessor passes over parameters that it doesn't know. Its own order may stand for another; what it doesn't filter is something
        // else than what was asked for.
        let needsMore = query.filter != ItemFilter()
        if needsMore, client.sessions.areDemanded { throw .notOffered("this list") }
        let response = try await perform(call, of: owner).response()
        if needsMore, client.sessions.areDemanded { throw .notOffered("this list") }
        return try response.page(kind)
    }

    package func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        guard !query.kinds.isEmpty else { return ItemPage(items: [], nextCursor: nil) }
        var target = TargetWriter("/v1/recent")
        target.add(query.kinds)
        target.add("limit", query.limit)
        target.add("cursor", query.cursor)
        if query.includeDeleted { target.add("includeDeleted", "true") }
        if let moment = query.updatedSince { target.add("updatedSince", moment.description) }
        if let bytes = query.maximumBytes { target.add("maxBytes", max(bytes, 1)) }
        var call = APICall(.recent, "GET", target.text)
        call.takesSession = true
        return try await perform(call, of: owner).response(orElse: "the latest changes").page(nil)
    }

    package func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        // What has no words finds nothing, as it does everywhere.
        guard !query.kinds.isEmpty, !query.text.isEmpty else { return SearchPage(hits: [], hasMore: false) }
        var target = TargetWriter("/v1/search")
        target.add("q", query.text)
        target.add(query.kinds)
        target.add("limit", query.limit)
        var call = APICall(.search, "GET", target.text)
        call.takesSession = true
        return try await perform(call, of: owner).response(orElse: "search").found()
    }
}

extension APICallEnd {
    /// The answer of a route that older APIs don't have.
    ///
    /// - Throws: What was refused.
    func response(orElse what: String) throws(ItemError) -> APIResponse {
        if case .refused(let refusal) = self, refusal.isOfMissingRoute { throw .notOffered(what) }
        return try response()
    }
}

extension APIRefusal {
    /// There is no such path at this API, or not with this method.
    var isOfMissingRoute: Bool {
        switch response.status {
        case 404: code.map { $0.utf8.elementsEqual("route_not_found".utf8) } ?? true
        case 405: true
        default: false
        }
    }
}
