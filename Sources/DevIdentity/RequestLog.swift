import HTTPServer
import HTTPTypes
import JSON

/// How often each part was asked, and what the last requests were.
struct RequestLog: Sendable {
    private var counts: [Surface: Int] = [:]
    /// Requests that followed a redirect.
    private var followed = 0
    private var targets: [String] = []
    private static let capacity = 1000

    mutating func add(_ surface: Surface, _ request: IncomingRequest, isFollowing: Bool) {
        counts[surface, default: 0] += 1
        if isFollowing { followed += 1 }
        if targets.count == Self.capacity { targets.removeFirst() }
        targets.append("\(request.method.rawValue) \(request.target)")
    }

    /// For tests.
    ///
    /// `{"counts":{"jwks":2,…},"followed":0,"targets":["GET /oauth2/jwks",…]}`
    func json() -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.key("counts")
        writer.beginObject()
        for surface in Surface.allCases { writer.member(escaping: surface.rawValue, counts[surface] ?? 0) }
        writer.endObject()
        writer.member("followed", followed)
        writer.key("targets")
        writer.beginArray()
        for target in targets { writer.string(target) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
