public import JSON

/// A request for a stream of notices (2026-07-28): what was asked for (SB1).
public struct Listen: Sendable, Equatable {
    /// The request's id, which is also the subscription's (SB3).
    public let id: JSONValue
    private(set) var filter: Filter
    let peer: PrincipalAndClient

    /// Which notices.
    struct Filter: Sendable, Equatable {
        var toolList = false
        var promptList = false
        var resourceList = false
        var resources: [String] = []
        var tasks: [String] = []
    }

    /// Who asked.
    struct PrincipalAndClient: Sendable, Equatable {
        let principal: Principal
        let client: ClientInfo?
        let capabilities: ClientCapabilities
    }

    /// Addresses in one listen, and ids of tasks.
    static let maximumCount = 256
    /// A stream keeps what it was asked for and sends some of it again and again, so it must be short: bytes of an id as it is written, of a
    /// task's id, and of all addresses together.
    private static let (maximumID, maximumTaskID, maximumURIs) = (1_024, 64, 65_536)

    init(_ request: Message, by peer: Peer, offer: Offer) throws(MCPError) {
        guard let id = request.id else { throw .invalidRequest("subscriptions/listen needs an id") }
        guard let wanted = request.params?.object("notifications") else {
            throw .invalidParameters("subscriptions/listen needs notifications, an object")
        }
        if let tasks = wanted["taskIds"], tasks.count > 0, offer.contains(.tasks), !peer.clientCapabilities.contains(.tasks) {
            throw .needsTasks
        }
        guard id.bytes.count <= Listen.maximumID else {
            throw .invalidParameters("the id of subscriptions/listen may be at most \(Listen.maximumID) bytes long")
        }
        // The stream must not keep the whole message.
        self.id = id.copied()
        self.peer = PrincipalAndClient(principal: peer.principal, client: peer.client, capabilities: peer.clientCapabilities)
        filter = Filter(
            toolList: try Listen.flag("toolsListChanged", in: wanted),
            promptList: try Listen.flag("promptsListChanged", in: wanted),
            resourceList: try Listen.flag("resourcesListChanged", in: wanted),
            resources: try Listen.texts("resourceSubscriptions", in: wanted),
            tasks: try Listen.texts("taskIds", in: wanted)
        )
        for uri in filter.resources where !URIText.isURI(uri) {
            throw .invalidParameters("resourceSubscriptions holds something that is no URI of RFC 3986")
        }
        guard filter.resources.reduce(0, { $0 + $1.utf8.count }) <= Listen.maximumURIs else {
            throw .invalidParameters("notifications.resourceSubscriptions may be at most \(Listen.maximumURIs) bytes long together")
        }
        guard filter.tasks.allSatisfy({ $0.utf8.count <= Listen.maximumTaskID }) else {
            throw .invalidParameters("notifications.taskIds may be at most \(Listen.maximumTaskID) bytes long each")
        }
    }

    /// The same, without what isn't honoured.
    func honouring(_ filter: Filter) -> Self {
        var listen = self
        listen.filter = filter
        return listen
    }

    /// Over HTTP and over stdio the client is told by this request's id which messages are its own; on stdio it is also how it ends (I4).
    public var requestID: RequestID? { RequestID(id) }

    private static func flag(_ name: String, in wanted: JSONValue) throws(MCPError) -> Bool {
        guard let value = wanted[name] else { return false }
        guard let flag = value.boolean else { throw .invalidParameters("notifications.\(name) must be true or false") }
        return flag
    }

    private static func texts(_ name: String, in wanted: JSONValue) throws(MCPError) -> [String] {
        guard let value = wanted[name] else { return [] }
        guard value.kind == .array, value.count <= maximumCount else {
            throw .invalidParameters("notifications.\(name) must be an array of at most \(maximumCount) strings")
        }
        var (texts, known): ([String], Set<[UInt8]>) = ([], [])
        for element in value.elements {
            guard let text = element.string else { throw .invalidParameters("notifications.\(name) must hold strings") }
            if known.insert(Array(text.utf8)).inserted { texts.append(text) }
        }
        return texts
    }
}

