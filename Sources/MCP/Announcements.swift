/// Which lists a server may change while it runs; only those are advertised with `listChanged` (T1, RS1, P1).
public struct ListChanges: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let tools = ListChanges(rawValue: 1 << 0)
    public static let prompts = ListChanges(rawValue: 1 << 1)
    /// The list of resources or that of their templates.
    public static let resources = ListChanges(rawValue: 1 << 2)
}

/// Lets clients ask to be told when a resource changes (RS1, RS6, RS7); whoever changes one posts a `ChangeNotice`.
public struct ResourceSubscriptions<Caller: Sendable>: Sendable {
    let mayWatch: @Sendable (RequestContext<Caller>, _ uri: String) async throws -> Bool

    /// - Parameter mayWatch: Whether the caller may read this address, or could if something were there. It is asked again before each
    ///   notice (SB7). By default everybody may watch everything, which is right where `ChangeNotice.principal` is set or nothing is secret.
    public init(mayWatch: @escaping @Sendable (_ context: RequestContext<Caller>, _ uri: String) async throws -> Bool = { _, _ in true }) {
        self.mayWatch = mayWatch
    }
}
