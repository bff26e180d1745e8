/// Lets clients ask to be told when a resource changes (RS1, RS6, RS7); whoever changes one posts a `ChangeNotice`.
///
/// Whoever has to look for changes, in a database or elsewhere, need do so only while somebody listens:
///
/// ```swift
/// ResourceSubscriptions(
///     listening: { caller, principal in
///         let watch = try await database.watch(caller) { changes.post(ChangeNotice(.resource(uri: $0), of: principal)) }
///         return { watch.stop() }
///     }
/// )
/// ```
public struct ResourceSubscriptions<Caller: Sendable>: Sendable {
    let canonical: @Sendable (_ uri: String) -> String
    let listening: (@Sendable (_ caller: Caller, _ principal: Principal) async throws -> @Sendable () -> Void)?
    let mayWatch: @Sendable (RequestContext<Caller>, _ uri: String) async throws -> Bool

    /// - Parameters:
    ///   - mayWatch: Whether the caller may read this address, or could if something were there. It is asked again before each
    ///     notice (SB7). By default everybody may watch everything, which is right where `ChangeNotice.principal` is set or nothing is secret.
    ///   - canonical: The address under which changes of a resource are posted, where it can be spelled in several ways; clients are told of them
    ///     under the address that they gave. By default each address is its own.
    ///   - listening: Called whenever somebody begins to listen, who may then be told of resources or of their list: once for each stream, before
    ///     the stream says anything, and on a pipe before the client has the first answer on which it may rely. What is posted from when
    ///     it returns on isn't lost. It gives what is called, once, when that stream has ended. If it throws, there is no stream.
    public init(
        mayWatch: @escaping @Sendable (_ context: RequestContext<Caller>, _ uri: String) async throws -> Bool = { _, _ in true },
        canonical: @escaping @Sendable (_ uri: String) -> String = { $0 },
        listening: (@Sendable (_ caller: Caller, _ principal: Principal) async throws -> @Sendable () -> Void)? = nil
    ) {
        self.canonical = canonical
        self.listening = listening
        self.mayWatch = mayWatch
    }
}
