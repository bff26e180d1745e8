import HTTPServer
import HTTPTypes
import JSON

/// The part of WorkOS's API that says who is a member of what.
struct MembershipRoutes: Sendable {
    let state: DevState

    var all: [Route<DevVisitor>] {
        [
            state.route(.get, "/user_management/organization_memberships", .workos, list),
            state.route(.get, "/organizations/{id}", .workos, organization),
        ]
    }

    @Sendable private func list(_ request: IncomingRequest) async throws -> Answer {
        let memberships = try authorized(request)
        let (user, organization) = (try request.queryParameter("user_id"), try request.queryParameter("organization_id"))
        guard user != nil || organization != nil else {
            throw Problem(.badRequest, "invalid_request", "user_id or organization_id is needed")
        }
        let limit = try request.queryParameter("limit").map { Int($0) } ?? 10
        guard let limit, (1...100).contains(limit) else { throw Problem.invalidParameter("limit", "limit must be 1 to 100") }
        let statuses = try (request.queryParameter("statuses") ?? "").split(separator: ",").map { String($0) }
        let (rows, after) = memberships.page(
            user: user,
            organization: organization,
            statuses: statuses,
            after: try request.queryParameter("after"),
            limit: limit
        )
        var writer = JSONWriter(reserving: 256 + 320 * rows.count)
        writer.beginObject()
        writer.member("object", "list")
        writer.key("data")
        writer.beginArray()
        for row in rows { write(row, memberships.saysNames, to: &writer) }
        writer.endArray()
        writer.key("list_metadata")
        writer.beginObject()
        writer.key("before")
        writer.null()
        writer.key("after")
        if let after { writer.string(after) } else { writer.null() }
        writer.endObject()
        writer.endObject()
        return .json(.ok, writer.bytes)
    }

    @Sendable private func organization(_ request: IncomingRequest) async throws -> Answer {
        let memberships = try authorized(request)
        let id = request.pathParameter("id") ?? ""
        guard let row = memberships.all.first(where: { $0.organization.utf8.elementsEqual(id.utf8) }) else {
            throw Problem(.notFound, "entity_not_found", "no such organization")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("object", "organization")
        writer.member("id", row.organization)
        writer.member("name", row.name)
        writer.endObject()
        return .json(.ok, writer.bytes)
    }

    private func authorized(_ request: IncomingRequest) throws(Problem) -> Memberships {
        let memberships = state.now.memberships
        let given = request.header(.authorization) ?? ""
        guard memberships.keys.contains(where: { "Bearer \($0)".utf8.elementsEqual(given.utf8) }) else {
            throw Problem(.unauthorized, "unauthorized", "Unauthorized")
        }
        return memberships
    }

    private func write(_ row: Memberships.Membership, _ saysNames: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("object", "organization_membership")
        writer.member("id", row.id)
        writer.member("user_id", row.user)
        writer.member("organization_id", row.organization)
        if saysNames { writer.member("organization_name", row.name) }
        writer.key("role")
        writer.beginObject()
        writer.member("slug", "member")
        writer.endObject()
        writer.member("status", row.status)
        writer.member("created_at", "2026-01-01T00:00:00.000Z")
        writer.member("updated_at", "2026-01-01T00:00:00.000Z")
        writer.endObject()
    }
}
