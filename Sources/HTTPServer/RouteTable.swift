package import HTTPTypes

/// All routes, found by method and path.
package struct RouteTable<Caller: Sendable>: Sendable {
    package enum Match: Sendable {
        case found(Route<Caller>, PathParameters)
        /// The path has routes, but not for this method; these it has.
        case methodNotAllowed(allow: [String])
        case notFound
    }

    package let routes: [Route<Caller>]
    let tree: PathTree

    /// Throws `RouteTableError` when two routes clash or a template makes no sense.
    package init(_ routes: [Route<Caller>]) throws(RouteTableError) {
        self.routes = routes
        var tree = PathTree()
        for (index, route) in routes.enumerated() { try tree.add(route.template, route.verb.method, index) }
        self.tree = tree
    }

    /// The route for a method and a path (without query, as sent).
    ///
    /// HEAD is never served.
    package func match(_ method: HTTPRequest.Method, path: String) -> Match {
        let bytes = Array(path.utf8)
        var positions = SIMD8<UInt16>()
        guard let node = tree.find(bytes, 0..<bytes.count, &positions) else { return .notFound }
        guard let index = tree.route(at: node, method) else { return .methodNotAllowed(allow: tree.allowed(at: node)) }
        return .found(routes[index], PathParameters(names: tree.names(ofRoute: index), bytes: bytes, positions: positions))
    }
}

/// Why a list of routes makes no table.
package enum RouteTableError: Error, Equatable {
    /// Two routes would answer the same request.
    case clash(String)
    case malformed(String)
}

extension Route.Verb {
    /// Nil for any.
    var method: HTTPRequest.Method? {
        switch self {
        case .any: nil
        case .only(let method): method
        }
    }
}