/// A listen that was accepted: the part of its filter that is honoured (SB2).
public struct Subscription: Sendable {
    /// With the honoured part of its filter alone.
    public let listen: Listen
    private let resultMeta: [UInt8]
    /// Looked at for each notice, on the thread that posts it.
    private let tasks: Set<[UInt8]>
    /// By the canonical address: the addresses as the client spelled them.
    private let resources: [[UInt8]: [String]]

    init(_ listen: Listen, honouring filter: Listen.Filter, resultMeta: [UInt8], canonical: (String) -> String = { $0 }) {
        self.listen = listen.honouring(filter)
        self.resultMeta = resultMeta
        resources = Dictionary(grouping: filter.resources) { Array(canonical($0).utf8) }
        tasks = Set(filter.tasks.map { Array($0.utf8) })
    }

    private var honoured: Listen.Filter { listen.filter }

    /// The first message of the stream (SB2).
    public var acknowledgement: [UInt8] {
        Notification.message("notifications/subscriptions/acknowledged") { writer in
            meta(to: &writer)
            writer.key("notifications")
            writer.object { writer in
                if honoured.toolList { writer.member("toolsListChanged", true) }
                if honoured.promptList { writer.member("promptsListChanged", true) }
                if honoured.resourceList { writer.member("resourcesListChanged", true) }
                if !honoured.resources.isEmpty { writer.member("resourceSubscriptions", strings: honoured.resources) }
                if !honoured.tasks.isEmpty { writer.member("taskIds", strings: honoured.tasks) }
            }
        }
    }

    /// Whether it asked for this, whoever may be told.
    public func wants(_ notice: ChangeNotice) -> Bool {
        guard isMeant(by: notice) else { return false }
        switch notice.subject {
        case .toolList: return honoured.toolList
        case .promptList: return honoured.promptList
        case .resourceList: return honoured.resourceList
        case .resource(let uri): return !resources.isEmpty && resources[Array(uri.utf8)] != nil
        case .everyResource: return !resources.isEmpty
        case .task(let id): return !tasks.isEmpty && tasks.contains(Array(id.utf8))
        }
    }

    /// What its client is to be told when this is posted: with addresses as the client spelled them; nothing if it didn't ask for it.
    public func told(by notice: ChangeNotice) -> [ChangeNotice] {
        guard wants(notice) else { return [] }
        switch notice.subject {
        case .resource(let uri):
            return resources[Array(uri.utf8), default: []].map { ChangeNotice(.resource(uri: $0), of: notice.principal) }
        case .everyResource: return honoured.resources.map { ChangeNotice(.resource(uri: $0), of: notice.principal) }
        default: return [notice]
        }
    }

    /// Whether its client may be told that resources, or their list, have changed.
    public var tellsOfResources: Bool { honoured.resourceList || !resources.isEmpty }

    /// Who is told.
    public var principal: Principal { listen.peer.principal }

    private func isMeant(by notice: ChangeNotice) -> Bool {
        notice.principal.map { $0 == listen.peer.principal } ?? true
    }

    /// The result that ends it when we do (SB6).
    public var end: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resultType", "complete")
            meta(to: &writer, with: resultMeta)
        }
        return response(to: listen.id, result: writer.bytes)
    }

    /// What goes before `end` on stdio (SB6).
    public var cancellation: [UInt8] {
        Notification.cancelled(listen.id, reason: "the server ends this subscription")
    }

    /// `_meta` with the subscription's id: the request's, with its JSON type (SB3).
    func meta(to writer: inout JSONWriter, with resultMeta: [UInt8]? = nil) {
        writer.key("_meta")
        writer.object { writer in
            writer.member("io.modelcontextprotocol/subscriptionId", listen.id)
            if let resultMeta { writer.members(of: resultMeta) }
        }
    }
}

extension JSONWriter {
    /// Copies the members of an object that was written before.
    fileprivate mutating func members(of object: [UInt8]) {
        guard let value = try? JSONValue(parsing: object) else { return }
        for member in value.members {
            key(escaping: member.key)
            self.value(member.value)
        }
    }
}
