import Observability

/// What the connection needs to know of a route, free of the caller's type.
final class Endpoint: Sendable {
    /// For the log.
    let label: String
    let isProbe: Bool
    let bodyLimit: Int
    let cancelsOnDisconnect: Bool
    let names: [String]
    let meter: RouteMeter
    /// Everything from the gate to the answer; errors have become answers.
    let respond: @Sendable (IncomingRequest) async -> Answer

    init(
        label: String,
        isProbe: Bool,
        bodyLimit: Int,
        cancelsOnDisconnect: Bool,
        names: [String],
        meter: RouteMeter,
        respond: @escaping @Sendable (IncomingRequest) async -> Answer
    ) {
        self.label = label
        self.isProbe = isProbe
        self.bodyLimit = bodyLimit
        self.cancelsOnDisconnect = cancelsOnDisconnect
        self.names = names
        self.meter = meter
        self.respond = respond
    }
}

/// All endpoints: one for each route, one for each path's wrong methods, one for all unknown paths.
struct EndpointTable: Sendable {
    private let tree: PathTree
    private let routes: [Endpoint]
    private let wrongMethods: [Int: Endpoint]
    private let unknown: Endpoint

    init<Caller>(_ table: RouteTable<Caller>, _ responder: Responder<Caller>, _ metrics: Metrics) {
        tree = table.tree
        let other = RouteMeter(metrics, route: "other", method: nil, streams: nil)
        routes = table.routes.enumerated().map { index, route in
            Endpoint(
                label: route.label,
                isProbe: route.rules == .probe,
                bodyLimit: route.bodyLimit,
                cancelsOnDisconnect: route.cancelsOnDisconnect,
                names: table.tree.names(ofRoute: index),
                meter: RouteMeter(metrics, route: route.label, method: route.verb.method, streams: route.streams),
                respond: { await responder.respond(to: $0, with: route) }
            )
        }
        var wrongMethods: [Int: Endpoint] = [:]
        for (node, indices) in table.tree.endpoints {
            guard let first = indices.first else { continue }
            let route = table.routes[first]
            let allow = table.tree.allowed(at: node)
            wrongMethods[node] = Endpoint(
                label: route.label,
                isProbe: false,
                bodyLimit: indices.map { table.routes[$0].bodyLimit }.max() ?? 0,
                cancelsOnDisconnect: false,
                names: [],
                meter: other,
                respond: { await responder.refuseMethod(of: $0, allow: allow, like: route) }
            )
        }
        self.wrongMethods = wrongMethods
        unknown = Endpoint(
            label: "other",
            isProbe: false,
            bodyLimit: 1_048_576,
            cancelsOnDisconnect: false,
            names: [],
            meter: other,
            respond: { await responder.refuseRoute(of: $0) }
        )
    }

    /// Where requests count whose head nobody could read.
    var other: RouteMeter { unknown.meter }

    func find(_ head: RequestHead) -> (Endpoint, PathParameters) {
        var positions = SIMD8<UInt16>()
        guard let node = tree.find(head.bytes, head.pathSpan.range, &positions) else { return (unknown, PathParameters()) }
        guard let index = tree.route(at: node, head.method) else { return (wrongMethods[node] ?? unknown, PathParameters()) }
        let endpoint = routes[index]
        guard !endpoint.names.isEmpty else { return (endpoint, PathParameters()) }
        return (endpoint, PathParameters(names: endpoint.names, bytes: head.bytes, positions: positions))
    }
}
