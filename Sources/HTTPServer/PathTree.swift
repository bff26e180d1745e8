import HTTPTypes

/// Templates as a tree of path segments; routes and nodes are numbers.
struct PathTree: Sendable {
    private var nodes: [Node] = [Node()]
    private var parameterNames: [[String]] = []

    /// All nodes that have routes, with the numbers of these.
    var endpoints: [(node: Int, routes: [Int])] {
        nodes.indices.compactMap { nodes[$0].hasRoutes ? ($0, nodes[$0].verbs.map(\.route) + [nodes[$0].any].compactMap(\.self)) : nil }
    }

    func names(ofRoute index: Int) -> [String] {
        parameterNames[index]
    }

    /// HEAD is never served.
    func route(at node: Int, _ method: HTTPRequest.Method) -> Int? {
        for entry in nodes[node].verbs where entry.method == method { return entry.route }
        return method == .head ? nil : nodes[node].any
    }

    func allowed(at node: Int) -> [String] {
        nodes[node].any == nil ? nodes[node].verbs.map(\.method.rawValue).sorted() : ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]
    }

    /// The node of a path, and where its parameters stand in `bytes`: start and end of each.
    func find(_ bytes: [UInt8], _ range: Range<Int>, _ positions: inout SIMD8<UInt16>) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            guard !range.isEmpty, range.upperBound <= min(bytes.count, Int(UInt16.max)), bytes[range.lowerBound] == UInt8(ascii: "/") else {
                return nil
            }
            return find(bytes, range.lowerBound + 1, range.upperBound, 0, 0, &positions)
        }
    }

    /// Depth is bounded by the tree's; a literal comes before a parameter.
    private func find(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ node: Int,
        _ depth: Int,
        _ positions: inout SIMD8<UInt16>
    ) -> Int? {
        var stop = start
        while stop < end, bytes[stop] != UInt8(ascii: "/") { stop += 1 }
        let isLast = stop == end
        for child in nodes[node].literals where child.matches(bytes, start, stop) {
            if isLast {
                if nodes[child.node].hasRoutes { return child.node }
            } else if let found = find(bytes, stop + 1, end, child.node, depth, &positions) {
                return found
            }
        }
        guard let child = nodes[node].parameter, stop > start, depth < PathParameters.limit else { return nil }
        positions[2 * depth] = UInt16(truncatingIfNeeded: start)
        positions[2 * depth + 1] = UInt16(truncatingIfNeeded: stop)
        if isLast { return nodes[child].hasRoutes ? child : nil }
        return find(bytes, stop + 1, end, child, depth + 1, &positions)
    }

    /// Routes are added in the order of their numbers; `method` nil takes all.
    mutating func add(_ template: String, _ method: HTTPRequest.Method?, _ route: Int) throws(RouteTableError) {
        guard template.utf8.first == UInt8(ascii: "/") else { throw .malformed(template) }
        var node = 0
        var names: [String] = []
        for segment in template.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard segment.first == UInt8(ascii: "{") else {
                node = child(of: node, literal: Array(segment))
                continue
            }
            guard segment.count > 2, segment.last == UInt8(ascii: "}"), names.count < PathParameters.limit else {
                throw .malformed(template)
            }
            names.append(String(decoding: segment.dropFirst().dropLast(), as: UTF8.self))
            node = parameterChild(of: node)
        }
        parameterNames.append(names)
        if let method {
            guard !nodes[node].verbs.contains(where: { $0.method == method }) else { throw .clash(template) }
            nodes[node].verbs.append(VerbEntry(method: method, route: route))
        } else {
            guard nodes[node].any == nil else { throw .clash(template) }
            nodes[node].any = route
        }
        guard nodes[node].any == nil || nodes[node].verbs.isEmpty else { throw .clash(template) }
    }

    private mutating func child(of node: Int, literal: [UInt8]) -> Int {
        if let known = nodes[node].literals.first(where: { $0.segment == literal }) { return known.node }
        nodes.append(Node())
        nodes[node].literals.append(Literal(segment: literal, node: nodes.count - 1))
        return nodes.count - 1
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if let known = nodes[node].parameter { return known }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }
}

private struct Literal: Sendable {
    let segment: [UInt8]
    let node: Int

    func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ stop: Int) -> Bool {
        guard segment.count == stop - start else { return false }
        for index in segment.indices where segment[index] != bytes[start + index] { return false }
        return true
    }
}

private struct VerbEntry: Sendable {
    let method: HTTPRequest.Method
    let route: Int
}

private struct Node: Sendable {
    var literals: [Literal] = []
    var parameter: Int?
    var any: Int?
    var verbs: [VerbEntry] = []

    var hasRoutes: Bool { any != nil || !verbs.isEmpty }
}
